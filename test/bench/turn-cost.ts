// Owns what a turn costs early and late in a run of 200 turns, here and on the floor. The floor's turns grow by the bytes that
// they send and by nothing else, so what this project adds to them is its own.

import { z } from 'zod';
import { defineAgent, defineTool, run, VllmClient } from '../../src/index.ts';
import { ask } from './floor.ts';
import { handWritten } from './hand-written.ts';

const [, , origin = ''] = process.argv;
const BASE_URL = `${origin}/loop/1/200/v1`;
const RUNS = 30;
const WARM_UPS = 8;

/** CPU in milliseconds of turns 1 to 50, and of turns 150 to 199. */
interface Windows {
  early: number;
  late: number;
}

/** Gives a function to be called at the start of each turn, counted from 1. */
function watch(windows: Windows): (turn: number) => void {
  let from = process.cpuUsage();
  const since = (): number => {
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1000;
  };
  return (turn) => {
    if (turn === 1 || turn === 150) from = process.cpuUsage();
    if (turn === 51) windows.early += since();
    if (turn === 200) windows.late += since();
  };
}

const client = new VllmClient(BASE_URL);
const parameters = z.object({ a: z.number(), b: z.number() });
const add = defineTool({ name: 'add', description: 'Adds.', parameters, execute: ({ a, b }) => String(a + b) });
const limits = { turns: 1000, toolCalls: 0, sameCall: 0, tokens: 0 };
const agent = defineAgent({ name: 'bench', model: 'bench', limits, tools: [add] });

async function ours(windows: Windows): Promise<void> {
  const at = watch(windows);
  await run(agent, 'go', { client, onEvent: (event) => event.type === 'turn_start' && at(event.turn) });
}

async function floor(windows: Windows): Promise<void> {
  const at = watch(windows);
  let turn = 0;
  const { loop } = handWritten((baseUrl, body) => {
    at(++turn);
    return ask(baseUrl, body);
  });
  await loop(BASE_URL);
}

const totals = { floor: { early: 0, late: 0 }, ours: { early: 0, late: 0 } };
for (let at = 0; at < WARM_UPS + RUNS; at++) {
  const isWarm = at >= WARM_UPS;
  await floor(isWarm ? totals.floor : { early: 0, late: 0 });
  await ours(isWarm ? totals.ours : { early: 0, late: 0 });
}
const own = (part: keyof Windows): number => totals.ours[part] - totals.floor[part];
process.stdout.write(
  JSON.stringify({
    ...totals,
    ratioOfWhole: totals.ours.late / totals.ours.early,
    ratioOfOwn: own('late') / own('early'),
  }),
);
process.exit(0);

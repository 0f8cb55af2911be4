// Owns what a turn costs early and late in a run of 200 turns, here and on the floor. The floor's turns grow by the bytes that
// they send and by nothing else, so what this project adds to them is its own.

import { contestant as floor } from './floor.ts';
import { contestant as ours } from './ours.ts';
import { cpuOfTurns } from './turn-cpu.ts';
import type { Contestant } from './work.ts';

const [, , origin = ''] = process.argv;
const BASE_URL = `${origin}/loop/1/200/v1`;
const RUNS = 30;
const WARM_UPS = 8;

/** CPU in milliseconds of turns 1 to 50, and of turns 150 to 200. */
interface Windows {
  early: number;
  late: number;
}

async function measure({ loop }: Contestant, windows: Windows): Promise<void> {
  const turns = await cpuOfTurns(() => loop(BASE_URL));
  const sum = (from: number, to: number): number => turns.slice(from, to).reduce((all, ms) => all + ms, 0);
  windows.early += sum(0, 50);
  windows.late += sum(150, 200);
}

const totals = { floor: { early: 0, late: 0 }, ours: { early: 0, late: 0 } };
for (let at = 0; at < WARM_UPS + RUNS; at++) {
  const isWarm = at >= WARM_UPS;
  await measure(floor, isWarm ? totals.floor : { early: 0, late: 0 });
  await measure(ours, isWarm ? totals.ours : { early: 0, late: 0 });
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

// Owns the conformance suite of hosts: what a host must do that records runs, proved with whole runs against a fake vLLM.
// The scenarios are left to `host-scenarios.ts`, playing them to `play-scenario.ts`.

import { defineAgent } from '../agent/define-agent.ts';
import type { JsonValue } from '../core/json.ts';
import { defineTool } from '../tool/define-tool.ts';
import type { HostUnderTest } from './check-prefixes.ts';
import { checkEvents, recordScenario } from './check-prefixes.ts';
import { differences } from './difference.ts';
import { hostScenarios } from './host-scenarios.ts';
import type { Played, Scenario } from './play-scenario.ts';
import { comparableState, playScenario } from './play-scenario.ts';
import { answer, reply } from './steps.ts';

/** One claim about a host. Register it with any test runner: `test(name, check)`. */
export interface ConformanceCase {
  readonly name: string;
  /** Rejects with an Error that says what differs. */
  readonly check: () => Promise<void>;
}

/**
 * The claims that a recording host must meet: a run ends the same from every prefix of what was recorded, nothing recorded runs again,
 * what an abort cut short and what a failed world gave is not recorded, and decisions are.
 *
 * `for (const { name, check } of hostConformance(myHost)) test(name, check);`
 */
export function hostConformance(target: HostUnderTest): readonly ConformanceCase[] {
  const prefixes = Object.entries(hostScenarios()).map(([name, scenario]) => ({
    name: `${name}: ends the same from every prefix`,
    check: async (): Promise<void> => {
      const recorded = await recordScenario(scenario, target);
      checkEvents(recorded.played);
      await recorded.replay();
    },
  }));
  return [
    ...prefixes,
    {
      name: 'a decision that is given later ends the run as one that is given at once',
      check: () => checkLater(target),
    },
    { name: 'a server that was away is asked again', check: () => checkAway(target) },
    { name: 'what an abort cut short is not recorded', check: () => checkAbort(target) },
    { name: 'a step in flight runs again with the same idempotency key', check: () => checkKeys(target) },
    { name: 'the keys are those of the run and of the runs inside it', check: () => checkNames(target) },
  ];
}

const FINAL = answer({ content: 'All is done.' });
const PARAMETERS = { type: 'object', properties: { amount: { type: 'integer' } }, required: ['amount'] } as const;

function payScenario(approve?: () => boolean): Scenario {
  const pay = defineTool({
    name: 'pay',
    description: 'Pays.',
    parameters: PARAMETERS,
    needsApproval: true,
    execute: ({ amount }) => `paid ${String(amount)}`,
  });
  const toolCalls = [5, 6].map((amount) => ({ name: 'pay', arguments: { amount } }));
  return {
    agent: () => defineAgent({ name: 'payer', model: 'fake', tools: [pay] }),
    input: 'Pay.',
    steps: [answer({ toolCalls }), FINAL],
    ...(approve !== undefined && { options: () => ({ approve }) }),
  };
}

async function checkLater(target: HostUnderTest): Promise<void> {
  const atOnce = await playScenario(
    payScenario(() => true),
    { host: (await target.open(() => {})).host },
  );
  const undecided = payScenario();
  const run = await target.open(() => {});
  const waiting = await playScenario({ ...undecided, steps: undecided.steps.slice(0, 1) }, { host: run.host });
  expectSame('outcome', 'waiting', waiting.result.outcome.type);
  const keys = await run.keys();
  for (let length = 0; length <= keys.length; length++) {
    // The model is asked again only where its answer was not recorded.
    const skip = keys.slice(0, length).includes('t1/model') ? 1 : 0;
    const later = await playScenario(
      payScenario(() => true),
      { host: (await run.prefix(length)).host, skip },
    );
    expectSameRun(atOnce, later);
  }
}

async function checkAway(target: HostUnderTest): Promise<void> {
  const { agent, input } = payScenario();
  const options = () => ({ approve: () => true });
  const first = answer({ toolCalls: [{ name: 'pay', arguments: { amount: 5 } }] });
  const undisturbed = await playScenario(
    { agent, input, options, steps: [first, FINAL] },
    { host: (await target.open(() => {})).host },
  );
  const run = await target.open(() => {});
  const away = reply({ status: 503, body: { error: { message: 'Starting.', code: 503 } } });
  const failed = await playScenario({ agent, input, options, steps: [first, away] }, { host: run.host });
  expectSame('outcome', 'failed', failed.result.outcome.type);
  const again = await playScenario(
    { agent, input, options, steps: [FINAL] },
    { host: (await run.prefix((await run.keys()).length)).host },
  );
  expectSameRun(undisturbed, again);
}

async function checkAbort(target: HostUnderTest): Promise<void> {
  const controller = new AbortController();
  const stop = defineTool({
    name: 'stop',
    description: 'Stops the run.',
    parameters: { type: 'object', properties: {} },
    execute: () => {
      controller.abort();
      return 'stopped';
    },
  });
  const run = await target.open(() => {});
  const { result } = await playScenario(
    {
      agent: () => defineAgent({ name: 'stopper', model: 'fake', tools: [stop] }),
      input: 'Stop.',
      steps: [answer({ toolCalls: [{ name: 'stop', arguments: {} }] })],
    },
    { host: run.host, options: { signal: controller.signal } },
  );
  expectSame('outcome', 'aborted', result.outcome.type);
  expectSame('keys', ['start', 't1/added', 't1/model'], await run.keys());
}

async function checkKeys(target: HostUnderTest): Promise<void> {
  const seen: string[] = [];
  const scenario = callScenario((key) => seen.push(key));
  const run = await target.open(() => {});
  await playScenario(scenario, { host: run.host });
  const before = (await run.keys()).indexOf('t1/call/0');
  await playScenario(scenario, { host: (await run.prefix(before)).host, skip: 1 });
  expectSame('idempotency keys', [seen[0], seen[0]], seen);
}

function callScenario(onKey: (key: string) => void): Scenario {
  const look = defineTool({
    name: 'look',
    description: 'Looks.',
    parameters: { type: 'object', properties: {} },
    execute: (_args, { idempotencyKey }) => {
      onKey(idempotencyKey);
      return 'seen';
    },
  });
  return {
    agent: () => defineAgent({ name: 'looker', model: 'fake', tools: [look] }),
    input: 'Look.',
    steps: [answer({ toolCalls: [{ name: 'look', arguments: {} }] }), FINAL],
  };
}

async function checkNames(target: HostUnderTest): Promise<void> {
  const nested = hostScenarios()['an agent as tool of an agent as tool'];
  if (nested === undefined) throw new Error('There is no such scenario.');
  const run = await target.open(() => {});
  await playScenario(nested, { host: run.host });
  expectSame('keys', NESTED_KEYS, (await run.keys()).toSorted());
}

/** Compatibility data: stored runs hold these keys. */
const NESTED_KEYS = [
  'start',
  't1/added',
  't1/call/0',
  't1/call/0/start',
  't1/call/0/t1/added',
  't1/call/0/t1/call/0',
  't1/call/0/t1/call/0/start',
  't1/call/0/t1/call/0/t1/added',
  't1/call/0/t1/call/0/t1/call/0',
  't1/call/0/t1/call/0/t1/model',
  't1/call/0/t1/call/0/t2/added',
  't1/call/0/t1/call/0/t2/model',
  't1/call/0/t1/call/0/t3/added',
  't1/call/0/t1/call/1',
  't1/call/0/t1/model',
  't1/call/0/t2/added',
  't1/call/0/t2/model',
  't1/call/0/t3/added',
  't1/model',
  't2/added',
  't2/model',
  't3/added',
];

function expectSameRun(expected: Played, found: Played): void {
  const differs = differences(comparableState(expected.result.state), comparableState(found.result.state));
  if (differs.length > 0) throw new Error(`The run differs: ${differs.join('; ')}`);
}

function expectSame(
  what: string,
  expected: JsonValue | readonly unknown[],
  found: JsonValue | readonly unknown[],
): void {
  const differs = differences(expected, found);
  if (differs.length > 0) throw new Error(`The ${what}: ${differs.join('; ')}`);
}

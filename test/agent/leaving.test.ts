// Owns what a run does when its host takes it away, and what it tells when it is replayed.

import { expect, test } from 'vitest';
import type { CreateHost, Host, RunEvent, ToolProvider } from '../../src/index.ts';
import {
  agentTool,
  createInProcessHost,
  defineAgent,
  defineTool,
  INITIAL_RUN_STATE,
  reduceRun,
  stream,
  VllmClient,
} from '../../src/index.ts';
import { Journal, journalHost, playScenario } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../support/fake.ts';
import { weatherAgent } from '../support/run-helpers.ts';

const CALL = answer({ toolCalls: [{ name: 'pay', arguments: {} }] });

class Leaving extends Error {}

function payTool(needsApproval: boolean) {
  return defineTool({
    name: 'pay',
    description: 'Pays.',
    parameters: { type: 'object', properties: {} },
    needsApproval,
    execute: () => 'paid',
  });
}

/** A host that takes the run away in one of its functions. */
function leavingHost(change: (inner: Host) => Partial<Host>): CreateHost {
  return (services) => {
    const inner = createInProcessHost(services);
    return { ...inner, isLeaving: (error) => error instanceof Leaving, ...change(inner) };
  };
}

const leave = async (): Promise<never> => {
  throw new Leaving('The engine goes.');
};

test.each<[string, boolean, (inner: Host) => Partial<Host>]>([
  [
    'step',
    false,
    ({ step }) => ({ step: async (asked) => (asked.key === 't1/model' ? await leave() : await step(asked)) }),
  ],
  ['all', false, () => ({ all: leave })],
  ['signal', true, () => ({ signal: leave })],
])(
  'a run that is taken away in %s tells nothing more, closes what it opened, and rejects with that error',
  async (name, needsApproval, change) => {
    let closed = 0;
    const provider: ToolProvider = {
      name: 'bank',
      isRequired: true,
      open: async () => ({
        tools: () => [payTool(needsApproval)],
        instructions: '',
        close: async () => {
          closed++;
        },
      }),
    };
    await using vllm = await startFakeVllm();
    await using client = new VllmClient(vllm.baseUrl);
    if (name !== 'step') vllm.script(CALL);
    const events: RunEvent[] = [];
    const running = stream(weatherAgent({ tools: [], providers: [provider] }), 'Pay.', {
      client,
      host: leavingHost(change),
    });
    const consume = async (): Promise<void> => {
      for await (const event of running) events.push(event);
    };
    await expect(consume()).rejects.toThrow(Leaving);
    await expect(running.result).rejects.toThrow('The engine goes.');
    const lasting = events.filter(({ type }) => ['run_start', 'turn_start', 'turn_end', 'run_end'].includes(type));
    expect([lasting.map(({ type }) => type), closed]).toEqual([['run_start', 'turn_start'], 1]);
  },
);

test('a run inside a call that is taken away takes the outer run along, and is no result', async () => {
  const isLeaving = (error: unknown): boolean => error instanceof Leaving;
  const host: CreateHost = (services) => {
    const { runId, signal, emit, ready, tasks } = services;
    const inner = leavingHost(() => ({ step: leave }));
    return {
      ...createInProcessHost(services),
      isLeaving,
      all: async (steps) => {
        const [{ key, task, input } = { key: '', task: '', input: null }] = steps;
        const io = { runId, key, signal, emit, ready, idempotencyKey: `${runId}/${key}`, inner, isLeaving };
        const value = (await tasks[task]?.(input, io)) ?? null;
        return [{ status: 'fulfilled', value }];
      },
    };
  };
  await using vllm = await startFakeVllm();
  await using client = new VllmClient(vllm.baseUrl);
  vllm.script(answer({ toolCalls: [{ name: 'expert', arguments: { task: 'x' } }] }));
  const expert = agentTool(defineAgent({ name: 'expert', description: 'Knows.', model: 'fake' }));
  const running = stream(weatherAgent({ tools: [expert] }), 'Ask.', { client, host });
  await expect(running.result).rejects.toThrow(Leaving);
});

test('a replay tells the events of the loop again, marked, and not those from inside steps', async () => {
  const journal = new Journal();
  const scenario = {
    agent: () => weatherAgent({ tools: [payTool(false)] }),
    input: 'Pay.',
    steps: [CALL, answer({ content: ['Paid.'] })],
  };
  await playScenario(scenario, { host: journalHost(journal) });
  const first = journal.prefix(journal.keys.indexOf('t2/added') + 1);
  const { events, result } = await playScenario(scenario, { host: journalHost(first), skip: 1 });
  expect(events.map(({ type, replayed }) => (replayed ? `${type} again` : type))).toEqual([
    'run_start again',
    'turn_start again',
    'turn_end again',
    'turn_start',
    'content',
    'usage',
    'turn_end',
    'run_end',
  ]);
  expect(events.reduce(reduceRun, INITIAL_RUN_STATE)).toEqual(result.state);
  const whole = await playScenario({ ...scenario, steps: [] }, { host: journalHost(journal.prefix(99)) });
  expect(whole.events.map(({ type }) => type)).toEqual([
    'run_start',
    'turn_start',
    'turn_end',
    'turn_start',
    'turn_end',
    'run_end',
  ]);
});

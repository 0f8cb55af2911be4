// Owns what is refused of stored states and decisions, in words that say what is wrong, and reading states of version 1.

import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { PendingTurn, RunOptions, RunState } from '../../src/index.ts';
import {
  DefinitionError,
  defineTool,
  parseRunState,
  RUN_STATE_SCHEMA,
  RunError,
  stream,
  VllmClient,
} from '../../src/index.ts';
import { hostScenarios, recordScenario } from '../../src/testing/index.ts';
import { answer } from '../support/fake.ts';
import { tryRun, weatherAgent } from '../support/run-helpers.ts';

const FINAL = answer({ content: 'FINAL answer' });
const REMEDY = 'A state is `result.state` of an earlier run.';

const pay = defineTool({
  name: 'pay',
  description: 'Pays.',
  parameters: z.object({ n: z.number() }),
  needsApproval: true,
  execute: ({ n }) => `paid ${n}`,
});
const agent = { tools: [pay] };

/** A state as it is stored: plain JSON. */
function plain(state: RunState): Record<string, unknown> {
  return JSON.parse(JSON.stringify(state));
}

async function waitingState(): Promise<RunState> {
  const calls = [5, 6].map((n) => ({ name: 'pay', arguments: { n }, id: `p${n}` }));
  const { result } = await tryRun([answer({ toolCalls: calls })], { agent });
  return result.state;
}

async function doneState(): Promise<RunState> {
  return (await tryRun([FINAL])).result.state;
}

describe('a state that is none is refused', () => {
  test.each<[string, (state: RunState) => unknown, string]>([
    [
      'of another version',
      (state) => ({ ...state, version: 3 }),
      'its version is 3; this release reads versions 1 and 2',
    ],
    ['without a version', () => ({ foo: 1 }), 'it has no `version`; this release reads versions 1 and 2'],
    ['an empty object', () => ({}), 'it has no `version`; this release reads versions 1 and 2'],
    ['JSON text', (state) => JSON.stringify(state), 'it is text: give the parsed value, as `JSON.parse` makes it'],
    [
      'what a chat saved',
      (state) => ({ agent: 'weather', state }),
      'it holds the state in its field `state`, as `/save` writes it: give that field',
    ],
    ['a list', () => [], 'it is a list'],
    ['null', () => null, 'it is null'],
    ['a number', () => 7, 'it is a number'],
    ['messages that are text', (state) => ({ ...state, messages: 'hello' }), '`messages` must be array'],
    ['no usage', ({ usage: _, ...state }) => state, "`state` must have required property 'usage'"],
  ])('%s', async (_name, change, what) => {
    const given = change(plain(await doneState()) as unknown as RunState);
    const refuse = () => parseRunState(given);
    expect(refuse).toThrow(DefinitionError);
    expect(refuse).toThrow(`The state is not that of a run: ${what}. ${REMEDY}`);
  });

  test('a pending turn without its message, or with results that do not match its calls', async () => {
    const state = plain(await waitingState());
    const pending = state.pending as PendingTurn;
    const { message: _, ...rest } = pending;
    expect(() => parseRunState({ ...state, pending: rest })).toThrow("`pending` must have required property 'message'");
    expect(() => parseRunState({ ...state, pending: { ...pending, results: [null] } })).toThrow(
      '`pending` has 2 calls, 2 prepared ones and 1 results',
    );
  });

  test.each<[string, object, string]>([
    [
      'a result without its call',
      { role: 'tool', content: 'x' },
      "`messages.0` must have required property 'tool_call_id'",
    ],
    [
      'a role that is none',
      { role: 'wizard', content: 'x' },
      '`messages.0.role` must be equal to one of the allowed values',
    ],
    ['a question without words', { role: 'user', content: null }, '`messages.0.content` must be string'],
    [
      'a call without its id',
      { role: 'assistant', tool_calls: [{ type: 'function', function: { name: 'a', arguments: '{}' } }] },
      "`messages.0.tool_calls.0` must have required property 'id'",
    ],
  ])('a conversation with %s, by the place', async (_name, message, what) => {
    const state = { ...plain(await doneState()), messages: [message] };
    expect(() => parseRunState(state)).toThrow(`The state is not that of a run: ${what}`);
  });

  test('a prepared call without its key, by the place', async () => {
    const state = plain(await waitingState());
    const pending = state.pending as PendingTurn;
    const [{ key: _, ...first } = { key: '' }, ...others] = pending.calls;
    const broken = { ...state, pending: { ...pending, calls: [first, ...others] } };
    expect(() => parseRunState(broken)).toThrow("`pending.calls.0` must have required property 'key'");
  });

  test('one of another agent, when a run is asked for', async () => {
    const state = { ...plain(await doneState()), agent: 'other' } as unknown as RunState;
    await expect(tryRun([], { state })).rejects.toThrow(
      'The state is of agent `other`, not of `weather`. To go on with another agent, give it the conversation as `messages`.',
    );
  });
});

describe('decisions are refused', () => {
  const form = 'give `{ [approval.id]: true }`, with the ids of `outcome.approvals`.';
  const start = (options: RunOptions) => () =>
    stream(weatherAgent(agent), '', { client: new VllmClient('http://127.0.0.1:9/v1'), ...options });

  test('without the state of a run that waits', async () => {
    expect(start({ approvals: { p5: true } })).toThrow('`approvals` need the `state` of the run that waits.');
    const state = await doneState();
    expect(start({ state, approvals: { x: true } })).toThrow(
      `No call with the approval id \`x\` waits. No call waits for a decision; ${form}`,
    );
  });

  test('in another form, by another id, or with another word than yes or no', async () => {
    const state = await waitingState();
    const ids = state.pending?.calls.map((call) => (call.type === 'ready' ? call.approvalId : null)) ?? [];
    expect(start({ state, approvals: [true] as never })).toThrow(`\`approvals\` must be an object: ${form}`);
    expect(start({ state, approvals: 'yes' as never })).toThrow(`\`approvals\` must be an object: ${form}`);
    expect(start({ state, approvals: { p5: true } })).toThrow(
      `No call with the approval id \`p5\` waits. These wait: ${ids.join(', ')}; ${form}`,
    );
    expect(start({ state, approvals: { [ids[0] ?? '']: 'no' as never } })).toThrow(
      `The decision on \`${ids[0]}\` is "no": it must be true or false.`,
    );
  });

  test('on a call that is not the one that was shown', async () => {
    const text = JSON.stringify(await waitingState()).replaceAll('{"n":5}', '{"n":5000}');
    const state = JSON.parse(text) as RunState;
    const [call] = state.pending?.calls ?? [];
    const id = call?.type === 'ready' ? call.approvalId : null;
    expect(start({ state, approvals: { [id ?? '']: true } })).toThrow(
      `The call \`${id}\` was changed after it was prepared: it cannot be decided on.`,
    );
  });
});

describe('a state of version 1', () => {
  function first({ spent: _s, loop: _l, kept: _k, unfinished, pending, ...state }: RunState): Record<string, unknown> {
    const { calls: _c, ...waiting } = pending ?? { calls: [] };
    const current = unfinished === null ? null : { turn: 1, calls: [], ...unfinished };
    return plain({ ...state, version: 1, current, pending: pending === null ? null : waiting } as never);
  }

  test('goes on, with the counts that it has', async () => {
    const state = parseRunState(first(await doneState()));
    const { turns, toolCalls, usage } = state;
    expect(state.spent).toEqual({ turns, toolCalls, tokens: usage.totalTokens, corrections: 0, timeMs: 0 });
    const { result } = await tryRun([FINAL], { state, input: 'And now?' });
    expect(result.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  });

  test('that waits is decided on by the ids of its calls', async () => {
    const state = first(await waitingState()) as unknown as RunState;
    const { result } = await tryRun([FINAL], { agent, input: '', state, approvals: { p5: true, p6: false } });
    const results = result.messages.flatMap((message) => (message.role === 'tool' ? [message.content] : []));
    expect(results).toEqual([
      'paid 5',
      'A person did not allow this call. Do not repeat it; find another way, or ask.',
    ]);
    expect(result.turns).toBe(2);
  });
});

/** Fields of version 2 that its first states did not have. */
const LATER = new Set(['loop.room', 'loop.ran']);

describe('the JSON Schema of a state', () => {
  const fits = new Ajv2020({ strict: false }).compile(RUN_STATE_SCHEMA);

  test('takes the state of every scenario, and so does parseRunState', async () => {
    const states = Object.entries(hostScenarios()).map(async ([name, scenario]) => {
      const state = plain((await recordScenario(scenario)).played.result.state);
      return [name, fits(state), parseRunState(state) === (state as unknown)];
    });
    expect(await Promise.all(states)).toEqual(Object.keys(hostScenarios()).map((name) => [name, true, true]));
  });

  test('refuses a state without any one of its fields, as parseRunState does, which names the field', async () => {
    const state = plain(await waitingState());
    const parts: [string, Record<string, unknown>][] = [
      ['', state],
      ['usage', state.usage as Record<string, unknown>],
      ['spent', state.spent as Record<string, unknown>],
      ['loop', state.loop as Record<string, unknown>],
      ['pending', state.pending as Record<string, unknown>],
    ];
    for (const [part, fields] of parts) {
      for (const field of Object.keys(fields)) {
        if (LATER.has(`${part}.${field}`)) continue;
        const { [field]: _, ...rest } = fields;
        const broken = part === '' ? rest : { ...state, [part]: rest };
        // Anything may be an output, but it must be there; a version that is missing is told by itself.
        const name = field === 'version' ? '`version`' : `'${field}'`;
        expect([part, field, fits(broken)]).toEqual([part, field, false]);
        expect(() => parseRunState(broken)).toThrow(name);
      }
    }
  });
});

test('a result that is not complete throws when it is asked to, and prints no conversation', async () => {
  const done = (await tryRun([FINAL])).result;
  expect(done.orThrow()).toBe(done);
  const { result } = await tryRun([answer({ toolCalls: [{ name: 'pay', arguments: { n: 5 } }] })], {
    agent,
    input: 'secret',
  });
  const error = await Promise.resolve()
    .then(() => result.orThrow())
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof RunError)) throw new Error('It threw something else.');
  expect([error.message, error.code, error.result === result]).toEqual([
    'The run did not complete: calls wait for an approval (pay).',
    'waiting',
    true,
  ]);
  expect(JSON.stringify(error)).not.toContain('secret');
});

test('a state of version 2 from before the loop noted what ran goes on', async () => {
  const state = plain(await waitingState());
  const { ran: _ran, room: _room, ...loop } = state.loop as Record<string, unknown>;
  const request = { nudge: null, isWithoutThinking: false, roomFactor: 1 };
  const older = { ...state, loop: { ...loop, request } } as unknown as RunState;
  const approvals = Object.fromEntries(
    ((older.outcome as { approvals: { id: string }[] } | null)?.approvals ?? []).map(({ id }) => [id, true]),
  );
  const { result } = await tryRun([FINAL], { agent, input: '', state: older, approvals });
  expect([result.outcome, result.state.loop?.ran.calls.length]).toEqual([{ type: 'completed' }, 2]);
});

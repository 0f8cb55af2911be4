// Owns claims about runs that a program gives a store: the same id is the same run, sessions go on, decisions and interruptions are resumed.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Agent, Message, ResumeOptions, Store, StoredRunOptions } from '../../src/index.ts';
import {
  createEmbeddedHost,
  createInProcessHost,
  DefinitionError,
  defineAgent,
  defineTool,
  INITIAL_RUN_STATE,
  openStore,
  releaseRuns,
  resumeRun,
  resumeRuns,
  resumeStream,
  run,
  stream,
  VllmClient,
} from '../../src/index.ts';
import type { FakeVllm, Step } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';

let folder = '';
let files = 0;
const closers: (() => Promise<void>)[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stored-runs-'));
});

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

afterAll(() => rmSync(folder, { recursive: true }));

const HOUR_MS = 3_600_000;

/** A store as a process of its own would have it; `ahead` sets its clock. */
async function open(path: string, ahead = 0): Promise<Store> {
  const store = await openStore({ path, now: () => Date.now() + ahead });
  closers.push(() => store.close());
  return store;
}

const newPath = (): string => join(folder, `${files++}.db`);

async function startModel(...steps: readonly Step[]): Promise<{ vllm: FakeVllm; client: VllmClient }> {
  const vllm = await startFakeVllm();
  vllm.script(...steps);
  const client = new VllmClient(vllm.baseUrl, { maxRetries: 0 });
  closers.push(
    () => vllm.close(),
    () => client.close(),
  );
  return { vllm, client };
}

const NO_ARGUMENTS = { type: 'object', properties: {} };
const hello = defineAgent({ name: 'hello', model: 'fake' });

/** Pays on approval; keeps what it paid. */
function bank(paid: string[] = []): Agent {
  const pay = (name: string) =>
    defineTool({
      name,
      description: 'Pays.',
      parameters: NO_ARGUMENTS,
      needsApproval: true,
      execute: (_args, { idempotencyKey }) => {
        paid.push(`${name} ${idempotencyKey}`);
        return 'paid';
      },
    });
  return defineAgent({ name: 'bank', model: 'fake', tools: [pay('pay'), pay('tip')] });
}

const payAndTip = answer({
  toolCalls: [
    { name: 'pay', arguments: {}, id: 'a' },
    { name: 'tip', arguments: {}, id: 'b' },
  ],
});

const contents = (messages: readonly Message[]): unknown[] => messages.map(({ content }) => content);

test('a run with an id that the store has is the same run: nobody is asked again, whatever the input', async () => {
  const { vllm, client } = await startModel(answer({ content: 'I am well.' }));
  const path = newPath();
  const first = await run(hello, 'How are you?', { client, store: await open(path), runId: 'one' });
  const second = await run(hello, 'And you?', { client, store: await open(path), runId: 'one' });
  expect([contents(second.messages), second.outcome]).toEqual([['How are you?', 'I am well.'], { type: 'completed' }]);
  expect([second.usage, vllm.chatBodies().length]).toEqual([first.usage, 1]);
});

test('a run without an id gets one, and its settings are kept with it', async () => {
  const { client } = await startModel(answer({ content: 'I' }));
  const store = await open(newPath());
  const { state } = await run(hello, 'one', { client, store, settings: { from: 'a test' } });
  const stored = await store.readRun(state.runId);
  expect([stored?.status, stored?.settings, stored?.owner]).toEqual(['completed', { from: 'a test' }, null]);
  expect((await store.readEvents(state.runId)).reduce((count) => count + 1, 0)).toBe(4);
});

test('a stream with a store gives its events, and those of a replay are marked', async () => {
  const { client } = await startModel(answer({ content: 'I' }));
  const store = await open(newPath());
  const kinds = async () => {
    const seen: string[] = [];
    for await (const { type, replayed } of stream(hello, 'one', { client, store, runId: 'one' }))
      seen.push(replayed ? `${type}, replayed` : type);
    return seen;
  };
  expect(await kinds()).toEqual(['run_start', 'turn_start', 'content', 'usage', 'turn_end', 'run_end']);
  expect(await kinds()).toEqual(['run_start, replayed', 'turn_start, replayed', 'turn_end, replayed', 'run_end']);
});

test('a stream that is left early is recorded as aborted', async () => {
  const { client } = await startModel(answer({ content: 'I' }));
  const store = await open(newPath());
  for await (const { type } of stream(hello, 'one', { client, store, runId: 'one' })) if (type === 'turn_start') break;
  expect((await store.readRun('one'))?.outcome).toEqual({ type: 'aborted' });
});

test('a run that is aborted before it begins asks nobody', async () => {
  const { vllm, client } = await startModel();
  const store = await open(newPath());
  const running = stream(hello, 'one', { client, store, runId: 'one' });
  running.abort();
  expect([(await running.result).outcome, vllm.chatBodies()]).toEqual([{ type: 'aborted' }, []]);
});

describe('a session', () => {
  test('goes on in every process, by its name or its id', async () => {
    const { vllm, client } = await startModel(...['I', 'II', 'III'].map((content) => answer({ content })));
    const path = newPath();
    await run(hello, 'one', { client, store: await open(path), session: 'ann' });
    const store = await open(path);
    await run(hello, 'two', { client, store, session: 'ann' });
    const [session] = await store.listSessions();
    const { messages } = await run(hello, 'three', { client, store, session: session?.sessionId ?? '' });
    expect([session?.name, session?.agent, (await store.listSessions()).length]).toEqual(['ann', 'hello', 1]);
    expect(contents(messages)).toEqual(['one', 'I', 'two', 'II', 'three', 'III']);
    expect(vllm.chatBodies().map((body) => contents(body.messages as Message[]))).toEqual([
      ['one'],
      ['one', 'I', 'two'],
      ['one', 'I', 'two', 'II', 'three'],
    ]);
  });

  test('of another agent is another one', async () => {
    const { client } = await startModel(answer({ content: 'I' }), answer({ content: 'II' }));
    const store = await open(newPath());
    await run(hello, 'one', { client, store, session: 'ann' });
    const other = await run(bank(), 'two', { client, store, session: 'ann' });
    expect(contents(other.messages)).toEqual(['two', 'II']);
  });

  test('keeps long results for the model from one run to the next', async () => {
    const long = Array.from({ length: 100 }, (_, at) => `line ${at}`).join('\n');
    const read = defineTool({
      name: 'read',
      description: 'Reads.',
      parameters: NO_ARGUMENTS,
      maxResultChars: 200,
      execute: () => long,
    });
    const reader = defineAgent({ name: 'reader', model: 'fake', tools: [read] });
    const { client } = await startModel(
      answer({ toolCalls: [{ name: 'read', arguments: {}, id: 'a' }] }),
      answer({ content: 'It is long.' }),
      answer({ toolCalls: [{ name: 'read_result', arguments: { call_id: 'a', from: 400 } }] }),
      answer({ content: 'It ends with 99.' }),
    );
    const path = newPath();
    await run(reader, 'one', { client, store: await open(path), session: 'ann' });
    const { messages } = await run(reader, 'two', { client, store: await open(path), session: 'ann' });
    expect(messages.at(-2)?.content).toBe(`${long.slice(400)}\n[the end]`);
  });

  test('whose last run waits takes no other one', async () => {
    const { client } = await startModel(payAndTip);
    const store = await open(newPath());
    const { state } = await run(bank(), 'one', { client, store, session: 'ann' });
    const other = run(bank(), 'two', { client, store, session: 'ann' });
    await expect(other).rejects.toMatchObject({
      code: 'session_conflict',
      message: expect.stringContaining(`The run ${state.runId} of the session `),
    });
    await store.cancelRun(state.runId);
    const { client: next } = await startModel(answer({ content: 'II' }));
    expect(contents((await run(bank(), 'two', { client: next, store, session: 'ann' })).messages)).toEqual([
      'one',
      'two',
      'II',
    ]);
  });

  test('that somebody else continues meanwhile ends the run as failed, and takes the next one', async () => {
    const path = newPath();
    const store = await open(path);
    const { sessionId } = await store.createSession({ sessionId: 's', agent: 'hello', name: 'ann' });
    const intrude = defineTool({
      name: 'intrude',
      description: 'Writes to the session.',
      parameters: NO_ARGUMENTS,
      execute: async () => {
        await store.appendMessages(sessionId, { at: 1, messages: [{ role: 'user', content: 'I was here.' }] });
      },
    });
    const agent = defineAgent({ name: 'hello', model: 'fake', tools: [intrude] });
    const calls = answer({ toolCalls: [{ name: 'intrude', arguments: {} }] });
    const { client } = await startModel(calls, answer({ content: 'II' }), answer({ content: 'III' }));
    await expect(run(agent, 'one', { client, store, session: 'ann', runId: 'one' })).rejects.toMatchObject({
      code: 'session_conflict',
    });
    expect((await store.readRun('one'))?.outcome).toMatchObject({
      type: 'failed',
      error: { code: 'session_conflict' },
    });
    expect((await run(agent, 'two', { client, store, session: 'ann' })).outcome.type).toBe('completed');
  });

  test('that two processes begin at the same moment is one', async () => {
    const { client } = await startModel(answer({ content: 'I' }), answer({ content: 'II' }));
    const path = newPath();
    const stores = await Promise.all([open(path), open(path)]);
    const ends = await Promise.allSettled(
      stores.map((store, at) => run(hello, `question ${at}`, { client, store, session: 'ann' })),
    );
    const [store] = stores;
    expect((await store?.listSessions())?.length).toBe(1);
    // Both may come through one after the other; what collides is refused and not mixed.
    const log = (await store?.readMessages((await store.listSessions())[0]?.sessionId ?? '')) ?? [];
    const done = ends.filter(({ status }) => status === 'fulfilled').length;
    expect([done >= 1, log.length]).toEqual([true, 2 * done]);
  });
});

describe('resumeRun', () => {
  test('takes decisions one by one, in other processes, and runs what was allowed once', async () => {
    const { vllm, client } = await startModel(payAndTip, answer({ content: 'Done.' }));
    const path = newPath();
    const paid: string[] = [];
    const { outcome } = await run(bank(paid), 'Pay.', { client, store: await open(path), runId: 'bill' });
    const [pay, tip] = outcome.type === 'waiting' ? outcome.approvals.map(({ id }) => id) : [];
    const resume = async (approvals: Record<string, boolean>) =>
      await resumeRun(bank(paid), { client, store: await open(path), runId: 'bill', approvals });
    const second = await resume({ [pay ?? '']: true });
    expect([second.outcome, paid]).toEqual([
      { type: 'waiting', approvals: [expect.objectContaining({ id: tip })] },
      ['pay bill/t1/call/0'],
    ]);
    const third = await resume({ [tip ?? '']: false });
    expect([third.outcome, third.text, paid, vllm.chatBodies().length]).toEqual([
      { type: 'completed' },
      'Done.',
      ['pay bill/t1/call/0'],
      2,
    ]);
    expect(third.messages.at(-2)?.content).toContain('A person did not allow this call.');
  });

  test('refuses a decision on a call that does not wait, and sends none of the others', async () => {
    const { client } = await startModel(payAndTip);
    const store = await open(newPath());
    const { outcome } = await run(bank(), 'Pay.', { client, store, runId: 'bill' });
    const id = outcome.type === 'waiting' ? (outcome.approvals[0]?.id ?? '') : '';
    for (const wrong of [{ [id]: true, 'not-a-call': true }, { [id]: 'yes' as unknown as boolean }]) {
      await expect(resumeRun(bank(), { client, store, runId: 'bill', approvals: wrong })).rejects.toMatchObject({
        code: 'invalid',
      });
    }
    expect([await store.readInbox('bill'), (await store.readRun('bill'))?.status]).toEqual([[], 'waiting']);
  });

  test('goes on with a run that had failed, once the server is back', async () => {
    const { client } = await startModel();
    const store = await open(newPath());
    await client.close();
    const nobody = new VllmClient('http://127.0.0.1:1/v1', { maxRetries: 0 });
    const failed = await run(hello, 'one', { client: nobody, store, runId: 'one' });
    const { client: back } = await startModel(answer({ content: 'I' }));
    const result = await resumeRun(hello, { client: back, store, runId: 'one' });
    expect([failed.outcome.type, contents(result.messages)]).toEqual(['failed', ['one', 'I']]);
    await nobody.close();
  });

  test('gives its events', async () => {
    const { client } = await startModel(answer({ content: 'I' }));
    const store = await open(newPath());
    await run(hello, 'one', { client, store, runId: 'one' });
    const events: unknown[] = [];
    for await (const { type } of resumeStream(hello, { client, store, runId: 'one' })) events.push(type);
    expect(events).toEqual(['run_start', 'turn_start', 'turn_end', 'run_end']);
  });

  test.each<[string, string, string]>([
    ['that is not there', 'none', 'The store has no run none.'],
    ['of another agent', 'bill', 'The run bill is of the agent bank, not of hello.'],
    ['that another process runs', 'held', 'The run held is under way: somewhere holds it.'],
  ])('refuses a run %s', async (_name, runId, message) => {
    const { client } = await startModel(payAndTip);
    const path = newPath();
    const store = await open(path);
    await run(bank(), 'Pay.', { client, store, runId: 'bill' });
    const elsewhere = createEmbeddedHost(await open(path), { owner: 'somewhere' });
    const held = await elsewhere.openRun({ runId: 'held', agent: 'hello', input: [{ role: 'user', content: 'x' }] });
    await expect(resumeRun(hello, { client, store, runId })).rejects.toThrow(message);
    await held.close();
  });
});

describe('resumeRuns', () => {
  test('takes over the runs of the agent whose process died, and no others', async () => {
    const { client } = await startModel(answer({ content: 'I' }), answer({ content: 'II' }));
    const path = newPath();
    const dead = await open(path);
    const host = createEmbeddedHost(dead);
    for (const [runId, agent] of [
      ['one', 'hello'],
      ['two', 'hello'],
      ['three', 'other'],
    ] as const)
      await host.openRun({ runId, agent, input: [{ role: 'user', content: runId }] });
    const now = await open(path);
    expect(await resumeRuns(hello, { client, store: now })).toEqual([]);
    const later = await open(path, HOUR_MS);
    const results = await resumeRuns(hello, { client, store: later });
    expect(results.map(({ state, outcome }) => [state.runId, outcome.type])).toEqual([
      ['one', 'completed'],
      ['two', 'completed'],
    ]);
    expect((await later.readRun('three'))?.status).toBe('open');
  });
});

test('releaseRuns lets a run go, which another process finishes', async () => {
  const { client, vllm } = await startModel(
    answer({ toolCalls: [{ name: 'work', arguments: {} }] }),
    answer({ content: 'Done.' }),
  );
  let begun = (): void => {};
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  let attempts = 0;
  const work = defineTool({
    name: 'work',
    description: 'Works.',
    parameters: NO_ARGUMENTS,
    execute: async (_args, { signal }) => {
      attempts++;
      if (attempts > 1) return 'worked';
      begun();
      return await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    },
  });
  const worker = defineAgent({ name: 'worker', model: 'fake', tools: [work] });
  const path = newPath();
  const store = await open(path);
  const running = run(worker, 'Go.', { client, store, runId: 'one' });
  const end = running.catch((error: unknown) => error);
  await hasBegun;
  await releaseRuns(store);
  expect(await end).toMatchObject({ code: 'run_released' });
  const { text } = await resumeRun(worker, { client, store: await open(path), runId: 'one' });
  expect([text, attempts, vllm.chatBodies().length]).toEqual(['Done.', 2, 2]);
});

describe('misuse', () => {
  const store = { createRun: () => undefined } as unknown as Store;
  test.each<[string, StoredRunOptions]>([
    ['`session` needs the `store` that it is in', { session: 'ann' }],
    ['`settings` need the `store` that keeps them', { settings: 1 }],
    ['`store` must be a store, such as that of `await openStore()`', { store: 'a.db' as unknown as Store }],
    ['`session` must be a text', { store, session: 1 as unknown as string }],
    ['a run with a `store` has the host of the store: leave out `host`', { store, host: createInProcessHost }],
    [
      'a run with a `store` goes on from the store: name its `runId`, or a `session`',
      { store, state: INITIAL_RUN_STATE },
    ],
    ['a `session` has its messages: leave out `messages`', { store, session: 'ann', messages: [] }],
    ['give the `approvals` of a stored run to `resumeRun`', { store, approvals: {} }],
  ])('%s', (message, options) => {
    expect(() => stream(hello, 'one', options)).toThrow(new DefinitionError(`The options of the run: ${message}.`));
  });

  test('is thrown before anything is stored', async () => {
    const real = await open(newPath());
    expect(() => stream(hello, 'one', { store: real, limits: { turns: -1 } })).toThrow(DefinitionError);
    expect(() => stream(hello, [{ role: 'nobody' } as unknown as Message], { store: real })).toThrow(DefinitionError);
    expect(() => stream(hello, 'one', { store: real, sesion: 'ann' } as StoredRunOptions)).toThrow(
      'Did you mean `session`?',
    );
    expect(await real.listRuns()).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['`resumeRun` takes options: { store, runId }.', undefined],
    ['`resumeRun` needs the `store` that has the run.', { runId: 'one' }],
    ['`resumeRun` needs the `runId` of the run.', { store }],
  ])('of resumeRun: %s', async (message, options) => {
    await expect(resumeRun(hello, options as ResumeOptions)).rejects.toThrow(new DefinitionError(message));
  });
});

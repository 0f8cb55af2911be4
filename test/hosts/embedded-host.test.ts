// Owns what the embedded host does beside recording steps: leases, the inbox, events, sessions, letting go.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type {
  EmbeddedHostOptions,
  NewRun,
  OpenRun,
  RunOptions,
  RunResult,
  SqlDatabase,
  Store,
  Task,
  Tool,
} from '../../src/index.ts';
import {
  agentTool,
  createEmbeddedHost,
  defineAgent,
  defineTool,
  INITIAL_RUN_STATE,
  openStore,
  reduceRun,
  run,
  VllmClient,
} from '../../src/index.ts';
import { loadDatabase } from '../../src/session/sqlite/database.ts';
import type { FakeVllm, Step } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';

let folder = '';
let files = 0;
const closers: (() => Promise<void>)[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-'));
});

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

afterAll(() => rmSync(folder, { recursive: true }));

const START = 1_000_000;
const LEASE_MS = 1000;

/** A process: its own connection to the file, its own clock, its own timer. */
async function startProcess(path: string, options: EmbeddedHostOptions = {}) {
  const clock = { now: START };
  const now = (): number => clock.now;
  const ticks: (() => void)[] = [];
  let database: SqlDatabase | undefined;
  const load = await loadDatabase();
  const store = await openStore({ path, now, database: (file) => (database = load(file)) });
  closers.push(() => store.close());
  const host = createEmbeddedHost(store, {
    now,
    leaseMs: LEASE_MS,
    repeat: (work) => {
      ticks.push(work);
      return () => {
        ticks.splice(ticks.indexOf(work), 1);
      };
    },
    ...options,
  });
  const tick = (): void => {
    for (const work of ticks) work();
  };
  const setMaxPages = (count: number): unknown => database?.prepare(`PRAGMA max_page_count = ${count}`).all();
  return { store, host, clock, tick, ticks, setMaxPages };
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

const JOB: NewRun = { runId: 'job', agent: 'worker', input: [{ role: 'user', content: 'Do it.' }] };
const FINAL = answer({ content: 'Done.' });
const call = (name: string, args: object = {}) => answer({ toolCalls: [{ name, arguments: args, id: 'call-1' }] });

/** A tool whose call lasts until it is released, and that says when it has begun. */
function gate(name = 'work') {
  let onBegin = (): void => {};
  let release = (_result: string): void => {};
  const hasBegun = new Promise<void>((resolve) => (onBegin = resolve));
  const result = new Promise<string>((resolve) => (release = resolve));
  const signals: AbortSignal[] = [];
  const tool = defineTool({
    name,
    description: 'Works.',
    parameters: { type: 'object', properties: {} },
    execute: async (_args, { signal }) => {
      signals.push(signal);
      onBegin();
      return await Promise.race([
        result,
        new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
      ]);
    },
  });
  return { tool, hasBegun, release, signals };
}

function execute(opened: OpenRun, tools: readonly Tool[], options: RunOptions): Promise<RunResult> {
  const agent = defineAgent({ name: 'worker', model: 'fake', tools });
  return run(agent, opened.run.input, { ...options, ...opened.options });
}

async function stateIn(store: Store, runId = 'job') {
  return (await store.readEvents(runId)).reduce(reduceRun, INITIAL_RUN_STATE);
}

const note = defineTool({
  name: 'note',
  description: 'Notes.',
  parameters: { type: 'object', properties: {} },
  execute: () => 'noted',
});

const pay = defineTool({
  name: 'pay',
  description: 'Pays.',
  parameters: { type: 'object', properties: {} },
  needsApproval: true,
  execute: () => 'paid',
});

test('records how a run ended and the events that last, which fold to its state', async () => {
  const { store, host } = await startProcess(newPath());
  const { client } = await startModel(call('note'), FINAL);
  const opened = await host.openRun(JOB);
  const result = await execute(opened, [note], { client });
  await opened.close();
  const { status, outcome, owner } = (await store.readRun('job')) ?? {};
  expect({ status, outcome, owner }).toEqual({ status: 'completed', outcome: { type: 'completed' }, owner: null });
  expect(await stateIn(store)).toEqual(result.state);
  expect((await store.readEvents('job')).map(({ type }) => type)).toEqual([
    'run_start',
    'turn_start',
    'turn_end',
    'turn_start',
    'turn_end',
    'run_end',
  ]);
});

test('the same id again is the same run: it ends the same and asks nobody', async () => {
  const path = newPath();
  const first = await startProcess(path);
  const { client, vllm } = await startModel(call('note'), FINAL);
  const once = await first.host.openRun(JOB);
  const result = await execute(once, [note], { client });
  await once.close();
  const second = await startProcess(path);
  const again = await second.host.openRun({ ...JOB, input: [] });
  const replayed = await execute(again, [], { client });
  await again.close();
  expect(replayed.state).toEqual(result.state);
  expect(vllm.chatBodies().length).toBe(2);
  expect((await second.store.readRun('job'))?.status).toBe('completed');
  expect(await stateIn(second.store)).toEqual(result.state);
});

test('events of an agent inside the run are not among those that last', async () => {
  const { store, host } = await startProcess(newPath());
  const { client } = await startModel(call('expert', { task: 'Help.' }), answer({ content: 'I help.' }), FINAL);
  const expert = agentTool(defineAgent({ name: 'expert', description: 'Helps.', model: 'fake' }));
  const opened = await host.openRun(JOB);
  const result = await execute(opened, [expert], { client });
  await opened.close();
  expect(await stateIn(store)).toEqual(result.state);
});

test('a run that one process holds is refused to another, in words', async () => {
  const path = newPath();
  const [first, second] = [await startProcess(path, { owner: 'first' }), await startProcess(path)];
  await first.host.openRun(JOB);
  await expect(second.host.openRun(JOB)).rejects.toMatchObject({
    code: 'run_busy',
    retryable: true,
    message: 'The run job is under way: first holds it.',
  });
  expect(await second.host.takeOver('worker')).toEqual([]);
});

test('a run whose process stands still is taken over; what it then does is refused', async () => {
  const path = newPath();
  const [stale, heir] = [await startProcess(path), await startProcess(path)];
  const work = gate();
  const { client, vllm } = await startModel(call('work'), FINAL);
  const old = await stale.host.openRun(JOB);
  const oldResult = execute(old, [work.tool], { client });
  await work.hasBegun;
  heir.clock.now += LEASE_MS;
  const [taken] = await heir.host.takeOver('worker');
  expect(taken?.run.runId).toBe('job');
  work.release('from the old one');
  await expect(oldResult).rejects.toMatchObject({ code: 'lease_lost' });
  await old.close();
  const heirWork = gate();
  heirWork.release('from the new one');
  const result = taken && (await execute(taken, [heirWork.tool], { client }));
  await taken?.close();
  expect(result?.messages.at(-2)).toEqual({ role: 'tool', tool_call_id: 'call-1', content: 'from the new one' });
  expect(vllm.chatBodies().length).toBe(2);
  expect(await stateIn(heir.store)).toEqual(result?.state);
});

test('a process whose lease has ended asks before it begins a step', async () => {
  const path = newPath();
  const [stale, heir] = [await startProcess(path), await startProcess(path)];
  const { client, vllm } = await startModel();
  const old = await stale.host.openRun(JOB);
  stale.clock.now += LEASE_MS;
  heir.clock.now += LEASE_MS;
  const [taken] = await heir.host.takeOver('worker');
  await expect(execute(old, [], { client })).rejects.toMatchObject({ code: 'lease_lost' });
  expect(vllm.requests).toEqual([]);
  await Promise.all([old.close(), taken?.close()]);
});

test('a lease is renewed while its run lasts, and no longer', async () => {
  const { store, host, clock, tick, ticks } = await startProcess(newPath());
  const work = gate();
  const { client } = await startModel(call('work'), FINAL);
  const opened = await host.openRun(JOB);
  const running = execute(opened, [work.tool], { client });
  await work.hasBegun;
  clock.now += LEASE_MS - 1;
  tick();
  // A write of its own is in the same transaction or in a later one.
  await store.createRun({ ...JOB, runId: 'other' });
  expect((await store.readRun('job'))?.leaseUntil).toBe(START + 2 * LEASE_MS - 1);
  work.release('done');
  await running;
  await opened.close();
  expect(ticks).toEqual([]);
});

test('a renewal that finds the run taken over stops its work', async () => {
  const path = newPath();
  const [stale, heir] = [await startProcess(path), await startProcess(path)];
  const work = gate();
  const { client } = await startModel(call('work'));
  const old = await stale.host.openRun(JOB);
  const running = execute(old, [work.tool], { client });
  await work.hasBegun;
  heir.clock.now += LEASE_MS;
  const [taken] = await heir.host.takeOver('worker');
  stale.tick();
  await expect(running).rejects.toMatchObject({ code: 'lease_lost' });
  expect(work.signals.map(({ aborted }) => aborted)).toEqual([true]);
  await Promise.all([old.close(), taken?.close()]);
});

test('a run waits for an approval, which another process gives the next day', async () => {
  const path = newPath();
  const first = await startProcess(path);
  const { client, vllm } = await startModel(call('pay'), FINAL);
  const opened = await first.host.openRun(JOB);
  const { outcome } = await execute(opened, [pay], { client });
  await opened.close();
  const waiting = await first.store.readRun('job');
  expect([waiting?.status, waiting?.outcome]).toEqual(['waiting', outcome]);
  const person = await startProcess(path);
  const approvalId = outcome.type === 'waiting' ? outcome.approvals[0]?.id : undefined;
  expect(await person.host.takeOver('worker')).toEqual([]);
  await person.store.post('job', { type: 'decision', id: '1', approvalId: approvalId ?? '', decision: true });
  const later = await startProcess(path);
  const [taken] = await later.host.takeOver('worker');
  const result = taken && (await execute(taken, [pay], { client }));
  await taken?.close();
  expect(result?.messages.slice(-2)).toEqual([
    { role: 'tool', tool_call_id: 'call-1', content: 'paid' },
    { role: 'assistant', content: 'Done.' },
  ]);
  expect(vllm.chatBodies().length).toBe(2);
  expect(await stateIn(later.store)).toEqual(result?.state);
});

test('a decision on another call does not count, and the first one does', async () => {
  const { store, host } = await startProcess(newPath());
  const { client } = await startModel(call('pay'), FINAL);
  const opened = await host.openRun(JOB);
  const { outcome } = await execute(opened, [pay], { client });
  await opened.close();
  const id = outcome.type === 'waiting' ? (outcome.approvals[0]?.id ?? '') : '';
  await store.post('job', { type: 'decision', id: '1', approvalId: 't1/call/0#000000000000', decision: true });
  const again = await host.openRun(JOB);
  expect((await execute(again, [pay], { client })).outcome).toEqual(outcome);
  await again.close();
  expect((await store.readRun('job'))?.status).toBe('waiting');
  for (const [at, decision] of [false, true].entries()) {
    await store.post('job', { type: 'decision', id: `on it ${at}`, approvalId: id, decision });
  }
  const last = await host.openRun(JOB);
  const asked: unknown[] = [];
  const result = await execute(last, [pay], { client, approve: (approval) => asked.push(approval) > 0 });
  await last.close();
  expect(asked).toEqual([]);
  expect(result.messages.at(-2)?.content).toContain('A person did not allow this call.');
});

test('a message that is sent to a run is taken up once, whichever process runs it', async () => {
  const path = newPath();
  const [first, second] = [await startProcess(path), await startProcess(path)];
  const work = gate();
  const { client, vllm } = await startModel(call('work'), FINAL);
  await first.store.createRun(JOB);
  const send = (id: string, content: string) =>
    second.store.post('job', { type: 'message', id, message: { role: 'user', content } });
  await send('1', 'Before.');
  const opened = await first.host.openRun(JOB);
  const running = execute(opened, [work.tool], { client });
  await work.hasBegun;
  await send('2', 'Meanwhile.');
  await send('2', 'Meanwhile.');
  const ended = expect(running).rejects.toMatchObject({ code: 'run_released' });
  await first.host.close();
  await ended;
  // The call that was under way has no result, so its turn has no end.
  expect((await second.store.readEvents('job')).map(({ type }) => type)).toEqual(['run_start', 'turn_start']);
  const [taken] = await second.host.takeOver('worker');
  const again = gate();
  again.release('done');
  const result = taken && (await execute(taken, [again.tool], { client }));
  await taken?.close();
  const said = result?.messages.filter(({ role }) => role === 'user').map(({ content }) => content);
  expect(said).toEqual(['Do it.', 'Before.', 'Meanwhile.']);
  expect(vllm.chatBodies().map(({ messages }) => (messages as readonly unknown[]).length)).toEqual([1, 4]);
  expect((await second.store.readEvents('job')).filter(({ replayed }) => replayed)).toEqual([]);
});

test('a message is for the run itself, not for an agent inside it', async () => {
  const { store, host } = await startProcess(newPath());
  const send = defineTool({
    name: 'send',
    description: 'Sends.',
    parameters: { type: 'object', properties: {} },
    execute: async () => {
      await store.post('job', { type: 'message', id: '1', message: { role: 'user', content: 'For the outer one.' } });
      return 'sent';
    },
  });
  const expert = agentTool(defineAgent({ name: 'expert', description: 'Helps.', model: 'fake', tools: [send] }));
  const { client, vllm } = await startModel(call('expert', { task: 'Help.' }), call('send'), FINAL, FINAL);
  const opened = await host.openRun(JOB);
  const result = await execute(opened, [expert], { client });
  await opened.close();
  expect(JSON.stringify(vllm.chatBodies()[2])).not.toContain('For the outer one.');
  expect(result.messages.at(-2)).toEqual({ role: 'user', content: 'For the outer one.' });
});

test('a run is given back when what was under way has ended, and not before', async () => {
  const { store, host } = await startProcess(newPath());
  const { options } = await host.openRun(JOB);
  let begin = (): void => {};
  let release = (): void => {};
  const hasBegun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const stubborn = async (): Promise<string> => {
    begin();
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return 'done';
  };
  const polite: Task = (_input, { signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
  const journaled = options.host({
    runId: 'job',
    tasks: { stubborn, polite },
    signal: options.signal,
    emit: () => {},
    ready: () => undefined,
    answer: async () => undefined,
  });
  const leaving = (error: unknown): unknown => [error, journaled.isLeaving?.(error)];
  const all = journaled.all([{ key: 't1/call/0', task: 'stubborn', input: null }], 1).catch(leaving);
  const one = journaled.step({ key: 'start', task: 'polite', input: null }).catch(leaving);
  await hasBegun;
  const closing = host.close();
  await store.renewLeases([], 0);
  expect((await store.readRun('job'))?.owner).not.toBe(null);
  release();
  await closing;
  const released = [expect.objectContaining({ code: 'run_released' }), true];
  expect([await all, await one]).toEqual([released, released]);
  expect([(await store.readRun('job'))?.owner, await store.readSteps('job')]).toEqual([null, []]);
});

test('a run that is let go tells of no end, also of an agent inside it', async () => {
  const { host } = await startProcess(newPath());
  const work = gate();
  const expert = agentTool(defineAgent({ name: 'expert', description: 'Helps.', model: 'fake', tools: [work.tool] }));
  const { client } = await startModel(call('expert', { task: 'Help.' }), call('work'));
  const opened = await host.openRun(JOB);
  const ends: string[] = [];
  const agent = defineAgent({
    name: 'worker',
    model: 'fake',
    tools: [expert],
    onEvent: ({ type, parentCallId }) => {
      if (/^(turn|run)_end$/.test(type) && parentCallId === undefined) ends.push(type);
    },
  });
  const running = run(agent, JOB.input, { ...opened.options, client });
  const ended = running.catch((error: unknown) => error);
  await work.hasBegun;
  await host.close();
  expect([await ended, ends]).toEqual([expect.objectContaining({ code: 'run_released' }), []]);
});

test('a run is cancelled from another process', async () => {
  const path = newPath();
  const [holder, other] = [await startProcess(path), await startProcess(path)];
  const work = gate();
  const { client } = await startModel(call('work'));
  const opened = await holder.host.openRun(JOB);
  const running = execute(opened, [work.tool], { client });
  await work.hasBegun;
  await other.store.cancelRun('job');
  holder.tick();
  expect((await running).outcome).toEqual({ type: 'aborted' });
  await opened.close();
  const { status, isCancelRequested } = (await other.store.readRun('job')) ?? {};
  expect({ status, isCancelRequested }).toEqual({ status: 'aborted', isCancelRequested: false });
});

test('a run that was cancelled before its process died does not go on', async () => {
  const path = newPath();
  const [dead, heir] = [await startProcess(path), await startProcess(path)];
  const { client, vllm } = await startModel();
  await dead.host.openRun(JOB);
  await heir.store.cancelRun('job');
  heir.clock.now += LEASE_MS;
  const [taken] = await heir.host.takeOver('worker');
  const result = taken && (await execute(taken, [], { client }));
  await taken?.close();
  expect(result?.outcome).toEqual({ type: 'aborted' });
  expect(vllm.chatBodies()).toEqual([]);
});

test('a full disk ends the run here and loses nothing: it goes on when there is room', async () => {
  const { store, host, clock, setMaxPages } = await startProcess(newPath());
  const long = defineTool({
    name: 'long',
    description: 'Gives a long text.',
    parameters: { type: 'object', properties: {} },
    maxResultChars: 1_000_000,
    execute: () => 'x'.repeat(500_000),
  });
  const { client, vllm } = await startModel(call('long'), FINAL);
  const opened = await host.openRun(JOB);
  const { options } = opened;
  // From the first event of the first turn on: what comes before fits.
  const onEvent: typeof options.onEvent = (event) => {
    options.onEvent(event);
    if (event.type === 'tool_start') setMaxPages(1);
  };
  const agent = defineAgent({ name: 'worker', model: 'fake', tools: [long] });
  await expect(run(agent, JOB.input, { ...options, client, onEvent })).rejects.toMatchObject({
    code: 'disk_full',
    message: expect.stringMatching(
      /^The disk with the store .* is full\. What was recorded before is kept; free some space/,
    ),
  });
  await opened.close();
  expect((await store.readSteps('job')).map(({ key }) => key)).toEqual(['start', 't1/added', 't1/model']);
  setMaxPages(1_000_000);
  clock.now += LEASE_MS;
  const again = await host.openRun(JOB);
  const result = await execute(again, [long], { client });
  await again.close();
  expect([result.outcome.type, result.messages.length]).toEqual(['completed', 4]);
  expect(vllm.chatBodies().length).toBe(2);
});

test('runs of a session continue its conversation, and an attempt that was aborted is replaced', async () => {
  const { store, host } = await startProcess(newPath());
  await store.createSession({ sessionId: 's', agent: 'worker' });
  const inSession = async (runId: string, content: string): Promise<OpenRun> => {
    const length = (await store.readSession('s'))?.length ?? 0;
    const session = { sessionId: 's', length };
    return await host.openRun({ runId, agent: 'worker', input: [{ role: 'user', content }], session });
  };
  const log = async () => (await store.readMessages('s')).map(({ runId, message }) => [runId, message.content]);
  const work = gate();
  const { client } = await startModel(answer({ content: 'Hello.' }), call('work'), answer({ content: 'It is done.' }));

  const first = await inSession('one', 'Hi.');
  await execute(first, [], { client });
  await first.close();
  const afterFirst = [
    ['one', 'Hi.'],
    ['one', 'Hello.'],
  ];
  expect(await log()).toEqual(afterFirst);

  const second = await inSession('two', 'Do it.');
  const running = execute(second, [work.tool], { client });
  await work.hasBegun;
  await store.cancelRun('two');
  expect(await log()).toEqual([...afterFirst, ['two', 'Do it.']]);
  const ended = expect(running).rejects.toMatchObject({ code: 'run_released' });
  await host.close();
  await ended;

  const again = await host.openRun({ runId: 'two', agent: 'worker', input: [] });
  expect(again.options.signal.aborted).toBe(true);
  expect((await execute(again, [work.tool], { client })).outcome).toEqual({ type: 'aborted' });
  await again.close();
  const third = await host.openRun({ runId: 'two', agent: 'worker', input: [] });
  expect(third.options.state?.messages.length).toBe(2);
  const retried = gate();
  retried.release('done');
  const result = await execute(third, [retried.tool], { client });
  await third.close();
  expect(await log()).toEqual([...afterFirst, ...result.messages.slice(2).map(({ content }) => ['two', content])]);
  expect(result.text).toBe('It is done.');
});

test('a run does not write over what somebody else added to its session', async () => {
  const { store, host } = await startProcess(newPath());
  await store.createSession({ sessionId: 's', agent: 'worker' });
  const { client } = await startModel(FINAL);
  const opened = await host.openRun({ ...JOB, session: { sessionId: 's', length: 0 } });
  await store.appendMessages('s', { at: 0, messages: [{ role: 'user', content: 'I was here.' }] });
  await expect(execute(opened, [], { client })).rejects.toMatchObject({ code: 'session_conflict' });
  await opened.close();
  expect((await store.readMessages('s')).length).toBe(1);
});

test('an end that could not be recorded is said when the run is closed', async () => {
  const path = newPath();
  const [holder, heir] = [await startProcess(path), await startProcess(path)];
  const { client } = await startModel(FINAL);
  const opened = await holder.host.openRun(JOB);
  const { outcome } = await execute(opened, [], { client });
  heir.clock.now += LEASE_MS;
  const [taken] = await heir.host.takeOver('worker');
  expect(outcome.type).toBe('completed');
  await expect(opened.close()).rejects.toMatchObject({ code: 'lease_lost' });
  await taken?.close();
});

test('a run that is let go while the model answers has no outcome', async () => {
  const { store, host } = await startProcess(newPath());
  const { client } = await startModel(answer({ content: ['Hello', ', Ann.'], stallAfter: 700 }));
  const opened = await host.openRun(JOB);
  const { options } = opened;
  let closing: Promise<void> | undefined;
  const ended = run(defineAgent({ name: 'worker', model: 'fake' }), JOB.input, {
    ...options,
    client,
    onEvent: (event) => {
      options.onEvent(event);
      if (event.type === 'content') closing = host.close();
    },
  });
  await expect(ended).rejects.toMatchObject({ code: 'run_released' });
  await closing;
  expect((await store.readEvents('job')).map(({ type }) => type)).toEqual(['run_start', 'turn_start']);
  expect((await store.readRun('job'))?.status).toBe('open');
});

test('a completed run is played again without touching its session', async () => {
  const { store, host } = await startProcess(newPath());
  await store.createSession({ sessionId: 's', agent: 'worker' });
  const { client } = await startModel(answer({ content: '{"sum": 3}' }));
  const job = { ...JOB, session: { sessionId: 's', length: 0 } };
  // Nothing is recorded after its answer, so that its last turn is not known to be a replay.
  const output = { type: 'object', properties: { sum: { type: 'integer' } }, required: ['sum'] } as const;
  const agent = defineAgent({ name: 'worker', model: 'fake', output });
  const attempt = async (): Promise<RunResult> => {
    const opened = await host.openRun(job);
    const result = await run(agent, opened.run.input, { ...opened.options, client });
    await opened.close();
    return result;
  };
  const once = await attempt();
  await store.appendMessages('s', { at: once.messages.length, messages: [{ role: 'user', content: 'More.' }] });
  expect((await attempt()).state).toEqual(once.state);
  expect((await store.readMessages('s')).length).toBe(once.messages.length + 1);
});

// Owns claims about calls that were under way when their process died: which run again, and what the model is told of those that do not.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Agent, RecordOptions, RunEvent, Store, Tool } from '../../src/index.ts';
import {
  agentTool,
  createEmbeddedHost,
  DefinitionError,
  defineAgent,
  defineTool,
  openStore,
  resumeRun,
  run,
  VllmClient,
} from '../../src/index.ts';
import type { Step } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';

let folder = '';
let files = 0;
const closers: (() => Promise<void>)[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'in-doubt-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const newPath = (): string => join(folder, `${files++}.db`);
const HOUR_MS = 3_600_000;

async function open(path: string, ahead = 0): Promise<Store> {
  const store = await openStore({ path, now: () => Date.now() + ahead });
  closers.push(() => store.close());
  return store;
}

async function startModel(...steps: readonly Step[]): Promise<VllmClient> {
  const vllm = await startFakeVllm();
  vllm.script(...steps);
  const client = new VllmClient(vllm.baseUrl, { maxRetries: 0 });
  closers.push(
    () => vllm.close(),
    () => client.close(),
  );
  return client;
}

/** A tool whose first call lasts for ever; it notes the keys under which it was run. */
function stuck(idempotent: boolean | undefined) {
  const keys: string[] = [];
  let onBegin = (): void => {};
  const hasBegun = new Promise<void>((resolve) => (onBegin = resolve));
  const tool = defineTool({
    name: 'act',
    description: 'Acts.',
    parameters: { type: 'object', properties: {} },
    ...(idempotent !== undefined && { idempotent }),
    execute: async (_args, { idempotencyKey, signal }) => {
      keys.push(idempotencyKey);
      if (keys.length > 1) return 'acted';
      onBegin();
      return await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    },
  });
  return { tool, keys, hasBegun };
}

const calls = answer({ toolCalls: [{ name: 'act', arguments: {}, id: 'call-1' }] });
const done = answer({ content: 'Done.' });
const agentOf = (...tools: readonly Tool[]): Agent => defineAgent({ name: 'worker', model: 'fake', tools });

/** A process that is gone in the middle of the call: nobody in it writes any more. */
async function die(path: string, agent: Agent, client: VllmClient, hasBegun: Promise<void>): Promise<void> {
  const store = await openStore({ path });
  const host = createEmbeddedHost(store);
  const input = [{ role: 'user', content: 'Act.' }] as const;
  const opened = await host.openRun({ runId: 'job', agent: 'worker', input });
  const running = run(agent, opened.run.input, { ...opened.options, client }).catch(() => undefined);
  await hasBegun;
  await store.close();
  closers.push(async () => {
    await host.close();
    await running;
  });
}

test.each([
  ['that says nothing', undefined, ['job/t1/call/0', 'job/t1/call/0']],
  ['that is idempotent', true, ['job/t1/call/0', 'job/t1/call/0']],
  ['that is not', false, ['job/t1/call/0']],
])('a call of a tool %s runs again or not', async (_name, idempotent, expected) => {
  const { tool, keys, hasBegun } = stuck(idempotent);
  const path = newPath();
  const client = await startModel(calls, done);
  await die(path, agentOf(tool), client, hasBegun);
  const result = await resumeRun(agentOf(tool), { client, store: await open(path, HOUR_MS), runId: 'job' });
  expect([result.outcome, keys]).toEqual([{ type: 'completed' }, expected]);
});

test('the model and the person are told of a call that may have taken effect, once, and the count has it', async () => {
  const { tool, keys, hasBegun } = stuck(false);
  const path = newPath();
  const client = await startModel(calls, done);
  await die(path, agentOf(tool), client, hasBegun);
  const events: RunEvent[] = [];
  const first = await resumeRun(agentOf(tool), {
    client,
    store: await open(path, HOUR_MS),
    runId: 'job',
    onEvent: (event) => events.push(event),
  });
  const told =
    'This call was under way when its process ended. It is not known whether it took effect, and it was not run again. ' +
    'Find out first, if you can; else ask before you repeat it.';
  expect(first.messages.at(-2)).toEqual({ role: 'tool', tool_call_id: 'call-1', content: told });
  expect(first.warnings).toEqual([
    {
      turn: 1,
      code: 'call_in_doubt',
      message:
        'The call of `act` was under way when its process ended: it may have taken effect, and was not run again.',
      callId: 'call-1',
      toolName: 'act',
    },
  ]);
  expect(events.map(({ type }) => type)).not.toContain('tool_start');
  // The answer is recorded like that of any call.
  const again = await resumeRun(agentOf(tool), { client, store: await open(path, HOUR_MS), runId: 'job' });
  expect([again.state.toolCalls, again.messages, again.warnings, keys.length]).toEqual([
    1,
    first.messages,
    first.warnings,
    1,
  ]);
});

test('a call that had ended is in no doubt', async () => {
  const { tool, keys } = stuck(false);
  keys.push('before');
  const path = newPath();
  const client = await startModel(calls);
  const unreachable = await run(agentOf(tool), 'Act.', { client, store: await open(path), runId: 'job' });
  expect(unreachable.outcome.type).toBe('failed');
  const back = await startModel(done);
  const { messages } = await resumeRun(agentOf(tool), { client: back, store: await open(path), runId: 'job' });
  expect([messages.at(-2)?.content, keys]).toEqual(['acted', ['before', 'job/t1/call/0']]);
});

test('a call of an agent inside the run is in doubt like any other', async () => {
  const { tool, keys, hasBegun } = stuck(false);
  const inner = (): Tool =>
    agentTool(defineAgent({ name: 'expert', description: 'Helps.', model: 'fake', tools: [tool] }));
  const path = newPath();
  const asks = answer({ toolCalls: [{ name: 'expert', arguments: { task: 'Act.' } }] });
  const client = await startModel(asks, calls, answer({ content: 'I cannot tell.' }), done);
  await die(path, agentOf(inner()), client, hasBegun);
  const result = await resumeRun(agentOf(inner()), { client, store: await open(path, HOUR_MS), runId: 'job' });
  expect([result.messages.at(-2)?.content, keys]).toEqual(['I cannot tell.', ['job/t1/call/0/t1/call/0']]);
});

test('a call that was cancelled before it began is not taken for one that did', async () => {
  const { tool, keys } = stuck(false);
  keys.push('before');
  const path = newPath();
  const client = await startModel(calls, done);
  const stop = new AbortController();
  const onEvent = ({ type }: RunEvent): void => {
    if (type === 'tool_call_complete') stop.abort();
  };
  await run(agentOf(tool), 'Act.', { client, store: await open(path), runId: 'job', signal: stop.signal, onEvent });
  const more = await startModel(calls, done);
  const result = await resumeRun(agentOf(tool), { client: more, store: await open(path), runId: 'job' });
  expect([result.messages.at(-2)?.content, keys]).toEqual(['acted', ['before', 'job/t1/call/0']]);
});

test('the begin of a call that must not run twice is recorded before it, the value of one that may is not waited for', async () => {
  const recorded: [string, RecordOptions | undefined][] = [];
  const tool = (name: string, idempotent?: boolean): Tool =>
    defineTool({
      name,
      description: 'Acts.',
      parameters: { type: 'object', properties: {} },
      ...(idempotent !== undefined && { idempotent }),
      execute: () => {
        recorded.push([`runs ${name}`, undefined]);
        return 'acted';
      },
    });
  const three = answer({ toolCalls: ['once', 'freely', 'plain'].map((name) => ({ name, arguments: {} })) });
  const client = await startModel(three, done);
  const store = await open(newPath());
  const watched: Store = {
    ...store,
    capabilities: store.capabilities,
    recordStep: async (lease, step, options) => {
      await store.recordStep(lease, step, options);
      recorded.push([step.key, options]);
    },
  };
  await run(agentOf(tool('once', false), tool('freely', true), tool('plain')), 'Act.', { client, store: watched });
  const at = (name: string): number => recorded.findIndex(([one]) => one === name);
  expect(at('t1/call/0/begun')).toBeLessThan(at('runs once'));
  const options = new Map(recorded);
  expect(['t1/call/0', 't1/call/1', 't1/call/2'].map((key) => options.get(key))).toEqual([
    undefined,
    { mayWait: true },
    undefined,
  ]);
});

test('idempotent must be true or false', () => {
  const idempotent = 'no' as unknown as boolean;
  const define = () =>
    defineTool({ name: 'act', description: 'Acts.', parameters: { type: 'object' }, execute: () => '', idempotent });
  expect(define).toThrow(new DefinitionError('Tool `act`: `idempotent` must be true or false.'));
});

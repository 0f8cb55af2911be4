// Owns the claims about the id of a conversation: which one the requests of a run carry, and what it lasts over.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunOptions } from '../../src/index.ts';
import {
  agentTool,
  createEmbeddedHost,
  defineAgent,
  defineTool,
  openStore,
  parseRunState,
  run,
  VllmClient,
} from '../../src/index.ts';
import type { Answer, FakeVllmOptions, Step } from '../../src/testing/index.ts';
import { answer, reply, startFakeVllm } from '../../src/testing/index.ts';

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } as const;
const look = defineTool({ name: 'look', description: 'Looks.', parameters, execute: () => 'seen' });
const agent = defineAgent({ name: 'tested', tools: [look] });

function calls(name: string, args: object): Answer {
  return answer({ toolCalls: [{ name, arguments: args }] });
}

const TWO_TURNS = [calls('look', { city: 'Paris' }), answer({ content: 'Done.' })];

/** Header and field of each request that asked the model or counted tokens. */
async function sessionsOf(
  steps: readonly Step[],
  work: (client: VllmClient) => Promise<unknown>,
  options: FakeVllmOptions = {},
): Promise<readonly (readonly [path: string, header: unknown, field: unknown])[]> {
  await using vllm = await startFakeVllm(options);
  vllm.script(...steps);
  await using client = new VllmClient(vllm.baseUrl, { retryBaseMs: 1 });
  await work(client);
  return vllm.requests
    .filter(({ body }) => body !== undefined)
    .map(({ path, headers, body }) => [path, headers['x-session-id'], body?.session_id]);
}

const CHAT = '/v1/chat/completions';

describe('the requests of a run carry', () => {
  test('the id of the run in every turn and every attempt', async () => {
    const steps = [reply({ status: 503 }), ...TWO_TURNS];
    const sessions = await sessionsOf(steps, (client) => run(agent, 'Go.', { client, runId: 'run_1' }));
    expect(sessions).toEqual([
      [CHAT, 'run_1', 'run_1'],
      [CHAT, 'run_1', 'run_1'],
      [CHAT, 'run_1', 'run_1'],
    ]);
  });

  test.each<[string, RunOptions, readonly unknown[]]>([
    ['the given id of the conversation', { sessionId: 'talk' }, ['talk', 'talk']],
    ['that of the parameters, before it', { sessionId: 'talk', params: { session_id: 'mine' } }, ['mine', 'mine']],
    [
      'that of `extra`, before both',
      { params: { session_id: 'mine', extra: { session_id: 'more' } } },
      ['more', 'more'],
    ],
    ['none where the parameters have null', { params: { session_id: null } }, [undefined, undefined]],
  ])('%s', async (_, options, expected) => {
    const sessions = await sessionsOf(TWO_TURNS, (client) => run(agent, 'Go.', { client, runId: 'run_1', ...options }));
    expect(sessions).toEqual([
      [CHAT, ...expected],
      [CHAT, ...expected],
    ]);
  });

  test('one id when another run goes on with the conversation, also from a stored state', async () => {
    const steps = [answer({ content: 'One.' }), answer({ content: 'Two.' }), answer({ content: 'Three.' })];
    const sessions = await sessionsOf(steps, async (client) => {
      const one = await run(agent, 'a', { client, runId: 'run_1' });
      const two = await run(agent, 'b', { client, runId: 'run_2', state: one.state });
      const state = parseRunState(JSON.parse(JSON.stringify(two.state)));
      const three = await run(agent, 'c', { client, state });
      expect([one, two, three].map(({ state: { sessionId } }) => sessionId)).toEqual([undefined, 'run_1', 'run_1']);
    });
    expect(sessions).toEqual(steps.map(() => [CHAT, 'run_1', 'run_1']));
  });

  test('the id that they had when the run is resumed', async () => {
    const pay = defineTool({
      name: 'pay',
      description: 'Pays.',
      needsApproval: true,
      parameters,
      execute: () => 'paid',
    });
    const payer = defineAgent({ name: 'payer', tools: [pay] });
    const steps = [calls('pay', { city: 'Paris' }), answer({ content: 'Paid.' })];
    const sessions = await sessionsOf(steps, async (client) => {
      const { state, outcome } = await run(payer, 'Pay.', { client, sessionId: 'talk' });
      const ids = outcome.type === 'waiting' ? outcome.approvals.map(({ id }) => id) : [];
      const approvals = Object.fromEntries(ids.map((id) => [id, true]));
      const { text } = await run(payer, '', { client, state, approvals });
      expect(text).toBe('Paid.');
    });
    expect(sessions).toEqual(steps.map(() => [CHAT, 'talk', 'talk']));
  });

  test('an id of its own for each inner agent, whatever the outer one was given', async () => {
    const inner = agentTool(defineAgent({ name: 'inner', description: 'Knows.', tools: [look] }));
    const outer = defineAgent({ name: 'outer', tools: [inner] });
    const task = (text: string) => ({ task: text });
    const steps = [
      calls('inner', task('Do it.')),
      ...TWO_TURNS,
      calls('inner', task('Do it now.')),
      answer({ content: 'a' }),
      answer({ content: 'b' }),
    ];
    const params = { session_id: 'mine' };
    const sessions = await sessionsOf(steps, (client) => run(outer, 'Go.', { client, runId: 'run_1', params }));
    expect(sessions.map(([, header, field]) => [header, field])).toEqual([
      ['mine', 'mine'],
      ['run_1/t1/call/0', 'run_1/t1/call/0'],
      ['run_1/t1/call/0', 'run_1/t1/call/0'],
      ['mine', 'mine'],
      ['run_1/t2/call/0', 'run_1/t2/call/0'],
      ['mine', 'mine'],
    ]);
  });

  test('the header where tokens are counted', async () => {
    const models = [{ id: 'fake', maxModelLen: 8192 }];
    const input = 'word '.repeat(6000);
    const sessions = await sessionsOf(
      [answer({ content: 'Long.' })],
      (client) => run(agent, input, { client, runId: 'run_1', params: { max_tokens: 1000 } }),
      { models },
    );
    expect(sessions).toEqual([
      ['/tokenize', 'run_1', undefined],
      [CHAT, 'run_1', 'run_1'],
    ]);
  });

  test('the same on a server without a tool parser', async () => {
    const text = '<tool_call>\n{"name": "look", "arguments": {"city": "Paris"}}\n</tool_call>';
    const sessions = await sessionsOf(
      [answer({ content: text }), answer({ content: 'Done.' })],
      (client) => run(agent, 'Go.', { client, runId: 'run_1' }),
      { toolParser: false },
    );
    expect(sessions).toEqual([
      [CHAT, 'run_1', 'run_1'],
      ['/tokenize', 'run_1', undefined],
      ['/tokenize', 'run_1', undefined],
      [CHAT, 'run_1', 'run_1'],
      [CHAT, 'run_1', 'run_1'],
    ]);
  });

  test('the id of the stored session', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'session-id-'));
    const store = await openStore({ path: join(folder, 'store.db') });
    await store.createSession({ sessionId: 'talk', agent: 'tested' });
    const host = createEmbeddedHost(store);
    const steps = [answer({ content: 'One.' }), answer({ content: 'Two.' })];
    const sessions = await sessionsOf(steps, async (client) => {
      for (const [runId, length] of [['run_1', 0] as const, ['run_2', 2] as const]) {
        const session = { sessionId: 'talk', length };
        const opened = await host.openRun({
          runId,
          agent: 'tested',
          input: [{ role: 'user', content: 'Hi' }],
          session,
        });
        await run(agent, 'Hi', { client, ...opened.options });
        await opened.close();
      }
    });
    await host.close();
    await store.close();
    await rm(folder, { recursive: true });
    expect(sessions).toEqual(steps.map(() => [CHAT, 'talk', 'talk']));
  });
});

test.each<[unknown]>([[''], [7]])('an id that is %j is refused', async (sessionId) => {
  const options = { sessionId } as unknown as RunOptions;
  await expect(run(agent, 'Go.', options)).rejects.toThrow('`sessionId`');
});

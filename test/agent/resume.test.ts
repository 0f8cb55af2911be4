// Owns what a run carries from one process to another in its state: its tools, decisions, limits, kept results, its place in the conversation.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Outcome, PendingApproval, RunState, ToolProvider } from '../../src/index.ts';
import { defineAgent, defineTool, parseRunState, run, VllmClient } from '../../src/index.ts';
import { answer, startFakeVllm } from '../support/fake.ts';
import type { Tried, TryOptions } from '../support/run-helpers.ts';
import { findUnpaired, findUnsendable, tryRun, weatherAgent } from '../support/run-helpers.ts';

const PARIS = { name: 'get_weather', arguments: { city: 'Paris' } };
const FINAL = answer({ content: 'FINAL answer' });

function payTool(paid: number[] = []) {
  return defineTool({
    name: 'pay',
    description: 'Pays.',
    parameters: z.object({ n: z.number() }),
    needsApproval: true,
    execute: ({ n }) => {
      paid.push(n);
      return `paid ${n}`;
    },
  });
}

function payCall(n: number, id: string) {
  return { name: 'pay', arguments: { n }, id };
}

/** As another process gets it. */
function stored({ result }: Tried): RunState {
  return parseRunState(JSON.parse(JSON.stringify(result.state)));
}

function approvalsOf(outcome: Outcome): readonly PendingApproval[] {
  return outcome.type === 'waiting' ? outcome.approvals : [];
}

function allowAll({ result }: Tried): Record<string, boolean> {
  return Object.fromEntries(approvalsOf(result.outcome).map(({ id }) => [id, true]));
}

/** The messages of tool role, as the model is given them. */
function results({ result }: Tried): unknown[] {
  return result.messages.flatMap((message) => (message.role === 'tool' ? [message.content] : []));
}

describe('a call that waits', () => {
  test('runs with the tools of its provider, in a process that asks no model for it', async () => {
    const paid: number[] = [];
    const opened: string[] = [];
    const provider: ToolProvider = {
      name: 'bank',
      isRequired: true,
      open: async () => {
        opened.push('open');
        return {
          tools: () => [payTool(paid)],
          instructions: '',
          close: async () => {
            opened.push('close');
          },
        };
      },
    };
    const agent = { tools: [], providers: [provider] };
    const waiting = await tryRun([answer({ toolCalls: [payCall(5, 'p')] })], { agent });
    const resumed = await tryRun([FINAL], { agent, input: '', state: stored(waiting), approvals: allowAll(waiting) });
    expect([resumed.result.outcome, results(resumed), paid]).toEqual([{ type: 'completed' }, ['paid 5'], [5]]);
    expect(opened).toEqual(['open', 'close', 'open', 'close']);
  });

  test('is decided on by itself: a later call with the same id is asked about again', async () => {
    const paid: number[] = [];
    const agent = { tools: [payTool(paid)] };
    const waiting = await tryRun([answer({ toolCalls: [payCall(5, 'call_0')] })], { agent });
    const resumed = await tryRun([answer({ toolCalls: [payCall(5000, 'call_0')] })], {
      agent,
      input: '',
      state: stored(waiting),
      approvals: allowAll(waiting),
    });
    expect(paid).toEqual([5]);
    expect(approvalsOf(resumed.result.outcome).map(({ arguments: args }) => args)).toEqual([{ n: 5000 }]);
  });

  test('is decided on as it was seen: a decision on another run of the same call is refused', async () => {
    const agent = { tools: [payTool()] };
    const options = { agent, notReplayed: 'two runs are compared' };
    const [first, second] = [
      await tryRun([answer({ toolCalls: [payCall(5, 'p')] })], { ...options, runId: 'first' }),
      await tryRun([answer({ toolCalls: [payCall(5, 'p')] })], { ...options, runId: 'second' }),
    ];
    const resume = tryRun([], { agent, input: '', state: stored(second), approvals: allowAll(first) });
    await expect(resume).rejects.toThrow(
      /^No call with the approval id `t1\/call\/0#[0-9a-f]{12}` waits\. These wait: /,
    );
  });

  test('keeps the id of its run', async () => {
    const agent = { tools: [payTool()] };
    const waiting = await tryRun([answer({ toolCalls: [payCall(5, 'p')] })], { agent });
    const resume = tryRun([], { agent, input: '', state: stored(waiting), runId: 'another' });
    await expect(resume).rejects.toThrow('A run that goes on keeps its id `played-run`: leave out `runId`.');
  });

  test('keeps the results of the calls beside it, and comes to the model in call order', async () => {
    const agent = { tools: [payTool(), ...weatherAgent().tools] };
    const calls = [payCall(5, 'p'), { ...PARIS, id: 'w' }, payCall(6, 'q')];
    const waiting = await tryRun([answer({ toolCalls: calls })], { agent });
    const [first, second] = approvalsOf(waiting.result.outcome);
    const approvals = { [first?.id ?? '']: false, [second?.id ?? '']: true };
    const resumed = await tryRun([FINAL], { agent, input: '', state: stored(waiting), approvals });
    expect(results(resumed)).toEqual([
      'A person did not allow this call. Do not repeat it; find another way, or ask.',
      '{"city":"Paris","temperature":20}',
      'paid 6',
    ]);
    expect([findUnpaired(resumed.events), findUnsendable(resumed.result.messages)]).toEqual([[], []]);
  });

  test('waits on when only another one was decided', async () => {
    const paid: number[] = [];
    const agent = { tools: [payTool(paid)] };
    const waiting = await tryRun([answer({ toolCalls: [payCall(5, 'p'), payCall(6, 'q')] })], { agent });
    const [first, second] = approvalsOf(waiting.result.outcome);
    const half = await tryRun([], { agent, input: '', state: stored(waiting), approvals: { [first?.id ?? '']: true } });
    expect(approvalsOf(half.result.outcome)).toEqual([second]);
    const whole = await tryRun([FINAL], { agent, input: '', state: stored(half), approvals: allowAll(half) });
    expect([results(whole), paid]).toEqual([
      ['paid 5', 'paid 6'],
      [5, 6],
    ]);
  });

  test('comes before a message that is given with the decision', async () => {
    const agent = { tools: [payTool()] };
    const waiting = await tryRun([answer({ toolCalls: [payCall(5, 'p')] })], { agent, input: 'Pay 5.' });
    const options = { agent, input: 'And hurry.', state: stored(waiting), approvals: allowAll(waiting) };
    const { bodies } = await tryRun([FINAL], options);
    expect(bodies[0]?.messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'Pay 5.'],
      ['assistant', null],
      ['tool', 'paid 5'],
      ['user', 'And hurry.'],
    ]);
  });
});

describe('a run that goes on', () => {
  const calls = (count: number) =>
    Array.from({ length: count }, (_, at) => answer({ toolCalls: [{ ...PARIS, arguments: { city: `${at}` } }] }));
  const waitingAgent = { tools: [payTool(), ...weatherAgent().tools] };

  async function resume(steps: Parameters<typeof tryRun>[0], first: TryOptions, then: TryOptions): Promise<Tried> {
    const waiting = await tryRun([...calls(1), answer({ toolCalls: [payCall(1, 'p')] })], {
      agent: waitingAgent,
      ...first,
    });
    const state = stored(waiting);
    return await tryRun(steps, { agent: waitingAgent, input: '', state, approvals: allowAll(waiting), ...then });
  }

  test.each([
    ['turns', { turns: 2 }, 'The run reached its limit of 2 turns (`limits.turns`).'],
    ['tokens', { tokens: 5 }, 'The run reached its limit of 5 tokens (`limits.tokens`).'],
  ])('has used up what it used before: %s', async (limit, limits, message) => {
    const { result } = await resume([], {}, { limits });
    expect(result.outcome).toEqual({ type: 'limit', limit, message });
  });

  test('counts its calls, turns and tokens on', async () => {
    const { result } = await resume([...calls(1), FINAL], {}, {});
    const { turns, toolCalls, spent, usage } = result.state;
    expect([turns, toolCalls, spent.turns, spent.toolCalls, spent.tokens]).toEqual([4, 3, 4, 3, usage.totalTokens]);
  });

  test('knows what it called last, so that the same call again is noticed', async () => {
    const again = answer({ toolCalls: [payCall(1, 'x')] });
    const tried = await resume([again, FINAL], { limits: { sameCall: 2 } }, { limits: { sameCall: 2 } });
    expect(results(tried)).toEqual([
      '{"city":"0","temperature":20}',
      'paid 1',
      'This call ran already, so it did not run again. Its result was:\npaid 1\n\n' +
        'Answer now, from the results above: Is it warm in Paris?',
    ]);
  });

  test('after a limit ends there again until the limit is raised', async () => {
    const first = await tryRun(calls(2), { limits: { turns: 2 } });
    const ended = await tryRun([], { input: '', state: stored(first), limits: { turns: 2 } });
    expect([ended.result.outcome, ended.bodies]).toEqual([first.result.outcome, []]);
    const raised = await tryRun([FINAL], { input: '', state: stored(first), limits: { turns: 3 } });
    expect([raised.result.outcome, raised.result.turns]).toEqual([{ type: 'completed' }, 3]);
  });

  test('a new question in the same conversation is a new run, with limits of its own', async () => {
    const first = await tryRun([...calls(1), FINAL], { limits: { turns: 2 } });
    const second = await tryRun([FINAL], { input: 'And Tokyo?', state: stored(first), limits: { turns: 2 } });
    const { turns, toolCalls } = second.result.state;
    expect([second.result.outcome, turns, toolCalls]).toEqual([{ type: 'completed' }, 1, 0]);
    expect(second.result.messages.slice(0, -2)).toEqual(first.result.messages);
  });

  test('still has the long results that its history tells the model to read', async () => {
    const big = defineTool({
      name: 'big',
      description: 'x',
      parameters: z.object({}),
      maxResultChars: 300,
      execute: () => 'abcdefghij'.repeat(100),
    });
    const agent = { tools: [big] };
    const first = await tryRun([answer({ toolCalls: [{ name: 'big', arguments: {}, id: 'b' }] }), FINAL], { agent });
    const read = answer({ toolCalls: [{ name: 'read_result', arguments: { call_id: 'b', from: 990 } }] });
    const second = await tryRun([read, FINAL], { agent, input: 'Read on.', state: stored(first) });
    expect(results(second).at(-1)).toBe('abcdefghij\n[the end]');
  });

  test('still has the kept results after one that is too long to keep', async () => {
    const sized = (name: string, chars: number) =>
      defineTool({
        name,
        description: 'x',
        parameters: z.object({}),
        maxResultChars: 200,
        execute: () => 'x'.repeat(chars),
      });
    const agent = { tools: [sized('big', 300), sized('huge', 16 * 1024 * 1024 + 1)] };
    const calls = [
      { name: 'big', arguments: {}, id: 'b' },
      { name: 'huge', arguments: {}, id: 'h' },
    ];
    const options = { agent, notReplayed: 'sixteen megabytes a prefix' };
    const { result } = await tryRun([answer({ toolCalls: calls }), FINAL], options);
    expect(result.state.kept.map(({ callId }) => callId)).toEqual(['b']);
    expect(result.messages[3]?.content).toContain('Ask for a narrower part to see them.');
  });

  test('on a server without a tool parser does not ask it again for what it refused', async () => {
    const agent = waitingAgent;
    const server = { toolParser: false };
    const call = answer({ content: '<tool_call>\n{"name": "pay", "arguments": {"n": 1}}\n</tool_call>' });
    const waiting = await tryRun([call], { agent, server });
    const options = { agent, server, input: '', state: stored(waiting), approvals: allowAll(waiting) };
    const resumed = await tryRun([FINAL], options);
    expect(resumed.bodies.map((body) => body.tool_choice)).toEqual(['none']);
  });
});

test('a run that is aborted ends no other that waits for the same list of models', async () => {
  await using vllm = await startFakeVllm({ respond: () => FINAL });
  const gate = await stallModels(vllm.origin);
  await using client = new VllmClient(gate.baseUrl, { maxRetries: 0 });
  const controller = new AbortController();
  const agent = defineAgent({ name: 'asks for the model', tools: [] });
  const first = run(agent, 'x', { client, signal: controller.signal });
  const other = run(agent, 'y', { client });
  await gate.asked;
  controller.abort();
  expect((await first).outcome).toEqual({ type: 'aborted' });
  gate.release();
  expect([(await other).outcome, gate.lists()]).toEqual([{ type: 'completed' }, 1]);
  await client.close();
  gate.close();
});

/** A server in front of another one that holds back the list of models until it is released. */
async function stallModels(origin: string) {
  let release = (): void => {};
  let ask = (): void => {};
  let lists = 0;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const server = createServer(async (incoming, response) => {
    if (incoming.url === '/v1/models') {
      lists++;
      ask();
      await released;
    }
    const headers = { 'content-type': 'application/json' };
    const body = incoming.method === 'POST' ? await text(incoming) : undefined;
    const answered = await fetch(`${origin}${incoming.url}`, {
      method: incoming.method ?? 'GET',
      headers,
      body: body ?? null,
    });
    response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') ?? '' });
    response.end(await answered.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    asked,
    release: () => release(),
    lists: () => lists,
    close: () => server.close(),
  };
}

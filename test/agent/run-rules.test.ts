// Owns the rules of a run: one path, a state that is JSON, a host with keys, a history that can always be sent, limits.

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { CreateHost, RunEvent } from '../../src/index.ts';
import {
  agentTool,
  createInProcessHost,
  DefinitionError,
  defineAgent,
  defineTool,
  INITIAL_RUN_STATE,
  reduceRun,
  run,
  stream,
  VllmClient,
} from '../../src/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import { findUnpaired, findUnsendable, kinds, tryRun, weatherAgent } from '../support/run-helpers.ts';

const PARIS = { name: 'get_weather', arguments: { city: 'Paris' } };
const FINAL = answer({ content: 'FINAL answer' });

describe('one code path', () => {
  test('a run is its stream drained: events in order, one end, folded they are the state', async () => {
    const { events, result } = await tryRun([answer({ toolCalls: [PARIS] }), FINAL]);
    expect(kinds(events.filter(({ type }) => type !== 'tool_call_delta'))).toEqual([
      'run_start',
      'turn_start',
      'tool_call_complete',
      'usage',
      'tool_start',
      'tool_end',
      'turn_end',
      'turn_start',
      'content',
      'content',
      'usage',
      'turn_end',
      'run_end',
    ]);
    expect(findUnpaired(events)).toEqual([]);
    expect(events.reduce(reduceRun, INITIAL_RUN_STATE)).toEqual(result.state);
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
  });

  test('leaving the loop cancels the request', async () => {
    await using vllm = await startFakeVllm();
    await using client = new VllmClient(vllm.baseUrl);
    vllm.script(answer({ content: 'a b c', stallAfter: 700 }));
    const running = stream(weatherAgent(), 'x', { client });
    for await (const event of running) if (event.type === 'content') break;
    expect((await running.result).outcome).toEqual({ type: 'aborted' });
    expect(await vllm.requests.at(-1)?.ended).toBe('aborted');
  });

  test('result drives a run that nobody iterates', async () => {
    await using vllm = await startFakeVllm();
    await using client = new VllmClient(vllm.baseUrl);
    vllm.script(FINAL);
    expect((await stream(weatherAgent(), 'x', { client }).result).text).toBe('FINAL answer');
  });
});

describe('the state', () => {
  test('is one JSON value that another run goes on from', async () => {
    const first = await tryRun([answer({ reasoning: 'hm', content: 'One.' })]);
    const stored = JSON.parse(JSON.stringify(first.result.state)) as typeof first.result.state;
    expect(stored).toEqual(first.result.state);
    const second = await tryRun([FINAL], { state: stored, input: 'And now?' });
    expect(second.bodies[0]?.messages).toEqual([
      { role: 'user', content: 'Is it warm in Paris?' },
      { role: 'assistant', content: 'One.', reasoning: 'hm', reasoning_content: 'hm' },
      { role: 'user', content: 'And now?' },
    ]);
  });

  test('of a run that waits for an approval goes on with the decision, and runs nothing twice', async () => {
    const paid: number[] = [];
    const pay = defineTool({
      name: 'pay',
      description: 'Pays.',
      parameters: z.object({ n: z.number() }),
      needsApproval: true,
      execute: ({ n }) => {
        paid.push(n);
        return 'paid';
      },
    });
    const tools = [pay, ...weatherAgent().tools];
    const calls = answer({
      toolCalls: [
        { name: 'pay', arguments: { n: 5 }, id: 'p' },
        { ...PARIS, id: 'w' },
      ],
    });
    const waiting = await tryRun([calls], { agent: { tools } });
    expect(waiting.result.outcome).toEqual({
      type: 'waiting',
      approvals: [
        { id: expect.stringMatching(/^t1\/call\/0#[0-9a-f]{12}$/), callId: 'p', toolName: 'pay', arguments: { n: 5 } },
      ],
    });
    expect([paid, findUnpaired(waiting.events), waiting.result.messages.length]).toEqual([[], [], 1]);
    const state = JSON.parse(JSON.stringify(waiting.result.state)) as typeof waiting.result.state;
    const [approval] = waiting.result.outcome.type === 'waiting' ? waiting.result.outcome.approvals : [];
    const approvals = { [approval?.id ?? '']: true };
    const resumed = await tryRun([FINAL], { agent: { tools }, input: '', state, approvals });
    expect(resumed.result.outcome).toEqual({ type: 'completed' });
    expect(resumed.events.filter(({ type }) => type === 'tool_start')).toHaveLength(1);
    expect([paid, findUnsendable(resumed.result.messages)]).toEqual([[5], []]);
  });

  test('a call that is not allowed is not run, and the model is told', async () => {
    const pay = defineTool({
      name: 'pay',
      description: 'Pays.',
      parameters: z.object({}),
      needsApproval: () => true,
      execute: () => 'paid',
    });
    const { result } = await tryRun([answer({ toolCalls: [{ name: 'pay', arguments: {} }] }), FINAL], {
      agent: { tools: [pay] },
      approve: () => false,
    });
    expect(result.messages[2]).toMatchObject({
      role: 'tool',
      content: expect.stringContaining('did not allow this call'),
    });
  });
});

test('the keys of the steps are compatibility data: stored runs hold them', async () => {
  const steps = [answer({ toolCalls: [PARIS, { name: 'list_cities', arguments: {} }] }), FINAL];
  const asked: string[] = [];
  const host: CreateHost = (services) => {
    const inner = createInProcessHost(services);
    return {
      ...inner,
      step: (step, options) => {
        asked.push(`${step.key}: ${step.task}`);
        return inner.step(step, options);
      },
      all: (all, limit) => {
        asked.push(...all.map(({ key, task }) => `${key}: ${task}`));
        return inner.all(all, limit);
      },
    };
  };
  await tryRun(steps, { host });
  expect(asked).toEqual([
    'start: start',
    't1/added: added',
    't1/model: model',
    't1/call/0: call',
    't1/call/1: call',
    't2/added: added',
    't2/model: model',
    't3/added: added',
  ]);
});

describe('the history', () => {
  const hang = defineTool({
    name: 'hang',
    description: 'Waits.',
    parameters: z.object({}),
    timeoutMs: 0,
    execute: () => new Promise(() => {}),
  });

  test('of a run that was aborted before it began is what it was given, and nothing is asked', async () => {
    const { result, bodies, events } = await tryRun([], { signal: AbortSignal.abort() });
    expect([result.outcome, result.messages.length, bodies, kinds(events)]).toEqual([
      { type: 'aborted' },
      1,
      [],
      ['run_start', 'run_end'],
    ]);
  });

  test('can be sent after an abort in the middle of calls: each has its result', async () => {
    const controller = new AbortController();
    const tools = [hang, ...weatherAgent().tools];
    const { result, events } = await tryRun([answer({ toolCalls: [PARIS, { name: 'hang', arguments: {} }] })], {
      agent: { tools },
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'tool_start' && event.toolName === 'hang') setImmediate(() => controller.abort());
      },
    });
    expect(result.outcome).toEqual({ type: 'aborted' });
    expect([findUnsendable(result.messages), findUnpaired(events), result.messages.length]).toEqual([[], [], 4]);
  });

  test('can be sent after an abort while a person is asked, who never answers', async () => {
    const controller = new AbortController();
    const pay = defineTool({
      name: 'pay',
      description: 'Pays.',
      parameters: z.object({}),
      needsApproval: true,
      execute: () => 'paid',
    });
    const { result, events } = await tryRun([answer({ toolCalls: [{ name: 'pay', arguments: {} }] })], {
      agent: { tools: [pay] },
      signal: controller.signal,
      approve: () => {
        setImmediate(() => controller.abort());
        return new Promise<boolean>(() => {});
      },
    });
    expect([result.outcome, findUnsendable(result.messages), findUnpaired(events)]).toEqual([
      { type: 'aborted' },
      [],
      [],
    ]);
  });

  test('is only ever added to', async () => {
    const { bodies } = await tryRun([
      answer({ toolCalls: [PARIS] }),
      answer({ toolCalls: [{ name: 'list_cities', arguments: {} }] }),
      FINAL,
    ]);
    const [first = [], second = [], third = []] = bodies.map(({ messages }) => messages);
    expect(second.slice(0, first.length)).toEqual(first);
    expect(third.slice(0, second.length)).toEqual(second);
  });

  test('has one system message, and no two user messages in a row, on the wire', async () => {
    const messages = [
      { role: 'system', content: 'B' },
      { role: 'user', content: 'c' },
    ] as const;
    const { bodies } = await tryRun([FINAL], { agent: { instructions: 'A' }, messages, input: 'd' });
    expect(bodies[0]?.messages).toEqual([
      { role: 'system', content: 'A\n\nB' },
      { role: 'user', content: 'c\n\nd' },
    ]);
  });
});

describe('calls', () => {
  test('of one turn run side by side up to the limit, their results in call order', async () => {
    let running = 0;
    let most = 0;
    const slow = defineTool({
      name: 'slow',
      description: 'Waits.',
      parameters: z.object({ ms: z.number() }),
      execute: async ({ ms }) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, ms));
        running--;
        return String(ms);
      },
    });
    const toolCalls = [30, 20, 10, 1].map((ms) => ({ name: 'slow', arguments: { ms } }));
    const { result } = await tryRun([answer({ toolCalls }), FINAL], { agent: { tools: [slow], parallelCalls: 2 } });
    expect(result.messages.flatMap((message) => (message.role === 'tool' ? [message.content] : []))).toEqual([
      '30',
      '20',
      '10',
      '1',
    ]);
    expect(most).toBe(2);
  });

  test('of a sequential tool run one after another', async () => {
    const order: string[] = [];
    const one = defineTool({
      name: 'one',
      description: 'x',
      parameters: z.object({ n: z.number() }),
      sequential: true,
      execute: async ({ n }) => {
        order.push(`${n} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${n} ends`);
      },
    });
    await tryRun([answer({ toolCalls: [1, 2].map((n) => ({ name: 'one', arguments: { n } })) }), FINAL], {
      agent: { tools: [one] },
    });
    expect(order).toEqual(['1 begins', '1 ends', '2 begins', '2 ends']);
  });

  test('that take too long are stopped, told to the model, and their signal is aborted', async () => {
    let aborted = false;
    const late = defineTool({
      name: 'late',
      description: 'x',
      parameters: z.object({}),
      timeoutMs: 20,
      execute: (_args, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            aborted = true;
          });
        }),
    });
    const { result } = await tryRun([answer({ toolCalls: [{ name: 'late', arguments: {} }] }), FINAL], {
      agent: { tools: [late] },
    });
    expect(result.messages[2]).toMatchObject({
      content: 'The tool took longer than its limit of 20 ms and was stopped.',
    });
    expect(aborted).toBe(true);
  });

  test('that wrap another tool may hand on a copy of what they are given, its signal too', async () => {
    let aborted = false;
    const inner = defineTool({
      name: 'inner',
      description: 'x',
      parameters: z.object({}),
      execute: (_args, { signal, context }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            aborted = context === 'of the copy';
          });
        }),
    });
    const outer = defineTool({
      name: 'outer',
      description: 'x',
      parameters: z.object({}),
      timeoutMs: 20,
      execute: (args, context) => inner.execute(args, { ...context, context: 'of the copy' }),
    });
    const { result } = await tryRun([answer({ toolCalls: [{ name: 'outer', arguments: {} }] }), FINAL], {
      agent: { tools: [outer] },
    });
    expect(result.outcome).toEqual({ type: 'completed' });
    expect(aborted).toBe(true);
  });

  test('that return no promise run in order, with no more than their start and their end told', async () => {
    const tool = defineTool({
      name: 'at_once',
      description: 'x',
      parameters: z.object({ n: z.number() }),
      execute: ({ n }) => {
        if (n === 2) throw new Error('not two');
        return n;
      },
    });
    const calls = [1, 2, 3].map((n) => ({ name: 'at_once', arguments: { n } }));
    const { events, result } = await tryRun([answer({ toolCalls: calls }), FINAL], { agent: { tools: [tool] } });
    const told = events.flatMap((event) =>
      event.type === 'tool_start' ? ['start'] : event.type === 'tool_end' ? [event.result] : [],
    );
    expect(told).toEqual(['start', '1', 'start', 'Error: not two', 'start', '3']);
    expect(result.messages.slice(2, 5).map(({ content }) => content)).toEqual(['1', 'Error: not two', '3']);
  });

  test('are given the context of the run, and show progress', async () => {
    const tool = defineTool<z.ZodObject, { user: string }>({
      name: 'who',
      description: 'x',
      parameters: z.object({}),
      execute: (_args, { context, progress, callId }) => {
        progress({ at: 1 });
        return `${context.user} ${callId}`;
      },
    });
    const { result, events } = await tryRun([answer({ toolCalls: [{ name: 'who', arguments: {}, id: 'a' }] }), FINAL], {
      agent: { tools: [tool] },
      context: { user: 'Ada' },
    });
    expect(result.messages[2]).toMatchObject({ content: 'Ada a' });
    expect(events.find(({ type }) => type === 'tool_progress')).toEqual({
      type: 'tool_progress',
      callId: 'a',
      toolName: 'who',
      progress: { at: 1 },
    });
  });

  test('whose result is too long are shortened, and the rest can be read', async () => {
    const big = defineTool({
      name: 'big',
      description: 'x',
      parameters: z.object({}),
      maxResultChars: 300,
      execute: () => 'abcdefghij'.repeat(100),
    });
    const more = answer({ toolCalls: [{ name: 'read_result', arguments: { call_id: 'b', from: 990 } }] });
    const { result, bodies } = await tryRun(
      [answer({ toolCalls: [{ name: 'big', arguments: {}, id: 'b' }] }), more, FINAL],
      { agent: { tools: [big] } },
    );
    expect(result.messages[2]).toMatchObject({
      content: expect.stringContaining(
        '700 of 1000 characters are left out here. `read_result` with call_id "b" reads them.',
      ),
    });
    expect(result.messages[4]).toMatchObject({ content: 'abcdefghij\n[the end]' });
    expect(bodies.map(({ tools }) => tools?.map((tool) => tool.function.name))).toEqual([
      ['big'],
      ['big', 'read_result'],
      ['big', 'read_result'],
    ]);
  });
});

describe('an answer that is none', () => {
  test.each([
    ['only thinking', { reasoning: 'hm' }, 'answer_thinking_only'],
    ['white space', { content: ' \n' }, 'answer_nothing'],
    ['a promised call', { finishReason: 'tool_calls' }, 'answer_promised_call'],
    ['cut before anything', { finishReason: 'length' }, 'answer_cut'],
  ])('%s is asked for once more, and ends the run as empty when it stays', async (_name, spec, code) => {
    const once = await tryRun([answer(spec), FINAL]);
    expect([once.result.text, once.result.warnings.map((warning) => warning.code)]).toEqual(['FINAL answer', [code]]);
    const twice = await tryRun([answer(spec), answer(spec)]);
    expect(twice.result.outcome).toMatchObject({ type: 'empty' });
    expect(findUnsendable(twice.result.messages)).toEqual([]);
  });

  test('of only thinking is asked for again without thinking', async () => {
    const { bodies } = await tryRun([answer({ reasoning: 'hm' }), FINAL]);
    expect(bodies[1]).toMatchObject({ chat_template_kwargs: { enable_thinking: false } });
  });
});

describe('structured output', () => {
  const output = z.object({ warm: z.boolean() });

  test('comes after the tools, in a turn of its own, checked', async () => {
    const { result, bodies } = await tryRun(
      [
        answer({ toolCalls: [PARIS] }),
        FINAL,
        answer({ content: '{"warm": "yes"}' }),
        answer({ content: '{"warm": true}' }),
      ],
      { agent: { output } },
    );
    expect([result.outcome, result.output]).toEqual([{ type: 'completed' }, { warm: true }]);
    expect(bodies.map((body) => [body.tools !== undefined, body.response_format !== undefined])).toEqual([
      [true, false],
      [true, false],
      [false, true],
      [false, true],
    ]);
  });

  test('comes at once where there are no tools, and fails when it never fits', async () => {
    const agent = { tools: [], output };
    expect((await tryRun([answer({ content: '{"warm": true}' })], { agent })).result.output).toEqual({ warm: true });
    const bad = answer({ content: 'no' });
    expect((await tryRun([bad, bad, bad], { agent })).result.outcome).toMatchObject({
      type: 'failed',
      error: { code: 'output_invalid' },
    });
  });
});

describe('a limit', () => {
  const calls = (count: number) =>
    Array.from({ length: count }, (_, at) =>
      answer({ toolCalls: [{ name: 'get_weather', arguments: { city: `${at}` } }] }),
    );

  test.each([
    ['turns', { turns: 2 }, calls(2)],
    ['tool_calls', { toolCalls: 1 }, calls(2)],
    ['tokens', { tokens: 1 }, calls(1)],
    [
      'corrections',
      { corrections: 1 },
      Array.from({ length: 2 }, () => answer({ toolCalls: [{ name: 'nope', arguments: {} }] })),
    ],
  ])('of %s ends the run with its own outcome', async (limit, limits, steps) => {
    const { result, events } = await tryRun(steps, { limits });
    expect(result.outcome).toMatchObject({ type: 'limit', limit, message: expect.stringContaining('limits.') });
    expect([findUnsendable(result.messages), findUnpaired(events)]).toEqual([[], []]);
  });

  test('of time ends a run whose server never answers, whenever that is', async () => {
    const server = { respond: () => answer({ content: 'a', stallAfter: 0 }) };
    const { result, events } = await tryRun([], { limits: { timeMs: 1 }, server });
    expect(result.outcome).toEqual({
      type: 'limit',
      limit: 'time',
      message: 'The run took longer than its limit of 1 ms (`limits.timeMs`).',
    });
    expect([findUnsendable(result.messages), findUnpaired(events)]).toEqual([[], []]);
  });

  test('of time that no timer can keep does not end a run at once', async () => {
    const { result } = await tryRun([FINAL], { limits: { timeMs: 2 ** 31 } });
    expect(result.outcome).toEqual({ type: 'completed' });
  });

  test('of the context is told with the server’s number, the history intact', async () => {
    const { result } = await tryRun([], {
      server: { models: [{ id: 'fake', maxModelLen: 20 }] },
      input: 'word '.repeat(50),
    });
    expect(result.outcome).toMatchObject({
      type: 'limit',
      limit: 'context',
      message: expect.stringContaining('the model takes 20'),
    });
    expect(result.messages).toHaveLength(1);
  });

  test('that is none is refused when the agent is defined', () => {
    expect(() => weatherAgent({ limits: { turns: -1 } })).toThrow(DefinitionError);
    expect(() => weatherAgent({ limits: { turn: 1 } as never })).toThrow(/`limits.turn` is not a limit/);
  });
});

describe('around a run', () => {
  test('a message sent while it runs comes before the next turn', async () => {
    await using vllm = await startFakeVllm();
    await using client = new VllmClient(vllm.baseUrl);
    vllm.script(answer({ toolCalls: [PARIS] }), FINAL);
    const running = stream(weatherAgent(), 'x', { client });
    for await (const event of running) if (event.type === 'tool_start') running.send('Also Tokyo.');
    const sent = (vllm.chatBodies()[1]?.messages ?? []) as { content: string }[];
    expect(sent.at(-1)?.content).toBe('Also Tokyo.');
  });

  test('prepareTurn changes what a turn sends, and only that', async () => {
    const { bodies, result } = await tryRun([answer({ toolCalls: [PARIS] }), FINAL], {
      prepareTurn: (plan) => ({
        ...plan,
        tools: plan.turn === 1 ? plan.tools.slice(0, 1) : [],
        params: { temperature: 0 },
        messages: [...plan.messages, { role: 'user', content: 'hint' }],
      }),
    });
    expect(bodies.map((body) => [body.tools?.length, body.temperature])).toEqual([
      [1, 0],
      [undefined, 0],
    ]);
    expect(JSON.stringify(result.messages)).not.toContain('hint');
  });

  test.each([
    [
      'onEvent',
      {
        onEvent: () => {
          throw new Error('mine');
        },
      },
      'hook_failed',
    ],
    [
      'prepareTurn',
      {
        prepareTurn: () => {
          throw new Error('mine');
        },
      },
      'unexpected',
    ],
  ])('%s that throws fails the run, with every start paired', async (_name, hooks, code) => {
    const { result, events } = await tryRun([], hooks);
    expect(result.outcome).toMatchObject({ type: 'failed', error: { code, message: expect.stringContaining('mine') } });
    expect(findUnpaired(events)).toEqual([]);
  });

  test('an agent as a tool has a history of its own, and its events tell whose they are', async () => {
    const inner = defineAgent({ name: 'expert', description: 'Knows cities.', tools: weatherAgent().tools });
    const asked = answer({ toolCalls: [{ name: 'expert', arguments: { task: 'Paris?' }, id: 'outer' }] });
    const { result, events, bodies } = await tryRun(
      [asked, answer({ toolCalls: [PARIS] }), answer({ content: 'mild' }), FINAL],
      { agent: { tools: [agentTool(inner)] } },
    );
    expect(bodies[1]?.messages).toEqual([{ role: 'user', content: 'Paris?' }]);
    expect(result.messages[2]).toEqual({ role: 'tool', tool_call_id: 'outer', content: 'mild' });
    const nested = events.filter((event: RunEvent) => event.parentCallId === 'outer');
    expect([nested[0]?.type, nested.at(-1)?.type]).toEqual(['run_start', 'run_end']);
    expect([findUnpaired(events), result.usage.totalTokens > 0]).toEqual([[], true]);
  });

  test('an agent as a tool spends the limits of the outer run', async () => {
    const inner = defineAgent({ name: 'expert', description: 'x', tools: weatherAgent().tools });
    const asked = answer({ toolCalls: [{ name: 'expert', arguments: { task: 'x' } }] });
    const { result } = await tryRun([asked, answer({ toolCalls: [PARIS] })], {
      agent: { tools: [agentTool(inner)] },
      limits: { turns: 2 },
    });
    expect(result.outcome).toMatchObject({ type: 'limit', limit: 'turns' });
    expect(findUnsendable(result.messages)).toEqual([]);
  });

  test('misuse throws at once', () => {
    expect(() => stream(weatherAgent(), 'x', { state: INITIAL_RUN_STATE, messages: [] })).toThrow(DefinitionError);
    expect(() => defineAgent({ name: '' })).toThrow(/needs a `name`/);
    expect(() => defineAgent({ name: 'a', tool: [] } as never)).toThrow(/there is no option `tool`/);
  });
});

test('a thousand runs at once on a server that fails one request in ten are all done, each once', async () => {
  let asked = 0;
  await using vllm = await startFakeVllm({
    respond: ({ body }) => {
      if (++asked % 10 === 0) return { kind: 'reply', status: 503, body: { error: { message: 'busy', code: 503 } } };
      const messages = body?.messages as { role: string; content: string }[];
      const question = messages[0]?.content ?? '';
      return messages.at(-1)?.role === 'tool'
        ? answer({ content: `answer ${question}` })
        : answer({ toolCalls: [{ name: 'get_weather', arguments: { city: question } }] });
    },
  });
  await using client = new VllmClient(vllm.baseUrl, { maxRetries: 10, retryBaseMs: 5 });
  const ran: string[] = [];
  const agent = weatherAgent({}, ran);
  const results = await Promise.all(Array.from({ length: 1000 }, (_, at) => run(agent, `q${at}`, { client })));
  expect(results.map(({ text }) => text)).toEqual(results.map((_, at) => `answer q${at}`));
  expect(new Set(ran).size).toBe(1000);
  expect(ran).toHaveLength(1000);
}, 120_000);

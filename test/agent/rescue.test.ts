// Owns claims about the option that says what becomes of calls in text, and about servers that parse calls themselves.

import { describe, expect, test } from 'vitest';
import type { RunState } from '../../src/index.ts';
import { agentTool, defineAgent, run, VllmClient } from '../../src/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import type { Ran } from '../support/run-helpers.ts';
import { tryRun, weatherAgent } from '../support/run-helpers.ts';

const CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>';
const ROME = CALL.replace('Paris', 'Rome');
const PARSED = answer({ toolCalls: [{ name: 'get_weather', arguments: { city: 'Oslo' } }] });
const FINAL = answer({ content: 'FINAL answer' });

function stored(state: RunState): RunState {
  return JSON.parse(JSON.stringify(state));
}

describe('a call in the text', () => {
  test('runs by default, and its event says where it stood', async () => {
    const { result, ran } = await tryRun([answer({ content: CALL }), FINAL]);
    expect([ran, result.warnings.map(({ code, source }) => [code, source])]).toEqual([
      ['Paris'],
      [['call_rescued', { place: 'content', format: 'hermes', text: CALL }]],
    ]);
  });

  test.each(['agent', 'run'] as const)('is text where the %s switches rescue off', async (owner) => {
    const options = owner === 'run' ? { rescue: 'off' as const } : { agent: { rescue: 'off' as const } };
    const { result, ran } = await tryRun([answer({ content: CALL })], options);
    expect([ran, result.outcome, result.text, result.warnings]).toEqual([[], { type: 'completed' }, CALL, []]);
  });

  test('needs an approval where the agent asks, and runs when it is given', async () => {
    const agent = { rescue: 'ask' as const };
    const { result, ran } = await tryRun([answer({ content: CALL })], { agent });
    if (result.outcome.type !== 'waiting') throw new Error(result.outcome.type);
    const [approval] = result.outcome.approvals;
    expect([ran, approval]).toEqual([
      [],
      {
        id: expect.stringMatching(/^t1\/call\/0/),
        callId: expect.any(String),
        toolName: 'get_weather',
        arguments: { city: 'Paris' },
        isRescued: true,
      },
    ]);
    const approvals = { [approval?.id ?? '']: true };
    const resumed = await tryRun([FINAL], { agent, input: '', state: stored(result.state), approvals });
    expect([resumed.ran, resumed.result.text]).toEqual([['Paris'], 'FINAL answer']);
  });

  test('needs no approval where the server parsed it, though the agent asks for others', async () => {
    const { ran } = await tryRun([PARSED, FINAL], { agent: { rescue: 'ask' } });
    expect(ran).toEqual(['Oslo']);
  });

  test('is the run’s word over the agent’s', async () => {
    const { ran } = await tryRun([answer({ content: CALL }), FINAL], { agent: { rescue: 'off' }, rescue: 'auto' });
    expect(ran).toEqual(['Paris']);
  });

  test('of an agent that is a tool is what the outer run says', async () => {
    const ran: Ran = [];
    const inner = weatherAgent({ name: 'inner', description: 'Knows the weather.' }, ran);
    const ask = answer({ toolCalls: [{ name: 'inner', arguments: { task: 'Paris?' } }] });
    const agent = { tools: [agentTool(inner)] };
    const { result } = await tryRun([ask, answer({ content: CALL }), FINAL], { agent, rescue: 'off' });
    expect([ran, result.messages.find(({ role }) => role === 'tool')?.content]).toEqual([[], CALL]);
  });

  test('is refused by name where the option has another value', async () => {
    expect(() => defineAgent({ name: 'a', rescue: 'never' as never })).toThrow(
      "Agent `a`: `rescue` is a text; it must be 'auto', 'ask' or 'off'.",
    );
    const agent = defineAgent({ name: 'a' });
    await expect(run(agent, 'x', { rescue: true as never })).rejects.toThrow(
      'The options of the run: `rescue` is true',
    );
  });
});

describe('a server without a tool parser', () => {
  test.each(['off', 'ask'] as const)('has its agreed calls run with rescue %s', async (rescue) => {
    const server = { toolParser: false };
    const { ran, result } = await tryRun([answer({ content: CALL }), FINAL], { server, rescue });
    expect([ran, result.text]).toEqual([['Paris'], 'FINAL answer']);
  });

  test('has no call of the thinking run with rescue off', async () => {
    const server = { toolParser: false };
    const step = answer({ reasoning: CALL });
    const { ran } = await tryRun([step, FINAL], { server, rescue: 'off' });
    expect(ran).toEqual([]);
  });
});

describe('once the server has parsed a call', () => {
  test('the text of a call is an answer if there is more, and is asked for again as a call if there is not', async () => {
    const more = await tryRun([PARSED, answer({ content: `Look:\n${CALL}` })]);
    expect([more.ran, more.result.text]).toEqual([['Oslo'], `Look:\n${CALL}`]);
    const rome = answer({ toolCalls: [{ name: 'get_weather', arguments: { city: 'Rome' } }] });
    const alone = await tryRun([PARSED, answer({ content: ROME }), rome, FINAL]);
    expect([alone.ran, alone.result.text]).toEqual([['Oslo', 'Rome'], 'FINAL answer']);
    expect(alone.bodies[2]?.messages.at(-1)?.content).toContain('the text of a call, and it did not run');
    expect(alone.result.warnings.map(({ code }) => code)).toEqual(['call_in_text', 'answer_call_as_text']);
  });

  test('the text of a call that is given twice is the answer', async () => {
    const { ran, result } = await tryRun([PARSED, answer({ content: ROME }), answer({ content: ROME })]);
    expect([ran, result.outcome, result.text]).toEqual([['Oslo'], { type: 'completed' }, ROME]);
  });

  test('this holds in a further run of the conversation, and in one that was interrupted', async () => {
    const first = await tryRun([PARSED, FINAL]);
    const further = await tryRun([answer({ content: `Look:\n${CALL}` })], {
      input: 'More.',
      state: stored(first.result.state),
    });
    expect([further.ran, further.result.state.serverParses]).toEqual([[], true]);
    const cut = await tryRun([PARSED], { limits: { turns: 1 } });
    const resumed = await tryRun([answer({ content: `Look:\n${CALL}` })], {
      input: '',
      state: stored(cut.result.state),
      limits: { turns: 5 },
    });
    expect(resumed.ran).toEqual([]);
  });

  test('this holds in a conversation that is given as messages, where the server is known to parse', async () => {
    await using vllm = await startFakeVllm();
    await using client = new VllmClient(vllm.baseUrl);
    const ran: Ran = [];
    const agent = weatherAgent({}, ran);
    vllm.script(PARSED, FINAL, answer({ content: `Look:\n${CALL}` }));
    const { messages } = await run(agent, 'Is it warm?', { client });
    const further = await run(agent, 'More.', { client, messages });
    expect([ran, further.text]).toEqual([['Oslo'], `Look:\n${CALL}`]);
  });

  test('a new conversation on that server may still be rescued', async () => {
    await using vllm = await startFakeVllm();
    await using client = new VllmClient(vllm.baseUrl);
    const ran: Ran = [];
    const agent = weatherAgent({}, ran);
    vllm.script(PARSED, FINAL, answer({ content: CALL }), FINAL);
    await run(agent, 'Is it warm?', { client });
    await run(agent, 'And in Paris?', { client });
    expect(ran).toEqual(['Oslo', 'Paris']);
  });

  test('a call beside a parsed one stays in the text', async () => {
    const both = answer({
      content: CALL,
      toolCalls: [{ name: 'get_weather', arguments: { city: 'Oslo' } }],
    });
    const { ran, result } = await tryRun([both, FINAL]);
    expect(ran).toEqual(['Oslo']);
    expect(result.messages[1]?.content).toBe(CALL);
  });
});

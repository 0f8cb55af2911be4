// Owns claims about reading a whole answer.

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { assistantMessage, firstToolCall, hasToolCalls, parseArgs, parseArgsAs, toolResult } from '../../src/index.ts';
import { answer, reply } from '../../src/testing/index.ts';
import { HI, pair, rejection } from '../support/client-helpers.ts';

async function read(body: unknown, options = {}) {
  await using both = await pair(
    [reply({ status: 200, headers: { 'content-type': 'application/json' }, body })],
    options,
  );
  return await both.client.chat.completions.create(HI);
}

function withMessage(message: object, more: object = {}) {
  return {
    id: 'x',
    object: 'chat.completion',
    created: 5,
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'stop', ...more }],
  };
}

const CALL = { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x": 1}' } } as const;

describe('an answer', () => {
  test('is read field by field', async () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const response = await read({ ...withMessage({ role: 'assistant', content: 'hello' }), usage });
    expect(response).toEqual({
      ...withMessage(
        { role: 'assistant', content: 'hello', reasoning: null, tool_calls: undefined },
        { stop_reason: null },
      ),
      usage,
    });
  });

  test('keeps fields that the client does not know, at every level', async () => {
    const body = { ...withMessage({ content: 'a', custom: 1 }, { odd: [1] }), strange: { deep: true } };
    expect(await read(body)).toMatchObject({
      strange: { deep: true },
      choices: [{ odd: [1], message: { custom: 1 } }],
    });
  });

  test.each([
    ['null', { content: null }, null],
    ['missing', {}, null],
    ['empty', { content: '' }, ''],
    [
      'in parts',
      {
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      'ab',
    ],
  ])('with %s content', async (_name, message, content) => {
    expect((await read(withMessage(message))).choices[0].message.content).toBe(content);
  });

  test.each([
    ['reasoning', { reasoning: 'r' }],
    ['reasoning_content', { reasoning_content: 'r' }],
    ['an empty reasoning beside a filled reasoning_content', { reasoning: '', reasoning_content: 'r' }],
    ['both', { reasoning: 'r', reasoning_content: 'r' }],
  ])('with thinking in %s', async (_name, message) => {
    expect((await read(withMessage({ content: 'c', ...message }))).choices[0].message).toMatchObject({
      reasoning: 'r',
      content: 'c',
    });
  });

  test('with thinking in tags is split when that is asked for', async () => {
    const body = withMessage({ content: '<think>\nhm\n</think>\n\nyes' });
    expect((await read(body, { parseThinkTags: true })).choices[0].message).toMatchObject({
      reasoning: 'hm',
      content: 'yes',
    });
    expect((await read(body)).choices[0].message).toMatchObject({
      reasoning: null,
      content: '<think>\nhm\n</think>\n\nyes',
    });
  });

  test.each([undefined, null, []])('without calls when tool_calls is %j', async (calls) => {
    const response = await read(withMessage({ content: 'a', tool_calls: calls }));
    expect([response.choices[0].message.tool_calls, hasToolCalls(response), firstToolCall(response)]).toEqual([
      undefined,
      false,
      undefined,
    ]);
  });

  test('with two calls, in order', async () => {
    const calls = [CALL, { ...CALL, id: 'b' }];
    const response = await read(withMessage({ content: null, tool_calls: calls }));
    expect(response.choices[0].message.tool_calls).toEqual(calls);
    expect([hasToolCalls(response), firstToolCall(response)]).toEqual([true, CALL]);
  });

  test('with a call whose arguments are an object, whose id and type are missing', async () => {
    const response = await read(withMessage({ tool_calls: [{ function: { name: 'f', arguments: { x: 1 } } }] }));
    expect(firstToolCall(response)).toEqual({
      id: expect.stringMatching(/^chatcmpl-tool-[0-9a-f]{16}$/),
      type: 'function',
      function: { name: 'f', arguments: '{"x":1}' },
    });
  });

  test.each(['stop', 'length', 'tool_calls', 'content_filter', 'abort', 'something new', null])(
    'with finish reason %j',
    async (reason) => {
      expect((await read(withMessage({ content: 'a' }, { finish_reason: reason }))).choices[0].finish_reason).toBe(
        reason,
      );
    },
  );

  test('with several choices gives them all', async () => {
    await using both = await pair([answer({ choices: [{ content: 'a' }, { content: 'b' }] })]);
    const response = await both.client.chat.completions.create({ ...HI, n: 2 });
    expect(response.choices.map(({ index, message }) => [index, message.content])).toEqual([
      [0, 'a'],
      [1, 'b'],
    ]);
  });

  test.each([
    [undefined, undefined],
    [null, undefined],
    [
      { prompt_tokens: 1, completion_tokens: 2 },
      { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    ],
    [
      { prompt_tokens: 1, total_tokens: 1, prompt_tokens_details: null },
      { prompt_tokens: 1, completion_tokens: 0, total_tokens: 1, prompt_tokens_details: null },
    ],
  ])('with usage %j', async (usage, read_) => {
    expect((await read({ ...withMessage({ content: 'a' }), usage })).usage).toEqual(read_);
  });
});

describe('what is no answer', () => {
  test.each([
    ['an empty object', {}, 'InvalidResponseError', 'invalid_response'],
    ['an array', [], 'InvalidResponseError', 'invalid_response'],
    ['empty choices', { choices: [] }, 'InvalidResponseError', 'invalid_response'],
    ['a choice without message', { choices: [{}] }, 'InvalidResponseError', 'invalid_response'],
    ['HTML', '<html>hello</html>', 'ParseError', 'not_json'],
    ['nothing', '', 'ParseError', 'not_json'],
  ])('%s is told', async (_name, body, kind, code) => {
    expect(await rejection(read(body))).toMatchObject({ kind, code, retryable: false, requestId: expect.any(String) });
  });
});

describe('the way back', () => {
  test('takes text, thinking and calls, in fields that every version reads', async () => {
    const response = await read(withMessage({ content: null, reasoning: 'r', tool_calls: [CALL] }));
    expect(assistantMessage(response)).toEqual({
      role: 'assistant',
      content: null,
      reasoning: 'r',
      reasoning_content: 'r',
      tool_calls: [CALL],
    });
  });

  test('of a plain answer has no calls', async () => {
    expect(assistantMessage(await read(withMessage({ content: 'hello' })))).toEqual({
      role: 'assistant',
      content: 'hello',
    });
  });

  test('answers a call with text as it is and anything else as JSON', () => {
    expect(toolResult(CALL, 'Sunny')).toEqual({ role: 'tool', tool_call_id: 'a', content: 'Sunny' });
    expect(toolResult(CALL, { t: 1 })).toEqual({ role: 'tool', tool_call_id: 'a', content: '{"t":1}' });
    expect(toolResult(CALL, undefined)).toEqual({ role: 'tool', tool_call_id: 'a', content: '' });
  });
});

describe('arguments', () => {
  const call = (text: string) => ({ ...CALL, function: { name: 'f', arguments: text } });

  test('are parsed, and checked by any validator', () => {
    expect(parseArgs(CALL)).toEqual({ x: 1 });
    expect(parseArgs(call(' '))).toEqual({});
    expect(parseArgsAs(CALL, z.object({ x: z.number() }))).toEqual({ x: 1 });
    expect(() => parseArgsAs(CALL, z.object({ y: z.number() }))).toThrow(z.ZodError);
  });

  test('that are broken are told without being shown', () => {
    expect(() => parseArgs(call('{"secret": "par'))).toThrow(
      expect.objectContaining({ kind: 'ParseError', code: 'bad_arguments', excerpt: '{"secret": "par' }),
    );
    expect(() => parseArgs(call('{"secret": "par'))).toThrow(
      /^The arguments of the call of `f` are not JSON: cut by `max_tokens`, or broken by the model\.$/,
    );
  });
});

test('a conversation of three rounds carries its history', async () => {
  await using both = await pair([
    answer({ content: 'one' }),
    answer({ toolCalls: [{ name: 'f', arguments: { x: 1 }, id: 'a' }] }),
    answer({ content: 'three' }),
  ]);
  const { create } = both.client.chat.completions;
  const first = await create(HI);
  const history = [...HI.messages, assistantMessage(first), { role: 'user', content: 'go on' }] as const;
  const second = await create({ ...HI, messages: history });
  const call = firstToolCall(second);
  const whole = call === undefined ? [] : [...history, assistantMessage(second), toolResult(call, 'done')];
  const third = await create({ ...HI, messages: whole });
  expect(third.choices[0].message.content).toBe('three');
  const sent = (both.vllm.chatBodies()[2]?.messages ?? []) as { role: string }[];
  expect(sent.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'tool']);
});

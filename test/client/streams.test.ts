// Owns claims about consuming a streamed answer.

import { describe, expect, test } from 'vitest';
import type { StreamEvent } from '../../src/index.ts';
import { DefinitionError, VllmError } from '../../src/index.ts';
import { answer, raw, reply } from '../../src/testing/index.ts';
import { collect, DONE, essence, frame, HI, pair, rejection } from '../support/client-helpers.ts';

async function eventsOf(
  step: Parameters<typeof pair>[0] & object,
  params: object = {},
  server = {},
): Promise<StreamEvent[]> {
  await using both = await pair(step, {}, server);
  return await collect(both.client.chat.completions.stream({ ...HI, ...params }));
}

describe('events', () => {
  test('of thinking, text and a call, in order, done last', async () => {
    const step = answer({
      reasoning: 'Let me',
      content: 'Here it',
      toolCalls: [{ name: 'f', arguments: { x: 1 }, id: 'a' }],
    });
    const events = await eventsOf([step], {}, { reasoningParser: true });
    expect(essence(events)).toEqual([
      { type: 'reasoning', delta: 'Let', index: 0 },
      { type: 'reasoning', delta: ' me', index: 0 },
      { type: 'content', delta: 'Here', index: 0 },
      { type: 'content', delta: ' it', index: 0 },
      { type: 'tool_call_delta', toolCallId: 'a', delta: '', toolIndex: 0, index: 0, name: 'f' },
      ...['{', '"', 'x', '"', ':', '1', '}'].map((delta) => ({
        type: 'tool_call_delta',
        toolCallId: 'a',
        delta,
        toolIndex: 0,
        index: 0,
        name: 'f',
      })),
      {
        type: 'tool_call_complete',
        toolCall: { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
        toolIndex: 0,
        index: 0,
      },
      { type: 'done', finishReasons: ['tool_calls'] },
    ]);
  });

  test('of several choices tell which one they belong to', async () => {
    const events = await eventsOf(
      [answer({ choices: [{ content: 'a b' }, { content: 'c', finishReason: 'length' }] })],
      { n: 2 },
    );
    expect(essence(events)).toEqual([
      { type: 'content', delta: 'a', index: 0 },
      { type: 'content', delta: 'c', index: 1 },
      { type: 'content', delta: ' b', index: 0 },
      { type: 'done', finishReasons: ['stop', 'length'] },
    ]);
  });

  test('of calls in two choices are kept apart', async () => {
    const calls = (name: string) => [{ name, arguments: { of: name }, id: name }];
    const events = await eventsOf([answer({ choices: [{ toolCalls: calls('f') }, { toolCalls: calls('g') }] })], {
      n: 2,
    });
    const complete = events.flatMap((event) =>
      event.type === 'tool_call_complete' ? [[event.index, event.toolCall.function]] : [],
    );
    expect(complete).toEqual([
      [0, { name: 'f', arguments: '{"of":"f"}' }],
      [1, { name: 'g', arguments: '{"of":"g"}' }],
    ]);
  });

  test('done tells finish, stop, fingerprint, id, model and timings', async () => {
    const [last] = (await eventsOf([answer({ content: 'a', stopReason: 'x' })])).slice(-1);
    expect(last).toEqual({
      type: 'done',
      id: expect.stringMatching(/^chatcmpl-/),
      model: 'fake',
      finishReasons: ['stop'],
      stopReasons: ['x'],
      systemFingerprint: expect.stringMatching(/^vllm-0\.33\.0-/),
      timings: {
        firstByteMs: expect.any(Number),
        firstTokenMs: expect.any(Number),
        lastTokenMs: expect.any(Number),
        totalMs: expect.any(Number),
      },
    });
    const { firstByteMs, firstTokenMs, lastTokenMs, totalMs } =
      last?.type === 'done' ? last.timings : { firstByteMs: 0, firstTokenMs: 0, lastTokenMs: 0, totalMs: 0 };
    expect([firstByteMs, firstTokenMs, lastTokenMs, totalMs].toSorted((a, b) => Number(a) - Number(b))).toEqual([
      firstByteMs,
      firstTokenMs,
      lastTokenMs,
      totalMs,
    ]);
  });

  test('usage comes by default, can be left out, and can come with every chunk', async () => {
    const count = async (options: object) =>
      (await eventsOf([answer({ content: 'a b' })], options)).filter((event) => event.type === 'usage').length;
    expect(await count({})).toBe(1);
    expect(await count({ stream_options: null })).toBe(0);
    expect(await count({ stream_options: { include_usage: false } })).toBe(0);
    expect(await count({ stream_options: { continuous_usage_stats: true } })).toBeGreaterThan(2);
  });

  test.each([
    [
      'without total',
      '{"prompt_tokens":1,"completion_tokens":2}',
      { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    ],
    [
      'with choices',
      '{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}',
      { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    ],
  ])('usage %s', async (_name, usage, read) => {
    const bytes = `data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}],"usage":${usage}}\n\n${DONE}`;
    expect((await eventsOf([raw({ bytes })])).filter((event) => event.type === 'usage')).toEqual([
      { type: 'usage', usage: read },
    ]);
  });

  test('text and finish in one chunk are both taken', async () => {
    expect(essence(await eventsOf([raw({ bytes: frame({ content: 'a' }, 'stop') + DONE })]))).toEqual([
      { type: 'content', delta: 'a', index: 0 },
      { type: 'done', finishReasons: ['stop'] },
    ]);
  });

  test.each([
    [
      'empty and null deltas',
      frame({ content: '' }) + frame({ content: null, reasoning: null }) + frame({ role: 'assistant' }),
    ],
    ['a chunk without choices', 'data: {"choices":[]}\n\ndata: {"ping":true}\n\n'],
  ])('%s give nothing', async (_name, bytes) => {
    expect(essence(await eventsOf([raw({ bytes: bytes + frame({}, 'stop') + DONE })]))).toEqual([
      { type: 'done', finishReasons: ['stop'] },
    ]);
  });

  test('thinking and text in one chunk come thinking first, from either field', async () => {
    const bytes = frame({ content: 'c', reasoning: '', reasoning_content: 'r' }, 'stop') + DONE;
    expect(essence(await eventsOf([raw({ bytes })])).slice(0, 2)).toEqual([
      { type: 'reasoning', delta: 'r', index: 0 },
      { type: 'content', delta: 'c', index: 0 },
    ]);
  });

  test('data after [DONE] is ignored', async () => {
    const bytes = frame({ content: 'a' }, 'stop') + DONE + frame({ content: 'late' }) + DONE;
    expect(essence(await eventsOf([raw({ bytes })]))).toEqual([
      { type: 'content', delta: 'a', index: 0 },
      { type: 'done', finishReasons: ['stop'] },
    ]);
  });

  test('chunks are shown whole to who wants them', async () => {
    await using both = await pair([answer({ content: 'a' })]);
    const seen: unknown[] = [];
    await collect(
      both.client.chat.completions.stream({ ...HI, logprobs: true }, { onChunk: (chunk) => seen.push(chunk) }),
    );
    expect(seen).toHaveLength(4);
    expect(seen[1]).toMatchObject({
      object: 'chat.completion.chunk',
      choices: [{ logprobs: { content: [{ token: 'a' }] } }],
    });
  });
});

describe('a stream', () => {
  test('can be iterated once', async () => {
    await using both = await pair([answer({ content: 'a' })]);
    const stream = both.client.chat.completions.stream(HI);
    await collect(stream);
    expect(() => stream[Symbol.asyncIterator]()).toThrow(
      expect.objectContaining({ name: 'ClientMisuseError', code: 'stream_consumed' }),
    );
    expect(() => stream[Symbol.asyncIterator]()).toThrow(DefinitionError);
  });

  test('sends nothing before it is iterated', async () => {
    await using both = await pair();
    both.client.chat.completions.stream(HI);
    expect(both.vllm.requests).toEqual([]);
  });

  test('that is aborted before it is iterated sends nothing', async () => {
    await using both = await pair();
    const iterated = both.client.chat.completions.stream(HI);
    const opened = both.client.chat.completions.stream(HI);
    for (const stream of [iterated, opened]) stream.abort();
    expect(essence(await collect(iterated))).toEqual([{ type: 'error', kind: 'AbortError', code: 'aborted' }]);
    expect(await rejection(opened.open())).toMatchObject({ kind: 'AbortError', code: 'aborted' });
    expect(both.vllm.requests).toEqual([]);
  });

  test('that is left early is cancelled on the server', async () => {
    await using both = await pair([answer({ content: 'a b c', stallAfter: 600 })]);
    for await (const event of both.client.chat.completions.stream(HI)) if (event.type === 'content') break;
    expect(await both.vllm.requests[0]?.ended).toBe('aborted');
  });

  test('that is aborted ends with one error and is cancelled on the server', async () => {
    await using both = await pair([answer({ content: 'a b c', stallAfter: 600 })]);
    const stream = both.client.chat.completions.stream(HI);
    const events: StreamEvent[] = [];
    for await (const event of stream) {
      events.push(event);
      stream.abort();
    }
    expect(essence(events).at(-1)).toEqual({ type: 'error', kind: 'AbortError', code: 'aborted' });
    expect(events.filter((event) => event.type === 'error')).toHaveLength(1);
    expect(await both.vllm.requests[0]?.ended).toBe('aborted');
  });

  test('as web stream gives the same events', async () => {
    await using both = await pair([answer({ content: 'a b' }), answer({ content: 'a b' })]);
    const iterated = await collect(both.client.chat.completions.stream(HI));
    const read = await collect(
      both.client.chat.completions.stream(HI).toReadableStream() as unknown as AsyncIterable<StreamEvent>,
    );
    expect(essence(read)).toEqual(essence(iterated));
  });

  test('as web stream that is cancelled is cancelled on the server', async () => {
    await using both = await pair([answer({ content: 'a b c', stallAfter: 600 })]);
    const reader = both.client.chat.completions.stream(HI).toReadableStream().getReader();
    await reader.read();
    await reader.cancel();
    expect(await both.vllm.requests[0]?.ended).toBe('aborted');
  });

  test('collected gives its text, or the error with what came before', async () => {
    await using both = await pair([
      answer({ content: ['Hello', ' there!'] }),
      raw({ bytes: frame({ content: 'half' }) }),
    ]);
    expect(await both.client.chat.completions.stream(HI).collectContent()).toBe('Hello there!');
    const error = await rejection(both.client.chat.completions.stream(HI).collectContent());
    expect(error).toMatchObject({ kind: 'StreamError', code: 'stream_cut', partial: 'half' });
    expect(JSON.stringify(error)).not.toContain('half');
  });

  test('collected whole is what the same request without stream gives', async () => {
    const step = answer({ reasoning: 'hm', content: 'a b', toolCalls: [{ name: 'f', arguments: {}, id: 'a' }] });
    await using both = await pair([step, step]);
    const whole = await both.client.chat.completions.create(HI);
    const folded = await both.client.chat.completions.stream(HI).finalResponse();
    const strip = ({ id: _id, created: _created, ...rest }: typeof whole) => rest;
    expect(strip(folded)).toMatchObject({
      object: whole.object,
      model: whole.model,
      system_fingerprint: whole.system_fingerprint,
      choices: whole.choices.map(({ index, finish_reason, stop_reason, message }) => ({
        index,
        finish_reason,
        stop_reason,
        message: {
          role: 'assistant',
          content: message.content,
          reasoning: message.reasoning,
          tool_calls: message.tool_calls,
        },
      })),
    });
  });

  test('collected whole keeps fields that the client does not know, lists joined', async () => {
    const chunk = (delta: object, more: object, finish: string | null = null) =>
      `data: ${JSON.stringify({ id: 'x', odd: 1, choices: [{ index: 0, delta, finish_reason: finish, ...more }] })}\n\n`;
    const bytes =
      chunk({ content: 'a' }, { token_ids: [1], logprobs: { content: [1] } }) +
      chunk({ content: 'b', refusal: 'r' }, { token_ids: [2, 3], logprobs: { content: [2] } }, 'stop') +
      DONE;
    await using both = await pair([raw({ bytes })]);
    expect(await both.client.chat.completions.stream(HI).finalResponse()).toMatchObject({
      odd: 1,
      choices: [{ token_ids: [1, 2, 3], logprobs: { content: [1, 2] }, message: { content: 'ab', refusal: 'r' } }],
    });
  });
});

describe('a refusal before the stream', () => {
  const refusal = reply({ status: 400, body: { error: { message: 'no', code: 400 } } });

  test('rejects create and sendStream', async () => {
    await using both = await pair([refusal, refusal]);
    const { completions } = both.client.chat;
    expect(await rejection(completions.create({ ...HI, stream: true }))).toMatchObject({
      kind: 'ApiError',
      status: 400,
    });
    expect(await rejection(completions.create().model('fake').messages(HI.messages).sendStream())).toMatchObject({
      status: 400,
    });
  });

  test('is the error event of stream', async () => {
    await using both = await pair([refusal]);
    expect(essence(await collect(both.client.chat.completions.stream(HI)))).toEqual([
      { type: 'error', kind: 'ApiError', code: 'bad_request' },
    ]);
  });
});

describe('a server that does not stream', () => {
  test('and answers with a whole completion gives its events', async () => {
    const message = {
      role: 'assistant',
      content: 'hello',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
    };
    const body = JSON.stringify({ id: 'x', model: 'm', choices: [{ index: 0, message, finish_reason: 'stop' }] });
    const events = await eventsOf([raw({ bytes: body, contentType: 'application/json' })]);
    expect(essence(events).map((event) => (event as { type: string }).type)).toEqual([
      'content',
      'tool_call_delta',
      'tool_call_complete',
      'done',
    ]);
  });

  test.each([
    ['a page', '<html></html>', 'text/html', 'ParseError', 'not_json'],
    ['an error with status 200', '{"error":{"message":"no"}}', 'application/json', 'StreamError', 'error_frame'],
    ['an empty object', '{}', 'application/json', 'InvalidResponseError', 'no_choices'],
    ['no events at all', 'hello', 'text/event-stream', 'StreamError', 'stream_cut'],
    ['only [DONE]', DONE, 'text/event-stream', 'InvalidResponseError', 'no_choices'],
  ])('and answers with %s is told of', async (_name, bytes, contentType, kind, code) => {
    expect(essence(await eventsOf([raw({ bytes, contentType })]))).toEqual([{ type: 'error', kind, code }]);
  });
});

test('a fault of a listener is thrown, not dressed as the server’s', async () => {
  await using both = await pair([answer({ content: 'a' })]);
  const onChunk = (): void => {
    throw new RangeError('mine');
  };
  const error = await rejection(collect(both.client.chat.completions.stream(HI, { onChunk })));
  expect(error).toBeInstanceOf(RangeError);
  expect(error).not.toBeInstanceOf(VllmError);
});

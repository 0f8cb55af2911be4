// Owns claims about the endpoints beside chat: legacy completions, models, tokens, health, metrics.

import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseMetrics } from '../../src/client/metrics.ts';
import { createThinkSplitter } from '../../src/client/think-tags.ts';
import { imageFromFile } from '../../src/index.ts';
import { answer, raw, reply } from '../../src/testing/index.ts';
import { collect, DONE, pair, rejection } from '../support/client-helpers.ts';

const PROMPT = { model: 'fake', prompt: 'Once' } as const;

describe('a legacy completion', () => {
  test('is sent and read', async () => {
    await using both = await pair([answer({ content: 'upon a time', finishReason: 'length' })]);
    const response = await both.client.completions.create({ ...PROMPT, max_tokens: 5, logprobs: 1 });
    expect(both.vllm.requests[0]).toMatchObject({
      path: '/v1/completions',
      body: { ...PROMPT, max_tokens: 5, logprobs: 1, stream: false },
    });
    expect(response).toMatchObject({
      object: 'text_completion',
      choices: [{ index: 0, text: 'upon a time', finish_reason: 'length', stop_reason: null }],
      usage: { completion_tokens: 4 },
    });
  });

  test('by the chain, step by step', async () => {
    await using both = await pair([answer({ content: 'a' })]);
    let chain = both.client.completions.create().model('fake').prompt(['a', 'b']);
    chain = chain.temperature(0).maxTokens(1).topP(1).topK(1).stop(['x']).extra({ min_tokens: 1 });
    await chain.send();
    expect(both.vllm.requests[0]?.body).toEqual({
      model: 'fake',
      prompt: ['a', 'b'],
      temperature: 0,
      max_tokens: 1,
      top_p: 1,
      top_k: 1,
      stop: ['x'],
      min_tokens: 1,
      stream: false,
    });
  });

  test('with several choices, unknown fields and without usage', async () => {
    const choices = [
      { index: 0, text: 'a', logprobs: { tokens: ['a'] }, finish_reason: 'stop' },
      { index: 1, text: '', finish_reason: null },
    ];
    await using both = await pair([
      raw({ bytes: JSON.stringify({ choices, odd: 1 }), contentType: 'application/json' }),
    ]);
    expect(await both.client.completions.create(PROMPT)).toEqual({
      id: '',
      object: 'text_completion',
      created: 0,
      model: '',
      odd: 1,
      choices: choices.map((choice) => ({ ...choice, stop_reason: null })),
    });
  });

  test('streamed gives text, finish, usage, done', async () => {
    await using both = await pair([answer({ content: ['Hello', ' World', '.'] }), answer({ content: 'Hello World.' })]);
    const events = await collect(both.client.completions.stream(PROMPT));
    expect(events).toEqual([
      { type: 'text', delta: 'Hello', index: 0 },
      { type: 'text', delta: ' World', index: 0 },
      { type: 'text', delta: '.', index: 0 },
      { type: 'finish_reason', finishReason: 'stop', stopReason: null, index: 0 },
      { type: 'usage', usage: expect.objectContaining({ completion_tokens: 4 }) },
      { type: 'done' },
    ]);
    expect(await (await both.client.completions.create().model('fake').prompt('x').sendStream()).collectText()).toBe(
      'Hello World.',
    );
  });

  test('streamed and cut ends with an error, and by [DONE] after a finish reason or the token counts with done', async () => {
    const half = 'data: {"choices":[{"index":0,"text":"a","finish_reason":null}]}\n\n';
    const end = 'data: {"choices":[{"index":0,"text":"","finish_reason":"stop"}]}\n\n';
    const counts = 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}\n\n';
    const cut = [half, half + DONE, `${half}event: error\ndata: {"message":"died"}\n\n${DONE}`];
    const whole = [half + end + DONE, half + end, half + counts + DONE];
    await using both = await pair([...cut, ...whole].map((bytes) => raw({ bytes })));
    const ends: unknown[] = [];
    for (const _ of [...cut, ...whole]) {
      const last = (await collect(both.client.completions.stream(PROMPT))).at(-1);
      ends.push(last?.type === 'error' ? last.error.code : last?.type);
    }
    expect(ends).toEqual(['stream_cut', 'stream_cut', 'error_frame', 'done', 'done', 'done']);
  });

  test.each([
    ['model', { prompt: 'x' }],
    ['prompt', { model: 'm' }],
  ])('without %s sends nothing', async (parameter, params) => {
    await using both = await pair();
    expect(await rejection(both.client.completions.create(params as never))).toMatchObject({
      kind: 'MissingParameterError',
      parameter,
    });
    expect(await rejection(both.client.completions.create().stream(true).model('m').prompt('x').send())).toMatchObject({
      parameter: 'stream',
    });
  });

  test('that is none is told', async () => {
    await using both = await pair([reply({ status: 200, body: {} })]);
    expect(await rejection(both.client.completions.create(PROMPT))).toMatchObject({ kind: 'InvalidResponseError' });
  });
});

describe('the server', () => {
  test('tells its models, version, load and health', async () => {
    await using both = await pair([], {}, { load: 3, version: '0.30.1' });
    const { client } = both;
    expect((await client.models.list()).data).toEqual([
      expect.objectContaining({ id: 'fake', max_model_len: 8192, parent: null }),
    ]);
    expect([await client.version(), await client.load(), await client.health()]).toEqual(['0.30.1', 3, true]);
  });

  test('with a dead engine is not healthy', async () => {
    await using both = await pair([], {}, { isHealthy: false });
    expect(await both.client.health()).toBe(false);
  });

  test('counts tokens of a text and of a conversation with tools, and turns them back', async () => {
    await using both = await pair();
    const { tokens, count, max_model_len: limit } = await both.client.tokenize({ prompt: 'one two three' });
    expect([count, limit, await both.client.detokenize({ tokens })]).toEqual([3, 8192, 'one two three']);
    const messages = [{ role: 'user', content: 'Hi' }] as const;
    const tools = [{ type: 'function', function: { name: 'f' } }] as const;
    const bare = await both.client.tokenize({ messages });
    const full = await both.client.tokenize({ messages, tools, return_token_strs: true });
    expect(full.count).toBeGreaterThan(bare.count);
    expect(full.token_strs).toHaveLength(full.count);
  });

  test('tells its metrics', async () => {
    await using both = await pair([], {}, { load: 2 });
    const metrics = await both.client.metrics();
    expect(metrics.sum('vllm:num_requests_running')).toBe(2);
    expect(metrics.sum('vllm:request_success_total', { finished_reason: 'stop' })).toBe(0);
    expect(metrics.sum('no_such_metric')).toBeUndefined();
  });
});

describe('metrics of a real vLLM', () => {
  const metrics = parseMetrics(readFileSync(new URL('../fixtures/metrics.txt', import.meta.url), 'utf8'));

  test('are read, label by label', () => {
    expect(metrics.samples.find(({ name }) => name === 'vllm:num_requests_running')).toEqual({
      name: 'vllm:num_requests_running',
      labels: { engine: '0', model_name: 'smollm2' },
      value: 0,
    });
    expect(metrics.samples.length).toBeGreaterThan(30);
    expect(metrics.samples.every(({ value }) => Number.isFinite(value))).toBe(true);
  });

  test('of odd form are read too', () => {
    const text = '# HELP x y\nx{a="1\\"\\n2",b="3"} +Inf\nx 5 1700000000\nx{a="9"} 1e3\nnonsense here\n';
    const { samples, sum } = parseMetrics(text);
    expect(samples).toEqual([
      { name: 'x', labels: { a: '1"\n2', b: '3' }, value: Number.POSITIVE_INFINITY },
      { name: 'x', labels: {}, value: 5 },
      { name: 'x', labels: { a: '9' }, value: 1000 },
    ]);
    expect(sum('x', { a: '9' })).toBe(1000);
  });
});

describe('thinking in tags', () => {
  const split = (text: string) => {
    const splitter = createThinkSplitter();
    return [...splitter.feed(text), ...splitter.end()];
  };

  test.each([
    [
      '<think>a</think>b',
      [
        { type: 'reasoning', text: 'a' },
        { type: 'content', text: 'b' },
      ],
    ],
    [
      '\n<think>\na\n</think>\n\nb',
      [
        { type: 'reasoning', text: 'a' },
        { type: 'content', text: 'b' },
      ],
    ],
    ['no tags', [{ type: 'content', text: 'no tags' }]],
    ['about <think> tags', [{ type: 'content', text: 'about <think> tags' }]],
    ['<think>never closed', [{ type: 'reasoning', text: 'never closed' }]],
    ['<thi', [{ type: 'content', text: '<thi' }]],
    ['<think></think>b', [{ type: 'content', text: 'b' }]],
    ['', []],
  ])('%j', (text, pieces) => {
    expect(split(text)).toEqual(pieces);
  });
});

test.each(['png', 'jpg', 'jpeg', 'gif', 'webp', 'PNG'])('an image file .%s becomes a content part', async (ending) => {
  const folder = await mkdtemp(join(tmpdir(), 'image-'));
  const path = join(folder, `x.${ending}`);
  await writeFile(path, Uint8Array.of(1, 2, 3));
  const type = { jpg: 'jpeg', PNG: 'png' }[ending] ?? ending;
  expect(await imageFromFile(path, 'low')).toEqual({
    type: 'image_url',
    image_url: { url: `data:image/${type};base64,AQID`, detail: 'low' },
  });
  await rm(folder, { recursive: true });
});

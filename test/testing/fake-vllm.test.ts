// Owns claims about the fake vLLM as a tool for tests: scripts, faults, personalities, the simulator.

import { once } from 'node:events';
import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { VllmClient } from '../../src/index.ts';
import type { FakeVllm, FakeVllmOptions } from '../../src/testing/index.ts';
import { answer, raw, reply, startFakeVllm } from '../../src/testing/index.ts';
import { startSimulator } from '../../src/testing/simulator.ts';
import { rejection } from '../support/client-helpers.ts';

const HI = { model: 'fake', messages: [{ role: 'user', content: 'Hi' }] };

async function post(vllm: FakeVllm, body: object = HI, headers: Record<string, string> = {}) {
  const options = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  } as const;
  const response = await request(`${vllm.baseUrl}/chat/completions`, options);
  return { status: response.statusCode, text: await response.body.text() };
}

describe('a script', () => {
  test('with an unused step fails the test', async () => {
    const vllm = await startFakeVllm();
    vllm.script(answer({ content: 'a' }), answer({ content: 'b' }));
    await post(vllm);
    expect(() => vllm.assertDone()).toThrow(
      new Error('The script of the fake vLLM and the requests do not match. 1 unused step(s): answer "b".'),
    );
    expect(await rejection(vllm[Symbol.asyncDispose]())).toBeInstanceOf(Error);
  });

  test('without a step for a request fails the test', async () => {
    const vllm = await startFakeVllm();
    const { status, text } = await post(vllm);
    const message = 'The fake vLLM has no step left for this request: add one with `script`.';
    expect([status, JSON.parse(text)]).toEqual([
      500,
      { error: { message, type: 'BadRequestError', param: null, code: 500 } },
    ]);
    expect(() => vllm.assertDone()).toThrow('1 request(s) without a step: request 1 (POST /v1/chat/completions).');
    await vllm.close();
  });

  test('is not used by requests that the server refuses or answers by itself', async () => {
    await using vllm = await startFakeVllm({ apiKey: 'k' });
    vllm.script(answer({ content: 'a' }));
    expect((await post(vllm)).status).toBe(401);
    expect((await post(vllm, { ...HI, model: 'other' }, { authorization: 'Bearer k' })).status).toBe(404);
    expect((await post(vllm, HI, { authorization: 'Bearer k' })).status).toBe(200);
  });

  test('may hold a function of the request', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(({ body }) => answer({ content: String(body?.seed) }));
    expect((await post(vllm, { ...HI, seed: 7 })).text).toContain('"content":"7"');
  });
});

describe('a fault', () => {
  const bytes = 'data: one\n\ndata: two\n\n';

  test('may cut the answer after any byte', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(raw({ bytes, endAfter: 7 }));
    expect((await post(vllm)).text).toBe('data: o');
  });

  test('may send it byte by byte', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(raw({ bytes: '🌍!', chunking: 1 }));
    const response = await request(`${vllm.baseUrl}/chat/completions`, { method: 'POST', body: JSON.stringify(HI) });
    const sizes: number[] = [];
    response.body.on('data', (chunk: Uint8Array) => sizes.push(chunk.length));
    await once(response.body, 'end');
    expect(sizes).toEqual([1, 1, 1, 1, 1]);
  });

  test('may reset the connection before the headers or within the body', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(raw({ bytes, resetAfter: 0 }), raw({ bytes, resetAfter: 5 }));
    expect(await rejection(post(vllm))).toHaveProperty('code', expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/));
    expect(await rejection(post(vllm))).toHaveProperty('code', expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/));
  });

  test('may stall until the client disconnects, which is recorded', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(raw({ bytes, stallAfter: 5 }));
    const response = await request(`${vllm.baseUrl}/chat/completions`, { method: 'POST', body: JSON.stringify(HI) });
    for await (const chunk of response.body) {
      expect(String(chunk)).toBe('data:');
      break;
    }
    expect(await vllm.requests[0]?.ended).toBe('aborted');
  });

  test('may be any status, headers and body', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(reply({ status: 418, headers: { 'x-tea': 'yes' }, body: 'short and stout' }));
    const response = await request(`${vllm.baseUrl}/chat/completions`, { method: 'POST', body: JSON.stringify(HI) });
    expect([response.statusCode, response.headers['x-tea'], await response.body.text()]).toEqual([
      418,
      'yes',
      'short and stout',
    ]);
  });
});

describe('a personality', () => {
  test('without a reasoning parser leaves the thinking in the text', async () => {
    await using vllm = await startFakeVllm({ reasoningParser: false });
    vllm.script(answer({ reasoning: 'hm', content: 'yes' }));
    expect((await post(vllm)).text).toContain('"content":"<think>hm</think>\\n\\nyes"');
  });

  test('with a short context refuses what does not fit', async () => {
    await using vllm = await startFakeVllm({ models: [{ id: 'fake', maxModelLen: 10 }] });
    const messages = [{ role: 'user', content: 'one two three four five six seven' }];
    expect((await post(vllm, { ...HI, messages })).text).toContain("This model's maximum context length is 10 tokens.");
  });
});

describe('the simulator', () => {
  const tool = (name: string, description: string, parameters: object) => ({
    type: 'function',
    function: { name, description, parameters },
  });
  const text = (name: string, more: object = {}) => ({
    type: 'object',
    properties: { [name]: { type: 'string', ...more } },
    required: [name],
  });
  const TOOLS = [
    tool('get_weather', 'The weather of a city', text('city')),
    tool('read_file', 'Reads a file', text('path')),
    tool('add', 'Adds numbers', {
      type: 'object',
      properties: { n: { type: 'integer', minimum: 1 } },
      required: ['n'],
    }),
  ];

  async function callsFor(question: string, tools: readonly object[] = TOOLS): Promise<unknown[]> {
    const simulator = await startSimulator();
    const { text: body } = await post(simulator, { messages: [{ role: 'user', content: question }], tools });
    await simulator.close();
    const { message } = (
      JSON.parse(body) as {
        choices: [{ message: { tool_calls?: { function: { name: string; arguments: string } }[] } }];
      }
    ).choices[0];
    return (message.tool_calls ?? []).map(({ function: called }) => [called.name, JSON.parse(called.arguments)]);
  }

  test.each<[string, unknown[]]>([
    ['What is the weather in Paris?', [['get_weather', { city: 'Paris' }]]],
    [
      'Is the weather warmer in Tokyo or in New York?',
      [
        ['get_weather', { city: 'Tokyo' }],
        ['get_weather', { city: 'New York' }],
      ],
    ],
    ['Read the file src/index.ts please', [['read_file', { path: 'src/index.ts' }]]],
    ['Add 5 to it', [['add', { n: 5 }]]],
    ['Tell me a joke', []],
  ])('%s', async (question, calls) => {
    expect(await callsFor(question)).toEqual(calls);
  });

  test('always uses a single tool, with arguments that match its schema', async () => {
    const parameters = {
      type: 'object',
      properties: {
        mode: { enum: ['fast', 'slow'] },
        deep: { type: 'object', properties: { on: { type: 'boolean' } }, required: ['on'] },
        list: { type: 'array', items: { type: 'string' } },
      },
      required: ['mode', 'deep', 'list'],
    };
    expect(await callsFor('go slow', [tool('x', 'y', parameters)])).toEqual([
      ['x', { mode: 'slow', deep: { on: true }, list: ['go slow'] }],
    ]);
  });

  test('reports what the tools returned', async () => {
    const simulator = await startSimulator();
    const messages = [
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'mild' },
    ];
    expect((await post(simulator, { messages, tools: TOOLS })).text).toContain('get_weather({}) returned: mild');
    await simulator.close();
  });
});

describe('the fields of an answer', () => {
  const METRICS = { time_to_first_token_ms: 5, queue_time_ms: 4000 };
  const BODY = { ...HI, return_weight_versions: true };

  async function whole(options: FakeVllmOptions, body: object = BODY) {
    await using vllm = await startFakeVllm(options);
    vllm.script(answer({ content: 'a b' }));
    const { choices, metrics } = JSON.parse((await post(vllm, body)).text);
    return { versions: choices[0].weight_versions, metrics };
  }

  async function streamed(options: FakeVllmOptions) {
    await using vllm = await startFakeVllm(options);
    vllm.script(answer({ content: 'a' }));
    const { text } = await post(vllm, { ...BODY, stream: true, stream_options: { include_usage: true } });
    const chunks = text
      .split('\n\n')
      .filter((event) => event.startsWith('data: {'))
      .map((event) => JSON.parse(event.slice('data: '.length)));
    return chunks.map(({ choices, metrics, kv_transfer_params: transfer }) => [
      transfer,
      choices[0]?.weight_versions,
      metrics,
    ]);
  }

  test('are those of vLLM 0.33: weight versions and metrics, where they are asked for', async () => {
    const versions = [{ version: 'default', start: 0, end: 3 }];
    expect(await whole({ requestMetrics: METRICS })).toEqual({ versions, metrics: METRICS });
    expect(await whole({}, HI)).toEqual({ versions: null, metrics: null });
    expect(await whole({ version: '0.32.1' })).toEqual({ versions: undefined, metrics: null });
  });

  test('are in the chunks that vLLM 0.33 puts them in', async () => {
    const versions = [{ version: 'default', start: 0, end: 2 }];
    expect(await streamed({ requestMetrics: METRICS })).toEqual([
      [undefined, undefined, undefined],
      [null, undefined, undefined],
      [null, versions, undefined],
      [undefined, undefined, METRICS],
    ]);
    expect(await streamed({ version: '0.32.0' })).toEqual([
      [undefined, undefined, undefined],
      [undefined, undefined, undefined],
      [undefined, undefined, undefined],
      [undefined, undefined, undefined],
    ]);
  });

  test('reach a client that reads the whole stream', async () => {
    await using vllm = await startFakeVllm({ requestMetrics: METRICS });
    vllm.script(answer({ content: 'a' }));
    await using client = new VllmClient(vllm.baseUrl);
    const params = { model: 'fake', messages: [{ role: 'user', content: 'Hi' }] } as const;
    const { metrics } = await client.chat.completions.stream(params).finalResponse();
    expect(metrics?.queue_time_ms).toBe(4000);
  });
});

test('the routes of a server that is scaled out answer 403 until it is', async () => {
  await using vllm = await startFakeVllm();
  const ask = async (path: string) => {
    const response = await request(new URL(path, vllm.origin), { method: 'POST', body: '{}' });
    return [response.statusCode, (await response.body.json()) as unknown];
  };
  const message = 'Scale-out endpoints are disabled. Restart vllm serve with --enable-scale-out to enable them.';
  const error = { message, type: 'PermissionDeniedError', param: null, code: 403 };
  for (const path of ['/v1/chat/completions/render', '/inference/v1/generate']) {
    expect(await ask(path)).toEqual([403, { error }]);
  }
  expect(await ask('/v1/embeddings')).toEqual([404, { detail: 'Not Found' }]);
});

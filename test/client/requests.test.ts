// Owns claims about what a request sends: the parameters, the chain, `extra`, names that nobody knows.

import { describe, expect, test } from 'vitest';
import type { ChatParams, ClientWarning, Message, ToolDefinition } from '../../src/index.ts';
import { MissingParameterError, VllmClient } from '../../src/index.ts';
import { answer } from '../../src/testing/index.ts';
import { HI, pair, rejection } from '../support/client-helpers.ts';

const TOOL: ToolDefinition = {
  type: 'function',
  function: {
    name: 'f',
    description: 'd',
    parameters: { type: 'object', properties: { a: { type: 'string', enum: ['x'] } }, required: ['a'] },
  },
};

async function bodyOf(send: (client: VllmClient) => Promise<unknown>, content = 'ok'): Promise<unknown> {
  await using both = await pair([answer({ content })]);
  await send(both.client);
  expect(both.vllm.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v1/chat/completions']);
  return both.vllm.requests[0]?.body;
}

describe('parameters', () => {
  test('that are left out are not sent', async () => {
    expect(await bodyOf((client) => client.chat.completions.create(HI))).toEqual({ ...HI, stream: false });
  });

  test('are sent as they are, numbers exactly', async () => {
    const params: ChatParams = {
      ...HI,
      temperature: 0.7,
      top_p: 0.9,
      top_k: -1,
      min_p: 0.05,
      max_tokens: 100,
      stop: ['a', 'b'],
      tools: [TOOL],
      tool_choice: 'auto',
      seed: 1,
      chat_template_kwargs: { enable_thinking: false },
      structured_outputs: { regex: 'a+' },
      priority: 0,
    };
    expect(await bodyOf((client) => client.chat.completions.create(params))).toEqual({ ...params, stream: false });
  });

  test.each(['auto', 'none', 'required', { type: 'function', function: { name: 'f' } }] as const)(
    'tool_choice %j',
    async (choice) => {
      const params = { ...HI, tools: [TOOL], tool_choice: choice };
      expect(await bodyOf((client) => client.chat.completions.create(params))).toMatchObject({ tool_choice: choice });
    },
  );

  test('history with calls and results, and content parts, go as they are', async () => {
    const messages: Message[] = [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: 'https://x/y.png', detail: 'high' } },
        ],
      },
      { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'a', content: 'done' },
      { role: 'user', content: 'And now?' },
    ];
    expect(await bodyOf((client) => client.chat.completions.create({ ...HI, messages }))).toMatchObject({ messages });
  });

  test('a session is named to routers by a header too', async () => {
    await using both = await pair([answer({ content: 'ok' })]);
    await both.client.chat.completions.create({ ...HI, session_id: 's1' });
    expect(both.vllm.requests[0]?.headers['x-session-id']).toBe('s1');
  });
});

describe('the chain', () => {
  test('sends what the steps say', async () => {
    const body = await bodyOf((client) =>
      client.chat
        .completions()
        .create()
        .model('fake')
        .messages(HI.messages)
        .temperature(0.7)
        .maxTokens(100)
        .topP(0.9)
        .topK(5)
        .tools([TOOL])
        .toolChoice('auto')
        .stop('x')
        .extra({ a: 1 })
        .extra({ b: 2 })
        .send(),
    );
    const sampling = { temperature: 0.7, max_tokens: 100, top_p: 0.9, top_k: 5, stop: 'x' };
    expect(body).toEqual({ ...HI, ...sampling, tools: [TOOL], tool_choice: 'auto', a: 1, b: 2, stream: false });
  });

  test('can be kept half-made and gone on from twice', async () => {
    await using both = await pair([answer({ content: 'a' }), answer({ content: 'b' })]);
    const half = both.client.chat.completions.create().model('fake').messages(HI.messages);
    await half.temperature(0).send();
    await half.maxTokens(1).send();
    expect(both.vllm.chatBodies()).toEqual([
      { ...HI, temperature: 0, stream: false },
      { ...HI, max_tokens: 1, stream: false },
    ]);
  });

  test('streams with sendStream whatever stream says', async () => {
    await using both = await pair([answer({ content: 'a b' })]);
    const stream = await both.client.chat
      .completions()
      .create()
      .model('fake')
      .messages(HI.messages)
      .stream(false)
      .sendStream();
    expect(await stream.collectContent()).toBe('a b');
    expect(both.vllm.chatBodies()[0]).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  test('refuses to send a stream as a whole', async () => {
    const chain = new VllmClient('http://127.0.0.1:9/v1').chat.completions
      .create()
      .model('m')
      .messages([])
      .stream(true);
    expect(await rejection(chain.send())).toMatchObject({ kind: 'MissingParameterError', parameter: 'stream' });
  });
});

describe('what cannot be sent', () => {
  const client = new VllmClient('http://127.0.0.1:9/v1', { maxRetries: 0 });

  test.each([
    ['model', () => client.chat.completions.create().messages([]).send()],
    ['model', () => client.chat.completions.create().send()],
    ['messages', () => client.chat.completions.create().model('m').send()],
    ['messages', () => client.chat.completions.create({ model: 'm', messages: 'hi' as never })],
    ['temperature', () => client.chat.completions.create({ ...HI, temperature: Number.NaN })],
    ['extra', () => client.chat.completions.create({ ...HI, extra: [] as never })],
    ['params', () => client.chat.completions.create({ ...HI, seed: 1n as never })],
  ])('%s is named, and nothing is sent', async (parameter, send) => {
    const error = await rejection(send());
    expect(error).toBeInstanceOf(MissingParameterError);
    expect(error).toMatchObject({ parameter });
  });

  test('is thrown at once by stream()', () => {
    expect(() => client.chat.completions.stream({ messages: [] } as never)).toThrow(MissingParameterError);
  });
});

describe('extra', () => {
  test('goes to the top level over everything but stream', async () => {
    const extra = { chat_template_kwargs: { enable_thinking: true }, temperature: 1, stream: true };
    expect(await bodyOf((client) => client.chat.completions.create({ ...HI, temperature: 0, extra }))).toEqual({
      ...HI,
      temperature: 1,
      chat_template_kwargs: { enable_thinking: true },
      stream: false,
    });
  });
});

describe('names that vLLM does not know', () => {
  async function warningsOf(...sent: object[]): Promise<ClientWarning[]> {
    const warnings: ClientWarning[] = [];
    await using both = await pair(
      sent.map(() => answer({ content: 'ok' })),
      { onWarning: (warning) => warnings.push(warning) },
    );
    for (const params of sent) await both.client.chat.completions.create({ ...HI, ...params });
    return warnings;
  }

  test.each([
    ['guided_json', '`guided_json` was removed in vLLM 0.12: use `structured_outputs: { json }` or `response_format`.'],
    [
      'maxTokens',
      '`maxTokens` is not a parameter that vLLM knows: vLLM would silently ignore it. Did you mean `max_tokens`? If your server knows it, pass it in `extra`.',
    ],
    [
      'zzzzzzzz',
      '`zzzzzzzz` is not a parameter that vLLM knows: vLLM would silently ignore it. If your server knows it, pass it in `extra`.',
    ],
  ])('%s is told with the nearest known one', async (parameter, message) => {
    expect(await warningsOf({ [parameter]: 1 })).toEqual([{ code: 'unknown_parameter', parameter, message }]);
  });

  test('are told once each', async () => {
    expect(await warningsOf({ foo: 1 }, { foo: 2, bar: 1 })).toHaveLength(2);
  });

  test('are sent all the same, and pass in silence through extra', async () => {
    expect(await warningsOf({ extra: { guided_json: {} } })).toEqual([]);
    expect(await bodyOf((client) => client.chat.completions.create({ ...HI, foo: 1 } as ChatParams))).toMatchObject({
      foo: 1,
    });
  });

  test('are told by Node itself where nobody listens, once in a process, whichever client sends them', async () => {
    const heard: Error[] = [];
    const listen = (warning: Error): void => void heard.push(warning);
    process.on('warning', listen);
    try {
      const steps = [answer({ content: 'ok' }), answer({ content: 'ok' })];
      await using both = await pair(steps);
      await both.client.chat.completions.create({ ...HI, tempratur: 1 } as ChatParams);
      await both.client.withApiKey('other').chat.completions.create({ ...HI, tempratur: 1 } as ChatParams);
    } finally {
      process.off('warning', listen);
    }
    const message =
      '`tempratur` is not a parameter that vLLM knows: vLLM would silently ignore it. Did you mean `temperature`? If your server knows it, pass it in `extra`.';
    expect(heard.map(({ name, message: text, ...rest }) => ({ name, text, rest }))).toEqual([
      { name: 'VllmWarning', text: message, rest: { code: 'unknown_parameter' } },
    ]);
  });

  test('are remembered only so far', async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`zz${at}`, 1]));
    expect(await warningsOf(many, { another: 1 })).toHaveLength(100);
  });

  test('do not hide behind names of Object.prototype', async () => {
    expect((await warningsOf({ constructor: 1 })).map((warning) => warning.parameter)).toEqual(['constructor']);
  });
});

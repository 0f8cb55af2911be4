// Owns claims about errors: which kind, what they say, what they never say.

import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { ClientOptions } from '../../src/index.ts';
import {
  ApiError,
  ContextOverflowError,
  DefinitionError,
  imageFromFile,
  MissingParameterError,
  VllmClient,
  VllmError,
} from '../../src/index.ts';
import { answer, reply } from '../../src/testing/index.ts';
import { HI, pair, rejection } from '../support/client-helpers.ts';
import { readRecording, recordingNames } from '../support/recording.ts';

async function refused(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
  options = {},
): Promise<ApiError> {
  await using both = await pair([reply({ status, body, headers })], options);
  const error = await rejection(both.client.chat.completions.create(HI));
  if (!(error instanceof ApiError)) throw error;
  return error;
}

describe('a remedy is told', () => {
  test.each([
    [413, '<html>413 Request Entity Too Large</html>', /larger than the server or a gateway takes/],
    [400, { error: { message: 'Unrecognized request argument: session_id' } }, /With `session_id: null`/],
    [403, { error: { message: 'Restart vllm serve with --enable-scale-out' } }, /--enable-scale-out/],
  ])('for %i %j', async (status, body, remedy) => {
    expect((await refused(status, body)).message).toMatch(remedy);
  });
});

describe('a body of any shape', () => {
  test.each<[string, unknown, object]>([
    [
      'current',
      { error: { message: 'no', type: 'BadRequestError', param: 'n', code: 400 } },
      { type: 'BadRequestError', param: 'n' },
    ],
    [
      'old',
      { object: 'error', message: 'no', type: 'BadRequestError', param: null, code: 400 },
      { type: 'BadRequestError' },
    ],
    [
      'with code as text',
      { error: { message: 'no', type: 'invalid_request_error', param: null, code: 'invalid_request_error' } },
      { type: 'invalid_request_error' },
    ],
    ['of the messages route', { type: 'error', error: { type: 'x', message: 'no' } }, { type: 'x' }],
    ['with a text as error', { error: 'no' }, {}],
    ['with a text as detail', { detail: 'no' }, {}],
    ['with a list as detail', { detail: [{ loc: ['body', 'n'], msg: 'no', type: 't' }] }, { param: 'n' }],
    ['plain text', 'no', {}],
  ])('%s', async (_name, body, fields) => {
    const error = await refused(400, body);
    expect(error).toMatchObject({
      kind: 'ApiError',
      code: 'bad_request',
      status: 400,
      retryable: false,
      requestId: expect.any(String),
      ...fields,
    });
    expect(error.message).toMatch(/\/v1\/chat\/completions answered 400: .*no/);
  });

  test.each([
    ['a gateway’s page', '<html><body>Bad Gateway</body></html>', 'an HTML page of 37 characters'],
    ['nothing', '', 'empty body'],
  ])('%s', async (_name, body, words) => {
    expect((await refused(502, body)).message).toContain(words);
  });
});

describe('a status', () => {
  test.each<[number, string, boolean]>([
    [400, 'bad_request', false],
    [401, 'unauthorized', false],
    [403, 'forbidden', false],
    [404, 'not_found', false],
    [408, 'server_timeout', true],
    [422, 'bad_request', false],
    [429, 'rate_limited', true],
    [500, 'server_error', true],
    [501, 'not_implemented', false],
    [502, 'server_error', true],
    [503, 'overloaded', true],
    [504, 'server_error', true],
    [302, 'redirected', false],
  ])('%i is %s', async (status, code, retryable) => {
    expect(await refused(status, { error: { message: 'no' } })).toMatchObject({ code, status, retryable });
  });
});

describe('a real vLLM’s refusal', () => {
  const refusals = recordingNames.filter((name) => readRecording(name).response.status >= 400);
  const codes: Record<string, string> = {
    'bad-model': 'model_not_found',
    'max-tokens-huge': 'context_overflow',
    'noflags-tools-auto': 'tool_parser_missing',
    'noflags-tools-named': 'tool_parser_missing',
    'noflags-tools-required': 'tool_parser_missing',
    'not-found': 'not_found',
  };

  test.each(refusals)('%s is told for what it is', async (name) => {
    const { status, body } = readRecording(name).response;
    const told = (JSON.parse(body) as { error?: { param: string | null } }).error;
    expect(await refused(status, body)).toMatchObject({
      status,
      code: codes[name] ?? 'bad_request',
      param: told?.param ?? undefined,
    });
  });

  test('of the key is told', async () => {
    await using both = await pair([], { apiKey: 'wrong' }, { apiKey: 'right' });
    expect(await rejection(both.client.chat.completions.create(HI))).toMatchObject({
      status: 401,
      code: 'unauthorized',
      message: expect.stringContaining('VLLM_API_KEY'),
    });
  });

  test('of a base URL without /v1 says so', async () => {
    await using both = await pair();
    const { VllmClient } = await import('../../src/index.ts');
    const client = new VllmClient(both.client.baseUrl.replace('/v1', ''), { maxRetries: 0 });
    expect(await rejection(client.chat.completions.create(HI))).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('ends in /v1'),
    });
  });
});

describe('context overflow', () => {
  test.each<[string, object]>([
    [
      "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (8900 in the messages, 100 in the completion).",
      { limit: 8192, promptTokens: 8900, requestedTokens: 100 },
    ],
    [
      "This model's maximum context length is 8192 tokens. However, your request has 9000 input tokens. Please reduce the length of the input messages.",
      { limit: 8192, promptTokens: 9000 },
    ],
    [
      "'max_tokens' or 'max_completion_tokens' is too large: 500. This model's maximum context length is 8192 tokens and your request has 8000 input tokens (500 > 8192 - 8000). None",
      { limit: 8192, promptTokens: 8000, requestedTokens: 500 },
    ],
    [
      "You passed 8193 input tokens and requested 1 output tokens. However, the model's context length is only 8192 tokens, resulting in a maximum input length of 8191 tokens.",
      { limit: 8192, promptTokens: 8193, requestedTokens: 1 },
    ],
    ['max_tokens=100000cannot be greater than max_model_len=8192.', { limit: 8192, requestedTokens: 100000 }],
    [
      'max_completion_tokens=100000 cannot be greater than max_model_len=8192. Please request fewer output tokens. (parameter=max_completion_tokens, value=100000)',
      { limit: 8192, requestedTokens: 100000 },
    ],
    ["Input length (9000) exceeds model's maximum context length (8192).", { limit: 8192, promptTokens: 9000 }],
    [
      "This model's maximum context length is 8192 tokens. However, your prompt contains 90000 characters (more than 65536 characters, which is the upper bound for 8191 input tokens). Please reduce the length of the input prompt. (parameter=input_text, value=90000)",
      { limit: 8192, promptTokens: undefined },
    ],
    [
      "This model's maximum context length is 8192 tokens. However, your prompt contains at least 8193 input tokens",
      { limit: 8192, promptTokens: 8193 },
    ],
    [
      "this model's maximum context length is 8192 tokens, but the prompt contains 9000 input tokens",
      { limit: 8192, promptTokens: 9000 },
    ],
    [
      'The decoder prompt (length 9000) is longer than the maximum model length of 8192.',
      { limit: 8192, promptTokens: 9000 },
    ],
  ])('%s', async (message, counts) => {
    const error = await refused(400, { error: { message, type: 'BadRequestError', param: null, code: 400 } });
    expect(error).toBeInstanceOf(ContextOverflowError);
    expect(error).toMatchObject({ kind: 'ContextOverflowError', code: 'context_overflow', ...counts });
  });

  test('by the fake is told with the limit', async () => {
    await using both = await pair([], {}, { models: [{ id: 'fake', maxModelLen: 20 }] });
    const messages = [{ role: 'user', content: 'word '.repeat(30) }] as const;
    expect(await rejection(both.client.chat.completions.create({ ...HI, messages }))).toMatchObject({
      code: 'context_overflow',
      limit: 20,
    });
  });
});

describe('what is never shown', () => {
  const everything = (error: unknown): string =>
    `${inspect(error, { depth: 10, showHidden: true })} ${JSON.stringify(error)} ${String(error)}`;

  test('the key, even when a gateway repeats it', async () => {
    const error = await refused(
      401,
      { error: { message: 'bad key secret-key-123' } },
      {},
      { apiKey: 'secret-key-123' },
    );
    expect(everything(error)).not.toContain('secret-key-123');
  });

  test('the prompt, when the server repeats its input', async () => {
    const message =
      "1 validation error:\n  {'type': 'list_type', 'loc': 'body.messages', 'msg': 'Input should be a valid list', 'input': 'my private prompt'}";
    const error = await refused(400, { error: { message, code: 400 } });
    expect(everything(error)).not.toContain('private prompt');
    expect(error.message).toContain('Input should be a valid list');
    expect(JSON.stringify(error.body)).toContain('private prompt');
  });

  test('the prompt, when the server repeats it as a value', async () => {
    const message = `too long (parameter=input_text, value=${'my private prompt '.repeat(3000)})`;
    expect(everything(await refused(400, { error: { message, code: 400 } }))).not.toContain('private prompt');
  });

  test('a whole body', async () => {
    const error = await refused(500, 'x'.repeat(500_000));
    expect(everything(error).length).toBeLessThan(5000);
  });

  test('the response’s headers', async () => {
    const error = await refused(500, { error: { message: 'no' } }, { 'set-cookie': 'session=abc' });
    expect(everything(error)).not.toContain('session=abc');
    expect(error.headers['set-cookie']).toBe('session=abc');
  });
});

describe('the world before an answer', () => {
  test('nobody listening', async () => {
    const { VllmClient } = await import('../../src/index.ts');
    const client = new VllmClient('http://127.0.0.1:9/v1', { maxRetries: 0 });
    expect(await rejection(client.chat.completions.create(HI))).toMatchObject({
      kind: 'HttpError',
      code: 'connection_failed',
      retryable: true,
      message: expect.stringContaining('Is vLLM running there?'),
    });
  });

  test('an unknown host', async () => {
    const { VllmClient } = await import('../../src/index.ts');
    const client = new VllmClient('http://no-such-host.invalid/v1', { maxRetries: 0 });
    expect(await rejection(client.chat.completions.create(HI))).toMatchObject({
      kind: 'HttpError',
      code: 'connection_failed',
    });
  });

  test('a reset before the headers', async () => {
    await using both = await pair([reply({ status: 200, body: 'x', resetAfter: 0 })]);
    expect(await rejection(both.client.chat.completions.create(HI))).toMatchObject({
      kind: 'HttpError',
      code: 'connection_reset',
      retryable: true,
    });
  });

  test('a reset in a whole body', async () => {
    await using both = await pair([answer({ content: 'a long answer', resetAfter: 50 })]);
    expect(await rejection(both.client.chat.completions.create(HI))).toMatchObject({
      kind: 'IoError',
      code: 'connection_reset',
    });
  });

  test('a port that does not speak HTTP', async () => {
    const { createServer } = await import('node:net');
    const server = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-hello\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((resolve) => server.once('listening', resolve));
    const { VllmClient } = await import('../../src/index.ts');
    const port = (server.address() as { port: number }).port;
    const client = new VllmClient(`http://127.0.0.1:${port}/v1`, { maxRetries: 0 });
    expect(await rejection(client.chat.completions.create(HI))).toMatchObject({ kind: 'HttpError', code: 'not_http' });
    server.close();
  });
});

describe('local things', () => {
  test('an image that cannot be read', async () => {
    expect(await rejection(imageFromFile('/no/such/image.png'))).toMatchObject({
      kind: 'IoError',
      code: 'file_unreadable',
      message: 'The image /no/such/image.png cannot be read: there is no such file.',
    });
    expect(await rejection(imageFromFile('/etc/passwd'))).toBeInstanceOf(MissingParameterError);
  });

  test('what the world does wrong is of one family, named by its class', () => {
    const error = new ApiError('no room', { code: 'overloaded', status: 503, retryable: true });
    expect([error instanceof VllmError, error.name, error.kind]).toEqual([true, 'ApiError', 'ApiError']);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      kind: 'ApiError',
      code: 'overloaded',
      message: 'no room',
      status: 503,
      retryable: true,
    });
  });

  test('misuse of the client is of another, that of all misuse', () => {
    const error = new MissingParameterError('model', 'it is missing');
    expect([error instanceof DefinitionError, error instanceof VllmError, error.name, error.parameter]).toEqual([
      true,
      false,
      'MissingParameterError',
      'model',
    ]);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      kind: 'MissingParameterError',
      code: 'missing_parameter',
      message: 'it is missing',
    });
  });
});

test('a request that the network layer refuses to send is no failed connection, and is not tried again', async () => {
  let attempts = 0;
  const dispatcher: ClientOptions['dispatcher'] = {
    dispatch: (_options, handler) => {
      attempts++;
      const error = Object.assign(new Error('invalid x-a header'), { code: 'UND_ERR_INVALID_ARG' });
      handler.onResponseError?.({ aborted: false } as never, error);
      return true;
    },
  };
  const client = new VllmClient('http://host/v1', { dispatcher });
  await expect(client.chat.completions.create(HI)).rejects.toMatchObject({
    code: 'unsendable',
    retryable: false,
    message: 'POST http://host/v1/chat/completions: the request cannot be sent: invalid x-a header.',
  });
  expect(attempts).toBe(1);
});

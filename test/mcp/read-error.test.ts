// Owns claims about what a rejected request means, error by error of both SDKs and of Node's fetch.

import {
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  UnauthorizedError as UnauthorizedError2026,
  UnsupportedProtocolVersionError,
} from '@modelcontextprotocol/client';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { SseError } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import {
  AnswerError,
  ConnectionLoss,
  RevisionError,
  ServerError,
  SignInRequired,
} from '../../src/mcp/connection-error.ts';
import { readError2025 } from '../../src/mcp/error-2025.ts';
import { readError2026 } from '../../src/mcp/error-2026.ts';
import { readError } from '../../src/mcp/read-error.ts';

const OPEN = { signal: new AbortController().signal, isClosed: false, hadSession: false, readSdk: readError2025 };
const IN_SESSION = { ...OPEN, hadSession: true };
const NEWER = { ...OPEN, readSdk: readError2026 };
const fetchFailed = (code: string) =>
  Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(`it was ${code}`), { code }) });
const httpError = (status: number, text: string) =>
  new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, 'Error POSTing to endpoint', { status, text });
const loss = (message: string, wasNotReceived: boolean, isGone: boolean) => ({ message, wasNotReceived, isGone });

describe('a loss', () => {
  test.each<[string, unknown, typeof OPEN, object]>([
    ['a closed connection', new McpError(-32_000, 'x'), OPEN, loss('the connection was closed', false, true)],
    [
      'any error once it is closed',
      new Error('x'),
      { ...OPEN, isClosed: true },
      loss('the connection was closed', false, true),
    ],
    ['a request after the end', new Error('Not connected'), OPEN, loss('the connection was closed', true, true)],
    [
      'a closed connection of 2026',
      new SdkError(SdkErrorCode.ConnectionClosed, 'x'),
      NEWER,
      loss('the connection was closed', false, true),
    ],
    [
      'a request of 2026 after the end',
      new SdkError(SdkErrorCode.NotConnected, 'x'),
      NEWER,
      loss('the connection was closed', true, true),
    ],
    [
      'another request of 2026 after the end',
      new Error('Not connected'),
      NEWER,
      loss('the connection was closed', true, true),
    ],
    ['nobody at the address of 2026', fetchFailed('ECONNREFUSED'), NEWER, loss('it was ECONNREFUSED', true, true)],
    ['a reset', fetchFailed('ECONNRESET'), OPEN, loss('it was ECONNRESET', false, false)],
    ['a body that ended', new TypeError('terminated'), OPEN, loss('terminated', false, false)],
    ['nobody at the address', fetchFailed('ECONNREFUSED'), OPEN, loss('it was ECONNREFUSED', true, true)],
    ['no such host', fetchFailed('ENOTFOUND'), OPEN, loss('it was ENOTFOUND', true, true)],
    [
      'none of several addresses',
      Object.assign(new TypeError('fetch failed'), {
        cause: new AggregateError([Object.assign(new Error('a'), { code: 'ECONNREFUSED' })]),
      }),
      OPEN,
      loss('ECONNREFUSED', true, true),
    ],
    [
      'an unknown session',
      new StreamableHTTPError(404, 'Error POSTing to endpoint: no'),
      IN_SESSION,
      loss('HTTP 404: no', true, true),
    ],
    [
      'an unknown session of old servers',
      new StreamableHTTPError(400, 'Error POSTing to endpoint: Bad Request: No valid session ID provided'),
      IN_SESSION,
      loss('HTTP 400: Bad Request: No valid session ID provided', true, true),
    ],
    [
      'an unknown session over SSE',
      new Error('Error POSTing to endpoint (HTTP 404): no'),
      OPEN,
      loss('HTTP 404: no', true, true),
    ],
  ])('is %s', (_name, error, situation, expected) => {
    const read = readError(error, situation);
    expect(read).toBeInstanceOf(ConnectionLoss);
    expect({ ...(read as ConnectionLoss), message: (read as ConnectionLoss).message }).toMatchObject(expected);
  });
});

describe('an answer', () => {
  test.each<[string, unknown, typeof OPEN, ServerError]>([
    [
      '404 without a session',
      new StreamableHTTPError(404, 'Error POSTing to endpoint: no'),
      OPEN,
      new ServerError('HTTP 404: no', 404),
    ],
    ['400 about a field', new StreamableHTTPError(400, 'x'), IN_SESSION, new ServerError('HTTP 400: x', 400)],
    ['500', new StreamableHTTPError(500, 'x'), IN_SESSION, new ServerError('HTTP 500: x', 500)],
    [
      'another media type',
      new StreamableHTTPError(-1, 'Unexpected content type: a/b'),
      OPEN,
      new ServerError('Unexpected content type: a/b', -1),
    ],
    ['500 over SSE', new Error('Error POSTing to endpoint (HTTP 500): x'), OPEN, new ServerError('HTTP 500: x', 500)],
    ['404 of 2026', httpError(404, 'no'), NEWER, new ServerError('HTTP 404: no', 404)],
    [
      'a JSON-RPC error as the body of a status',
      httpError(404, '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no such method"}}'),
      NEWER,
      new ServerError('HTTP 404: no such method', 404),
    ],
    ['a status of an event stream', new SseError(403, 'no', {} as never), OPEN, new ServerError('HTTP 403: no', 403)],
  ])('is %s', (_name, error, situation, expected) => {
    expect(readError(error, situation)).toEqual(expected);
  });

  test.each<[string, Error, typeof OPEN, string]>([
    ['late', new McpError(-32_001, 'Request timed out'), OPEN, 'did not answer in time: Request timed out'],
    ['late in 2026', new SdkError(SdkErrorCode.RequestTimeout, 'late'), NEWER, 'did not answer in time: late'],
    [
      'of another form in 2026',
      new SdkError(SdkErrorCode.InvalidResult, 'no list'),
      NEWER,
      'answered in a form that is not of the protocol: no list',
    ],
  ])('that is %s cannot be used', (_name, error, situation, expected) => {
    expect(readError(error, situation)).toEqual(new AnswerError(expected));
  });
});

describe('another revision of the protocol', () => {
  test.each<[string, Error, typeof OPEN, string]>([
    [
      'an answer of a handshake',
      new Error("Server's protocol version is not supported: 2027-01-01"),
      OPEN,
      "Server's protocol version is not supported: 2027-01-01",
    ],
    [
      'the body of a status',
      new StreamableHTTPError(400, 'Error POSTing to endpoint: {"error":{"code":-32022,"message":"too old"}}'),
      OPEN,
      'HTTP 400: too old',
    ],
    [
      'the body of a status of 2026',
      httpError(400, '{"error":{"code":-32022,"message":"too new"}}'),
      NEWER,
      'HTTP 400: too new',
    ],
    [
      'an error of its own',
      new UnsupportedProtocolVersionError({ supported: ['2027-01-01'], requested: '2026-07-28' }),
      NEWER,
      'the server speaks 2027-01-01',
    ],
    [
      'a question that no server answers',
      new SdkError(SdkErrorCode.EraNegotiationFailed, 'x'),
      NEWER,
      'the server does not speak the revision 2026-07-28',
    ],
  ])('is known by %s', (_name, error, situation, expected) => {
    expect(readError(error, situation)).toEqual(new RevisionError(expected));
  });
});

test.each([
  ['2025', new UnauthorizedError('x'), OPEN],
  ['2026', new UnauthorizedError2026('x'), NEWER],
])('a sign-in that is required is one, in %s', (_name, error, situation) => {
  expect(readError(error, situation)).toEqual(new SignInRequired());
});

test('a name that leads to a private address is a refusal that says so', () => {
  const error = fetchFailed('ERR_PRIVATE_ADDRESS');
  expect(readError(error, OPEN)).toBe(error.cause);
});

test.each<[string, unknown]>([
  ['an error of another kind', new Error('invalid_client')],
  ['a refused address', new TypeError('https://a redirected to 10.0.0.1, an address of the private network.')],
  ['what is no error', 'fetch failed'],
  ['an error of the protocol of 2026', new ProtocolError(-32_000, 'x')],
])('%s stays as it is', (_name, error) => {
  expect([readError(error, OPEN), readError(error, NEWER)]).toEqual([error, error]);
});

test('the reason of an abort comes before everything else', () => {
  const reason = new Error('enough');
  expect(readError(new McpError(-32_000, 'x'), { ...OPEN, signal: AbortSignal.abort(reason) })).toBe(reason);
});

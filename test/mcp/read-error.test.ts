// Owns claims about what a rejected request means, error by error of the SDK and of Node's fetch.

import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { SseError } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import { AnswerError, ConnectionLoss, ServerError } from '../../src/mcp/connection-error.ts';
import { readError } from '../../src/mcp/read-error.ts';

const OPEN = { signal: undefined, isClosed: false, hadSession: false };
const IN_SESSION = { ...OPEN, hadSession: true };
const fetchFailed = (code: string) =>
  Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(`it was ${code}`), { code }) });
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
    ['a status of an event stream', new SseError(403, 'no', {} as never), OPEN, new ServerError('HTTP 403: no', 403)],
  ])('is %s', (_name, error, situation, expected) => {
    expect(readError(error, situation)).toEqual(expected);
  });

  test('that is late cannot be used', () => {
    expect(readError(new McpError(-32_001, 'Request timed out'), OPEN)).toEqual(
      new AnswerError('did not answer in time: Request timed out'),
    );
  });
});

test('a name that leads to a private address is a refusal that says so', () => {
  const error = fetchFailed('ERR_PRIVATE_ADDRESS');
  expect(readError(error, OPEN)).toBe(error.cause);
});

test.each<[string, unknown]>([
  ['a sign-in that is required', new UnauthorizedError('x')],
  ['an error of another kind', new Error('invalid_client')],
  ['a refused address', new TypeError('https://a redirected to 10.0.0.1, an address of the private network.')],
  ['what is no error', 'fetch failed'],
])('%s stays as it is', (_name, error) => {
  expect(readError(error, OPEN)).toBe(error);
});

test('the reason of an abort comes before everything else', () => {
  const reason = new Error('enough');
  expect(readError(new McpError(-32_000, 'x'), { ...OPEN, signal: AbortSignal.abort(reason) })).toBe(reason);
});

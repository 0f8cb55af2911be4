// Owns claims about one call of a server's tool: its limits, its progress, its errors, and when it is made a second time.

import { describe, expect, test } from 'vitest';
import type { JsonObject, McpConnection, ToolContext } from '../../src/index.ts';
import { ToolRetry } from '../../src/index.ts';
import type { RawResult } from '../../src/mcp/connection.ts';
import { AnswerError, ConnectionLoss, ServerError } from '../../src/mcp/connection-error.ts';
import type { ServerTool } from '../../src/mcp/read-tools.ts';
import { createServerCall } from '../../src/mcp/server-call.ts';
import { validatorFor } from '../../src/schema/validator.ts';

type Answer = RawResult | Error;

const DONE: RawResult = { content: [{ type: 'text', text: 'done' }] };
const CLOSED = new ConnectionLoss('closed', { wasNotReceived: false, isGone: true });
const CUT = new ConnectionLoss('reset', { wasNotReceived: false, isGone: false });
const NO_SESSION = new ConnectionLoss('no such session', { wasNotReceived: true, isGone: true });
const LOST = 'The connection to the server `s` was lost during the call: whether it took effect is not known.';

interface Called {
  /** The text that the call returned, or its error. */
  readonly outcome: unknown;
  /** Which connection each call went to, in order. */
  readonly connections: readonly number[];
  readonly dropped: readonly number[];
  readonly warnings: readonly string[];
  readonly requests: readonly (readonly [string, JsonObject])[];
  readonly progress: readonly unknown[];
  readonly visited: readonly unknown[];
}

interface Setting {
  readonly tool?: Partial<ServerTool>;
  readonly signal?: AbortSignal;
  /** What the user does with a page. */
  readonly action?: 'accept' | 'decline';
}

/** Calls a tool of a server that answers so; each connection after a loss is a new one. */
async function call(answers: readonly Answer[], { tool, signal, action = 'accept' }: Setting = {}): Promise<Called> {
  const connections: number[] = [];
  const dropped: number[] = [];
  const warnings: string[] = [];
  const requests: [string, JsonObject][] = [];
  const progress: unknown[] = [];
  const visited: unknown[] = [];
  const known = new Map<unknown, number>();
  let left = [...answers];
  const connect = (): McpConnection => {
    const number = known.size + 1;
    const callTool: McpConnection['callTool'] = async (name, args, { signal: given, onProgress }) => {
      connections.push(number);
      requests.push([name, args]);
      onProgress({ progress: 1 });
      const [next = DONE, ...rest] = left;
      left = rest;
      given.throwIfAborted();
      if (next instanceof Error) throw next;
      return next;
    };
    const connection = { callTool } as Partial<McpConnection> as McpConnection; // a call needs no more of it
    known.set(connection, number);
    return connection;
  };
  let current: McpConnection | undefined;
  const callTool = createServerCall({
    name: 's',
    config: { command: 'x' },
    connected: async () => (current ??= connect()),
    drop: async (connection) => {
      dropped.push(known.get(connection) ?? 0);
      current = undefined;
    },
    warn: (code, message) => warnings.push(`${code}: ${message}`),
    askUser: async ({ url }) => {
      visited.push(url);
      return { action };
    },
  });
  const called: ServerTool = { rawName: 'raw', output: undefined, isRepeatable: false, needsTask: false, ...tool };
  const context = {
    signal: signal ?? new AbortController().signal,
    progress: (value) => progress.push(value),
  } as Partial<ToolContext> as ToolContext; // nor of that
  const outcome = await callTool(called, { a: 1 }, context).catch((error: unknown) => error);
  return { outcome, connections, dropped, warnings, requests, progress, visited };
}

const NOTHING_ELSE = { dropped: [], warnings: [], visited: [], progress: [{ progress: 1 }] };

describe('a call', () => {
  test('has the name that the server gave the tool, and its progress shown', async () => {
    expect(await call([DONE])).toEqual({
      ...NOTHING_ELSE,
      outcome: 'done',
      connections: [1],
      requests: [['raw', { a: 1 }]],
    });
  });

  test('that the server answers with an error is an error for the model, and keeps the connection', async () => {
    const error = new ServerError('the disk is full', -32_603);
    expect(await call([error])).toMatchObject({
      ...NOTHING_ELSE,
      outcome: new ToolRetry('The server `s` refused the call: the disk is full'),
      connections: [1],
    });
  });

  test('whose result is an error is an error for the model', async () => {
    expect((await call([{ ...DONE, isError: true }])).outcome).toEqual(new ToolRetry('done'));
  });

  test('of a tool that runs only as a task is not made', async () => {
    expect(await call([], { tool: { needsTask: true } })).toMatchObject({
      outcome: new ToolRetry(
        'This tool runs only as an MCP task, which this client does not support. Use another tool.',
      ),
      connections: [],
    });
  });

  test('that the run aborts rejects as the run does', async () => {
    const aborted = AbortSignal.abort(new Error('enough'));
    expect(await call([CLOSED], { signal: aborted })).toMatchObject({
      outcome: new Error('enough'),
      connections: [1],
      dropped: [],
    });
  });
});

describe('a call whose connection is lost', () => {
  test.each<[string, readonly Answer[], Partial<ServerTool>, Partial<Called>]>([
    ['is not repeated', [CLOSED], {}, { outcome: new ToolRetry(LOST), connections: [1], dropped: [1] }],
    [
      'is repeated on a new one if the tool is repeatable',
      [CLOSED, DONE],
      { isRepeatable: true },
      { outcome: 'done', connections: [1, 2], dropped: [1] },
    ],
    [
      'is not repeated twice',
      [CLOSED, CLOSED],
      { isRepeatable: true },
      { outcome: new ToolRetry(LOST), connections: [1, 2], dropped: [1, 2] },
    ],
    [
      'because the server forgot the session is repeated',
      [NO_SESSION, DONE],
      {},
      { outcome: 'done', connections: [1, 2], dropped: [1] },
    ],
    [
      'because the server forgot two sessions is not repeated again',
      [NO_SESSION, NO_SESSION],
      {},
      {
        outcome: new ToolRetry('The server `s` did not receive the call: no such session'),
        connections: [1, 2],
        dropped: [1, 2],
      },
    ],
    [
      'on a connection that stays is repeated there if the tool is repeatable',
      [CUT, DONE],
      { isRepeatable: true },
      { outcome: 'done', connections: [1, 1], dropped: [] },
    ],
    [
      'because the answer cannot be used is not repeated',
      [new AnswerError('answered with null in place of a result')],
      { isRepeatable: true },
      {
        outcome: new ToolRetry(
          'The server `s` answered with null in place of a result. Whether the call took effect is not known.',
        ),
        connections: [1],
        dropped: [],
      },
    ],
  ])('%s', async (_name, answers, tool, expected) => {
    expect(await call(answers, { tool })).toMatchObject(expected);
  });
});

describe('a call that needs the user to visit pages', () => {
  const page = (url: string) => ({ mode: 'url', url, message: 'Sign in', elicitationId: url });
  const needs = new ServerError('sign in first', -32_042, { elicitations: [page('https://a'), page('https://b')] });

  test('is made again, once, after they were visited', async () => {
    expect(await call([needs, DONE])).toMatchObject({
      outcome: 'done',
      visited: ['https://a', 'https://b'],
      connections: [1, 1],
    });
    const refused = new ToolRetry('The server `s` refused the call: sign in first');
    expect(await call([needs, needs])).toMatchObject({ outcome: refused, connections: [1, 1] });
  });

  test('is not made again when the user declines', async () => {
    expect(await call([needs], { action: 'decline' })).toMatchObject({
      outcome: new ToolRetry('The call needs the user to visit a page of the server `s` first: Sign in'),
      visited: ['https://a'],
      connections: [1],
    });
  });

  test('is refused when the server names none', async () => {
    const none = new ServerError('sign in first', -32_042, { elicitations: [{ mode: 'form' }, 7] });
    expect(await call([none])).toMatchObject({ visited: [], connections: [1] });
  });
});

describe('structured content', () => {
  const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
  const validator = (of: JsonObject) => validatorFor(of, { fillDefaults: false, findAll: false });
  const result = (structuredContent: unknown, more: object = {}): RawResult => ({
    ...DONE,
    structuredContent,
    ...more,
  });

  test.each<[string, RawResult, JsonObject, readonly string[]]>([
    ['that fits is no warning', result({ n: 1 }), schema, []],
    [
      'that does not fit is a warning',
      result({ n: 'x' }),
      schema,
      ['mcp_output_mismatch: the result of `raw` does not fit the schema that the server gives for it.'],
    ],
    [
      'that is missing is a warning',
      DONE,
      schema,
      ['mcp_output_mismatch: the result of `raw` does not fit the schema that the server gives for it.'],
    ],
    [
      'with a schema that is not valid is a warning',
      result({ n: 1 }),
      { type: 'object', properties: { a: { $ref: '#/none' } } },
      ['mcp_output_schema: the output schema of `raw` is not valid: its results are not checked.'],
    ],
    ['of an error is not checked', result({ n: 'x' }, { isError: true }), schema, []],
  ])('%s, and the result is kept', async (_name, answer, outputSchema, warnings) => {
    const called = await call([answer], { tool: { output: validator(outputSchema) } });
    expect(called.warnings).toEqual(warnings);
    expect(String(called.outcome)).toContain('done');
  });
});

// Owns the life of a call: prepared, and run.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { ReadyCall, RunEvent, Tool } from '../../src/index.ts';
import { contentParts, defineTool } from '../../src/index.ts';
import { prepareCall } from '../../src/tool/prepare-call.ts';
import { runCall } from '../../src/tool/run-call.ts';
import { createToolbox } from '../../src/tool/toolbox.ts';

function addTool(change: Partial<Parameters<typeof defineTool>[0]> = {}): Tool {
  return defineTool({
    name: 'add',
    description: 'Adds.',
    parameters: z.object({ a: z.number(), b: z.number().default(7) }),
    execute: () => 'added',
    ...change,
  } as never);
}

async function prepare(
  args: string,
  change: { tool?: Tool; name?: string; wasCut?: boolean; asksFirst?: boolean } = {},
) {
  const { tool = addTool(), name = 'add', wasCut = false, asksFirst = false } = change;
  const call = { id: 'c', type: 'function', function: { name, arguments: args } } as const;
  const toolbox = createToolbox([{ owner: 'test', tools: [tool] }]);
  const contextOf = () => ({ callId: 'c' }) as never;
  return await prepareCall(call, {
    key: 't1/call/0',
    toolbox,
    wasCut,
    asksFirst,
    contextOf,
    approvalIdOf: (toolName) => `id of ${toolName}`,
  });
}

const READY: ReadyCall = {
  type: 'ready',
  key: 't1/call/0',
  callId: 'c',
  toolName: 'add',
  arguments: { a: 1 },
  approvalId: null,
  isSequential: false,
  holdsRun: false,
};

describe('a call is prepared', () => {
  test.each<[string, string, object, string, string]>([
    [
      'out of a wrapper',
      '{"arguments": {"a": 1}}',
      { a: 1 },
      'arguments_coerced',
      'they stood in `arguments`, which is no parameter',
    ],
    [
      'out of a wrapper, converted',
      '{"input": "{\\"a\\": \\"1\\"}"}',
      { a: 1 },
      'arguments_coerced',
      'they stood in `input`, which is no parameter; a: string became number',
    ],
    ['without surplus brackets', '{"a": 1}}', { a: 1 }, 'arguments_repaired', 'there were surplus closing brackets'],
  ])('%s', async (_name, text, args, code, what) => {
    const message = `The arguments were corrected: ${what}.`;
    expect(await prepare(text)).toMatchObject({
      call: { ...READY, arguments: args },
      warnings: [{ code, message, callId: 'c', toolName: 'add' }],
    });
  });

  test('with all the digits of an id, where the tool takes texts; a number that would be another one does not run', async () => {
    const ofId = (id: z.ZodType): Tool => addTool({ parameters: z.object({ id }) });
    const text = '{"id": 98765432109876543210}';
    const taken = await prepare(text, { tool: ofId(z.string()) });
    expect(taken).toMatchObject({
      call: { type: 'ready', arguments: { id: '98765432109876543210' } },
      sentArguments: text,
    });
    expect(await prepare(text, { tool: ofId(z.int()) })).toMatchObject({ call: { problem: 'invalid_arguments' } });
    expect(await prepare(text, { tool: ofId(z.number()) })).toMatchObject({
      call: { arguments: { id: 98765432109876540000 } },
    });
  });

  test('as the model meant it; the schema fills in defaults when it runs', async () => {
    expect(await prepare('{"a": 1}')).toEqual({
      call: READY,
      sentArguments: '{"a": 1}',
      warnings: [],
      checked: { a: 1, b: 7 },
    });
  });

  test.each([
    ['repaired', '{"a": 1', '{"a":1}', 'arguments_repaired', 'a brace was missing'],
    ['coerced', '{"a": "1"}', '{"a": "1"}', 'arguments_coerced', '`a` is now a number'],
  ])('and %s, with a warning', async (_name, args, sent, code, what) => {
    const { call, sentArguments, warnings } = await prepare(args);
    expect([call, sentArguments]).toEqual([READY, sent]);
    expect(warnings).toEqual([{ code, message: expect.any(String), callId: 'c', toolName: 'add' }]);
    if (code === 'arguments_repaired') expect(warnings[0]?.message).toBe(`The arguments were corrected: ${what}.`);
  });

  test.each([
    [true, 'id of add'],
    [false, null],
    [({ a }: { a: number }) => a === 1, 'id of add'],
    [async ({ a }: { a: number }) => a === 2, null],
  ])('with what a decision on it names, where one is needed', async (needsApproval, approvalId) => {
    const { call } = await prepare('{"a": 1}', { tool: addTool({ needsApproval } as never) });
    expect(call).toEqual({ ...READY, approvalId });
  });

  test.each<[string, string, Parameters<typeof prepare>[1], string, string]>([
    ['a tool that does not exist', '{}', { name: 'ad' }, 'unknown_tool', 'There is no tool `ad`. There are: add.'],
    [
      'an answer that was cut',
      '{"a": 1',
      { wasCut: true },
      'cut',
      'This call did not run: the answer was cut before the call was complete. Issue it again, whole; if its arguments are long, make them shorter or split the work over several calls.',
    ],
    [
      'text',
      'one',
      {},
      'broken_arguments',
      expect.stringMatching(/^This call did not run: the arguments are not valid/) as never,
    ],
    [
      'arguments that do not fit',
      '{"b": 1}',
      {},
      'invalid_arguments',
      expect.stringMatching(/^This call did not run: its arguments do not fit\.\n- a: /) as never,
    ],
    [
      'a decision that throws',
      '{"a": 1}',
      {
        tool: addTool({
          needsApproval: () => {
            throw new RangeError('no');
          },
        }),
      },
      'not_allowed',
      'This call did not run: it could not be checked. RangeError: no',
    ],
  ])('not, for %s', async (_name, args, change, problem, message) => {
    const { call, sentArguments } = await prepare(args, change);
    expect(call).toEqual({
      type: 'refused',
      key: 't1/call/0',
      callId: 'c',
      toolName: change?.name ?? 'add',
      problem,
      message,
      argumentsText: args,
    });
    expect(() => JSON.parse(sentArguments)).not.toThrow();
  });
});

describe('a call runs', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  async function tryCall(tool: Tool, change: { signal?: AbortSignal } = {}) {
    const events: RunEvent[] = [];
    const kept: string[] = [];
    let clock = 0;
    let stops = 0;
    const ran = await runCall({
      tool,
      call: READY,
      args: { a: 1, b: 7 },
      context: {} as never,
      stop: () => {
        stops++;
      },
      signal: change.signal ?? new AbortController().signal,
      emit: (event) => events.push(event),
      keep: (text) => {
        kept.push(text);
        return 'Ask on.';
      },
      now: () => (clock += 5),
    });
    return { ran, events, kept, stops };
  }

  test('and shows its start, its end and how long it took', async () => {
    const { ran, events } = await tryCall(addTool());
    expect(ran).toEqual({ result: { isError: false, content: 'added' }, problem: null });
    expect(events).toEqual([
      { type: 'tool_start', callId: 'c', toolName: 'add', arguments: { a: 1 } },
      { type: 'tool_end', callId: 'c', toolName: 'add', isError: false, result: 'added', durationMs: 5 },
    ]);
  });

  test.each<[string, () => unknown, object]>([
    ['a promise', async () => ({ a: 1 }), { isError: false, content: '{"a":1}' }],
    [
      'a thenable',
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried
      () => ({ then: (resolve: (value: string) => void) => resolve('late') }),
      { isError: false, content: 'late' },
    ],
    [
      'parts',
      () => contentParts([{ type: 'text', text: 'a' }]),
      { isError: false, content: [{ type: 'text', text: 'a' }] },
    ],
    ['a rejection', () => Promise.reject(new RangeError('far')), { isError: true, content: 'RangeError: far' }],
  ])('and gives the model %s', async (_name, execute, result) => {
    expect((await tryCall(addTool({ execute }))).ran).toEqual({ result, problem: null });
  });

  test('under its time limit, and is stopped at its end', async () => {
    vi.useFakeTimers();
    const trying = tryCall(addTool({ timeoutMs: 50, execute: () => new Promise(() => {}) }));
    await vi.advanceTimersByTimeAsync(50);
    const { ran, stops } = await trying;
    const content = 'The tool took longer than its limit of 50 ms and was stopped.';
    expect([ran, stops]).toEqual([{ result: { isError: true, content }, problem: null }, 1]);
  });

  const CANCELLED = {
    result: {
      isError: true,
      content: 'The run was cancelled while this call ran; whether it took effect is not known.',
    },
    problem: 'cancelled',
  };

  test('not once the run is cancelled', async () => {
    let isRun = false;
    const execute = () => {
      isRun = true;
    };
    const { ran } = await tryCall(addTool({ execute }), { signal: AbortSignal.abort() });
    expect([ran, isRun]).toEqual([CANCELLED, false]);
  });

  test.each([
    ['while it runs', (controller: AbortController) => setImmediate(() => controller.abort())],
    ['by the tool itself', (controller: AbortController) => controller.abort()],
  ])('until the run is cancelled %s, and its signal is aborted', async (_name, cancel) => {
    const controller = new AbortController();
    const execute = () => {
      cancel(controller);
      return new Promise(() => {});
    };
    const { ran, stops } = await tryCall(addTool({ timeoutMs: 0, execute }), { signal: controller.signal });
    expect([ran, stops]).toEqual([CANCELLED, 1]);
  });

  test('and keeps a result that is too long', async () => {
    const { ran, kept } = await tryCall(addTool({ maxResultChars: 200, execute: () => 'x'.repeat(300) }));
    expect([kept, ran.result.content]).toEqual([
      ['x'.repeat(300)],
      `${'x'.repeat(150)}\n\n[100 of 300 characters are left out here. Ask on.]\n\n${'x'.repeat(50)}`,
    ]);
  });
});

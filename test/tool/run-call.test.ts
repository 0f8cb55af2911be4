// Owns the rules by which a tool runs: under its time limit and the run's signal, with one start and one end, and always an answer.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ReadyCall } from '../../src/core/call.ts';
import type { RunEvent } from '../../src/core/run-event.ts';
import { contentParts } from '../../src/tool/content-parts.ts';
import { defineTool } from '../../src/tool/define-tool.ts';
import type { RanCall } from '../../src/tool/run-call.ts';
import { runCall } from '../../src/tool/run-call.ts';
import type { Tool, ToolContext } from '../../src/tool/tool.ts';
import { ToolRetry } from '../../src/tool/tool.ts';

const CALL: ReadyCall = {
  type: 'ready',
  key: 't1/call/0',
  callId: 'c',
  toolName: 'work',
  arguments: { on: 'it' },
  approvalId: null,
  isSequential: false,
  holdsRun: false,
};
const CANCELLED: RanCall = {
  result: { isError: true, content: 'The run was cancelled while this call ran; whether it took effect is not known.' },
  problem: 'cancelled',
};
const START: RunEvent = { type: 'tool_start', callId: 'c', toolName: 'work', arguments: { on: 'it' } };

function end(isError: boolean, result: string, durationMs = 0): RunEvent {
  return { type: 'tool_end', callId: 'c', toolName: 'work', isError, result, durationMs };
}

function ran(isError: boolean, content: string): RanCall {
  return { result: { isError, content }, problem: null };
}

interface Setting {
  readonly timeoutMs?: number;
  readonly maxResultChars?: number;
  readonly run?: AbortController;
  readonly now?: () => number;
  readonly isLeaving?: (error: unknown) => boolean;
}

/** A run of one call: what it emits, what it keeps, how often its tool was stopped. */
function start(
  execute: Tool['execute'],
  { run = new AbortController(), now = () => 0, isLeaving, ...options }: Setting = {},
) {
  const events: RunEvent[] = [];
  const kept: string[] = [];
  let stops = 0;
  const tool = defineTool({ name: 'work', description: 'x', parameters: { type: 'object' }, execute, ...options });
  const answered = runCall({
    tool,
    call: CALL,
    args: { on: 'it', checked: true },
    context: { callId: 'c' } as ToolContext, // the tools here read nothing else of it
    stop: () => {
      stops++;
    },
    signal: run.signal,
    emit: (event) => events.push(event),
    keep: (text) => {
      kept.push(text);
      return 'Read on.';
    },
    now,
    isLeaving,
  });
  return { answered, events, kept, stops: () => stops };
}

describe('a tool', () => {
  test('is given what the schema made of its arguments, and its context', async () => {
    const given: unknown[] = [];
    const { answered } = start((...all) => {
      given.push(...all);
    });
    await answered;
    expect(given).toEqual([{ on: 'it', checked: true }, { callId: 'c' }]);
  });

  const thenable = (then: PromiseLike<unknown>['then']): PromiseLike<unknown> => ({ then });
  const retry = new ToolRetry('Say which unit.');

  test.each<[string, Tool['execute'], RanCall, string]>([
    ['returns', () => ({ a: 1 }), ran(false, '{"a":1}'), '{"a":1}'],
    ['returns nothing', () => undefined, ran(false, '(no output)'), '(no output)'],
    [
      'returns an object whose `then` is data',
      () => JSON.parse('{"then":"later"}'),
      ran(false, '{"then":"later"}'),
      '{"then":"later"}',
    ],
    ['resolves', async () => 'done', ran(false, 'done'), 'done'],
    [
      'gives a thenable that resolves',
      () => thenable((onDone) => Promise.resolve('done').then(onDone)),
      ran(false, 'done'),
      'done',
    ],
    [
      'gives a thenable that rejects',
      () => thenable((_, onError) => Promise.reject(retry).then(undefined, onError)),
      ran(true, 'Say which unit.'),
      'Say which unit.',
    ],
    [
      'gives a thenable that throws',
      () =>
        thenable(() => {
          throw retry;
        }),
      ran(true, 'Say which unit.'),
      'Say which unit.',
    ],
    [
      'throws',
      () => {
        throw new RangeError('out');
      },
      ran(true, 'RangeError: out'),
      'RangeError: out',
    ],
    ['rejects', () => Promise.reject('no'), ran(true, 'Error: no'), 'Error: no'],
    [
      'gives parts',
      () =>
        contentParts([
          { type: 'text', text: 'It:' },
          { type: 'image_url', image_url: { url: 'data:' } },
        ]),
      {
        result: {
          isError: false,
          content: [
            { type: 'text', text: 'It:' },
            { type: 'image_url', image_url: { url: 'data:' } },
          ],
        },
        problem: null,
      },
      'It:\n(image_url)',
    ],
  ])('that %s is answered, with one start and one end', async (_, execute, expected, shown) => {
    const { answered, events, stops } = start(execute);
    expect(await answered).toEqual(expected);
    expect([events, stops()]).toEqual([[START, end(expected.result.isError, shown)], 0]);
  });

  test.each([
    [
      'synchronously',
      (error: Error): never => {
        throw error;
      },
    ],
    ['later', (error: Error) => Promise.reject(error)],
  ])('that throws what takes the run away, %s, has no result and no end', async (_, fail) => {
    const error = new Error('The engine takes the run.');
    const { answered, events } = start(() => fail(error), { isLeaving: (thrown) => thrown === error });
    await expect(answered).rejects.toBe(error);
    expect(events).toEqual([START]);
  });

  test('is shown with the time that the clock tells', async () => {
    const times = [1000.2, 1250.9];
    const { answered, events } = start(async () => 'done', { now: () => times.shift() ?? 0 });
    await answered;
    expect(events).toEqual([START, end(false, 'done', 251)]);
  });

  test('whose result is too long has it kept whole', async () => {
    const text = 'x'.repeat(300);
    const { answered, kept } = start(() => text, { maxResultChars: 200 });
    const note = '\n\n[100 of 300 characters are left out here. Read on.]\n\n';
    expect(await answered).toEqual(ran(false, `${'x'.repeat(150)}${note}${'x'.repeat(50)}`));
    expect(kept).toEqual([text]);
  });
});

describe('the time limit', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const stopped = 'The tool took longer than its limit of 1000 ms and was stopped.';

  test('stops a tool that takes longer, and a late end of it changes nothing', async () => {
    let finish = (_: string): void => {};
    const late = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const { answered, events, stops } = start(() => late, { timeoutMs: 1000 });
    await vi.advanceTimersByTimeAsync(999);
    const before = stops();
    await vi.advanceTimersByTimeAsync(1);
    expect(await answered).toEqual(ran(true, stopped));
    finish('late');
    await late;
    expect([before, stops(), events]).toEqual([0, 1, [START, end(true, stopped)]]);
  });

  test('that is 0 is none', async () => {
    const { answered } = start(() => new Promise((resolve) => setTimeout(resolve, 10 ** 9, 'done')), { timeoutMs: 0 });
    const timers = vi.getTimerCount();
    await vi.runAllTimersAsync();
    expect([await answered, timers]).toEqual([ran(false, 'done'), 1]);
  });

  test('leaves no timer behind a tool that is done', async () => {
    const { answered } = start(async () => 'done', { timeoutMs: 1000 });
    await answered;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a run that is cancelled', () => {
  test('before the call starts does not run its tool', async () => {
    const run = new AbortController();
    run.abort();
    let runs = 0;
    const { answered, events } = start(
      () => {
        runs++;
      },
      { run },
    );
    expect([await answered, runs]).toEqual([CANCELLED, 0]);
    expect(events).toEqual([START, end(true, String(CANCELLED.result.content))]);
  });

  test('while its tool runs leaves it behind, stopped', async () => {
    const run = new AbortController();
    const { answered, events, stops } = start(() => new Promise(() => {}), { run });
    run.abort();
    expect([await answered, stops()]).toEqual([CANCELLED, 1]);
    expect(events).toEqual([START, end(true, String(CANCELLED.result.content))]);
  });

  test('by the tool itself ends the call', async () => {
    const run = new AbortController();
    const { answered, stops } = start(
      () => {
        run.abort();
        return new Promise(() => {});
      },
      { run },
    );
    expect([await answered, stops()]).toEqual([CANCELLED, 1]);
  });

  test('by a tool that is done at once has its result', async () => {
    const run = new AbortController();
    const { answered } = start(
      () => {
        run.abort();
        return 'done';
      },
      { run },
    );
    expect(await answered).toEqual(ran(false, 'done'));
  });

  test('after its tool was done changes nothing', async () => {
    const run = new AbortController();
    const { answered, stops } = start(async () => 'done', { run });
    await answered;
    run.abort();
    expect([await answered, stops()]).toEqual([ran(false, 'done'), 0]);
  });
});

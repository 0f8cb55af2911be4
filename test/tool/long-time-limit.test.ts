// Owns the claim that a tool's time limit may be longer than a timer can keep.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defineTool } from '../../src/tool/define-tool.ts';
import { runCall } from '../../src/tool/run-call.ts';
import type { ToolContext } from '../../src/tool/tool.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const LONGEST = 2 ** 31 - 1;

test.each([
  [LONGEST + 1, 'done'],
  [Number.POSITIVE_INFINITY, 'done'],
  [LONGEST, 'done'],
  [60_000, 'The tool took longer than its limit of 60000 ms and was stopped.'],
])('a tool with a limit of %d ms that takes a minute gives %j', async (timeoutMs, content) => {
  let finish = (_result: string): void => {};
  const work = new Promise<string>((resolve) => {
    finish = resolve;
  });
  const running = runCall({
    tool: defineTool({
      name: 'slow',
      description: 'x',
      parameters: { type: 'object' },
      timeoutMs,
      execute: () => work,
    }),
    call: {
      type: 'ready',
      key: 't1/call/0',
      callId: 'c',
      toolName: 'slow',
      arguments: {},
      approvalId: null,
      isSequential: false,
      holdsRun: false,
    },
    args: {},
    context: { callId: 'c' } as ToolContext, // the tool reads nothing of it
    stop: () => {},
    signal: new AbortController().signal,
    emit: () => {},
    keep: () => '',
    now: () => 0,
  });
  await vi.advanceTimersByTimeAsync(60_000);
  finish('done');
  expect(await running).toEqual({ result: { isError: content !== 'done', content }, problem: null });
});

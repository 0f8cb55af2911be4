// Owns claims about the reason of a failure in words, and about waiting before the next attempt.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { reason, wait } from '../../src/mcp/loss.ts';

const error = (message: string, code?: unknown) => Object.assign(new Error(message), code !== undefined && { code });

describe('an error', () => {
  test('is given without the prefix of the SDK, and shortened', () => {
    expect(reason(error('MCP error -32603: the disk is full'))).toBe('the disk is full');
    expect(reason('text')).toBe('text');
    expect(reason(error('x'.repeat(2000)))).toBe('x'.repeat(1000));
  });
});

describe('a wait', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('ends after its time and leaves nothing on the signal', async () => {
    const controller = new AbortController();
    const waiting = wait(500, controller.signal);
    await vi.advanceTimersByTimeAsync(499);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    controller.abort();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('ends with an abort, and stops its timer', async () => {
    const controller = new AbortController();
    const waiting = wait(500, controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(vi.getTimerCount()).toBe(0);
    await expect(wait(500, controller.signal)).rejects.toThrow('enough');
  });
});

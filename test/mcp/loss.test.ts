// Owns claims about what an error says of the connection, and about waiting before the next attempt.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { lossOf, reason, wait } from '../../src/mcp/loss.ts';

const error = (message: string, code?: unknown) => Object.assign(new Error(message), code !== undefined && { code });

describe('an error', () => {
  test.each<[string, unknown, 'lost' | 'no session' | undefined]>([
    ['of a closed connection', error('MCP error -32000: Connection closed', -32_000), 'lost'],
    ['of a fetch', new TypeError('fetch failed'), 'lost'],
    ['of a body that ended', error('terminated'), 'lost'],
    ['of a transport that is gone', error('Not connected'), 'lost'],
    ['of a process that is gone', error('The server no longer reads its input.'), 'lost'],
    ['404', error('Error POSTing to endpoint: not found', 404), 'no session'],
    ['400 about the session', error('Bad Request: No valid session ID provided', 400), 'no session'],
    ['400 about the start', error('Bad Request: Server not initialized', 400), 'no session'],
    ['400 about anything else', error('Bad Request: no such field', 400), undefined],
    ['500', error('Internal error', 500), undefined],
    ['of the protocol', error('MCP error -32602: unknown tool', -32_602), undefined],
    ['of a time limit', error('MCP error -32001: Request timed out', -32_001), undefined],
    ['that is none', 'fetch failed', undefined],
  ])('%s: %s', (_name, given, loss) => {
    expect(lossOf(given)).toBe(loss);
  });

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

// Owns claims about allowing calls for good: it holds for the tool that a person saw, and for no other.

import { describe, expect, test } from 'vitest';
import { createApprove } from '../../src/cli/approval.ts';
import type { PendingApproval } from '../../src/core/run-event.ts';
import { createFakeIo } from './fake-io.ts';

/** Answers `a` to every question; the names that were asked about, and what was written. */
function asking(definitionOf: (name: string) => string | undefined = () => undefined) {
  const prompts: string[] = [];
  const ask = async (prompt: unknown) => {
    prompts.push(String(prompt));
    return { type: 'line' as const, text: 'a' };
  };
  const terminal = { ask, onInterrupt: () => () => undefined, hold: () => ({ [Symbol.dispose]: () => undefined }) };
  const { io, text } = createFakeIo({ terminal });
  const approve = createApprove('ask', io, { beforeAsk: () => undefined, definitionOf });
  const request = async (toolName: string, args: object): Promise<number> => {
    const before = prompts.length;
    const pending = { id: 'i', callId: 'c', toolName, arguments: args } as unknown as PendingApproval; // no more of it is read
    expect(await approve?.(pending)).toBe(true);
    return prompts.length - before;
  };
  return { request, text };
}

describe('what is allowed for good', () => {
  test('is asked about once', async () => {
    const { request } = asking();
    expect([await request('a', { x: 1 }), await request('a', { x: 2 }), await request('b', {})]).toEqual([1, 0, 1]);
  });

  test('is asked about again when the tool describes itself anew, and the person is told', async () => {
    let definition = 'one';
    const { request, text } = asking(() => definition);
    const before = [await request('a', {}), await request('a', {})];
    definition = 'other';
    const after = [await request('a', {}), await request('a', {})];
    expect([before, after]).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect(text.err.match(/The server now describes a differently than when you allowed it\./g)).toHaveLength(1);
  });

  test('for a tool that was found by search is for that tool alone', async () => {
    const { request } = asking((name) => name);
    const call = (name: string) => request('call_tool', { name, arguments: {} });
    expect([await call('a'), await call('a'), await call('b'), await request('a', {})]).toEqual([1, 0, 1, 0]);
  });
});

// Owns the rules of which calls are the same call again.

import { expect, test } from 'vitest';
import { countRepetition } from '../../../src/agent/loop/repetition.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { readyCall, refusedCall } from './loop-fixture.ts';

const FIRST = { toolName: 'look', arguments: { at: 'Paris', from: { x: 1, y: 2 } }, times: 2 };

function look(args: JsonObject) {
  return readyCall(0, { toolName: 'look', arguments: args });
}

test('the first call comes once', () => {
  expect(countRepetition(null, look({ at: 'Paris' }))).toEqual({
    toolName: 'look',
    arguments: { at: 'Paris' },
    times: 1,
  });
});

test.each([
  ['the same arguments', { at: 'Paris', from: { x: 1, y: 2 } }, 3],
  ['the same in another order', { from: { y: 2, x: 1 }, at: 'Paris' }, 3],
  ['another value', { at: 'Paris', from: { x: 1, y: 3 } }, 1],
  ['one more', { at: 'Paris', from: { x: 1, y: 2 }, unit: 'c' }, 1],
  ['one less', { at: 'Paris' }, 1],
])('%s', (_name, args, times) => {
  expect(countRepetition(FIRST, look(args))).toEqual({ toolName: 'look', arguments: args, times });
});

test('another tool with the same arguments is another call', () => {
  const call = readyCall(0, { toolName: 'see', arguments: FIRST.arguments });
  expect(countRepetition(FIRST, call)).toEqual({ ...FIRST, toolName: 'see', times: 1 });
});

test('a call that cannot run is compared by its text', () => {
  const broken = refusedCall(0, 'broken_arguments', { toolName: 'look', argumentsText: '{"at"' });
  const once = countRepetition(FIRST, broken);
  expect(once).toEqual({ toolName: 'look', arguments: '{"at"', times: 1 });
  expect(countRepetition(once, broken)).toEqual({ ...once, times: 2 });
  expect(countRepetition(once, { ...broken, argumentsText: '{"at":' }).times).toBe(1);
});

// Owns the claim that an id which is made up for a duplicate is not one that another call of the answer has.

import { expect, test } from 'vitest';
import { withUniqueIds } from '../../../src/agent/turn/history.ts';

/** As those of Kimi are: they count the calls. */
function mint(name: string, index: number): string {
  return `functions.${name}:${index}`;
}

test.each([
  ['before it', ['functions.look:1', 'functions.look:1'], ['functions.look:1', 'functions.look:2']],
  ['after it', ['a', 'a', 'functions.look:1'], ['a', 'functions.look:1', 'functions.look:2']],
])('an id of a call %s is not made a second time', (_name, ids, unique) => {
  const callOf = (id: string) => ({ id, type: 'function', function: { name: 'look', arguments: '{}' } }) as const;
  expect(withUniqueIds(ids.map(callOf), mint)).toEqual(unique.map(callOf));
});

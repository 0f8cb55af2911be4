// Owns claims about which known name an unknown one is taken for.

import { describe, expect, test } from 'vitest';
import { nearName, unknownOption } from '../../src/core/known-names.ts';

const FLAGS = ['help', 'model', 'json', 'base-url', 'max-turns', 'no-tools', 'mcp', 'verbose'];

test.each([
  ['modle', 'model'],
  ['jsn', 'json'],
  ['baseUrl', 'base-url'],
  ['base_url', 'base-url'],
  ['MAX-TURN', 'max-turns'],
  ['mpc', 'mcp'],
  ['mc', 'mcp'],
  ['nope', undefined],
  ['', undefined],
  ['x', undefined],
  ['constructor', undefined],
])('%s is taken for %s', (name, near) => {
  expect(nearName(name, FLAGS)).toBe(near);
});

test('of no names none is near', () => {
  expect(nearName('a', [])).toBeUndefined();
});

describe('an object of options', () => {
  const known = { names: ['name', 'parameters'], otherwise: { schema: '`parameters`' } };

  test.each([
    [{}, undefined],
    [{ name: 1, parameters: 2 }, undefined],
    [{ name: 1, parametres: 2 }, 'there is no option `parametres`. Did you mean `parameters`?'],
    [{ schema: 1 }, 'there is no option `schema`: use `parameters`.'],
    [{ zzz: 1 }, 'there is no option `zzz`. The options are name, parameters.'],
    [{ toString: 1 }, 'there is no option `toString`. The options are name, parameters.'],
  ])('%j: %s', (given, message) => {
    expect(unknownOption(given, known)).toBe(message);
  });
});

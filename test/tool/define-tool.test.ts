// Owns claims about definitions of tools that cannot work: each is refused by name, with what to write instead.

import { expect, test } from 'vitest';
import { z } from 'zod';
import { DefinitionError, defineTool } from '../../src/index.ts';

const GOOD = { name: 'look', description: 'Looks.', parameters: z.object({}), execute: () => 'seen' };

test.each<[string, object, string]>([
  [
    'a name with a space',
    { name: 'a b' },
    '"a b" is not a tool name: letters, digits, `_` and `-`, at most 64, a letter or `_` first.',
  ],
  ['no description', { description: ' ' }, 'Tool `look` has no description: the model cannot know when to use it.'],
  ['no function', { execute: undefined }, 'Tool `look` has no function `execute`.'],
  [
    'no parameters',
    { parameters: undefined },
    'The schema of tool `look` is undefined: give a zod schema or a JSON Schema.',
  ],
  ['a misspelt option', { timeoutMS: 5 }, 'Tool `look`: there is no option `timeoutMS`. Did you mean `timeoutMs`?'],
  [
    'an option of another library',
    { inputSchema: {} },
    'Tool `look`: there is no option `inputSchema`: use `parameters`.',
  ],
  [
    'an option that is near to none',
    { zzzz: 1 },
    'Tool `look`: there is no option `zzzz`. The options are name, description, parameters, execute, timeoutMs, needsApproval, sequential, repeatable, readOnly, idempotent, maxResultChars, strict.',
  ],
  ['a time limit that is none', { timeoutMs: '5' }, 'Tool `look`: `timeoutMs` is 5; it must be a number, 0 or more.'],
  [
    'an approval that is no decision',
    { needsApproval: 'yes' },
    'Tool `look`: `needsApproval` must be true, false or a function that decides.',
  ],
  ['a switch that is none', { sequential: 'yes' }, 'Tool `look`: `sequential` must be true or false.'],
  ['a third switch that is none', { repeatable: 1 }, 'Tool `look`: `repeatable` must be true or false.'],
  ['another switch that is none', { strict: 0 }, 'Tool `look`: `strict` must be true or false.'],
])('%s', (_name, change, message) => {
  expect(() => defineTool({ ...GOOD, ...change } as never)).toThrow(new DefinitionError(message));
});

test.each([undefined, null, 'look', []])('%j is no definition', (options) => {
  const message = '`defineTool` takes an object: { name, description, parameters, execute }.';
  expect(() => defineTool(options as never)).toThrow(new DefinitionError(message));
});

test('a misspelt option is told before what it leaves out', () => {
  const { execute, ...rest } = GOOD;
  const message = 'Tool `look`: there is no option `exceute`. Did you mean `execute`?';
  expect(() => defineTool({ ...rest, exceute: execute } as never)).toThrow(new DefinitionError(message));
});

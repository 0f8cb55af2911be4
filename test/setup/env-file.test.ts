// Owns claims about the text of a file `.env`: what is read, and what is said of lines that are no entries.

import { describe, expect, test } from 'vitest';
import { parseEnvFile } from '../../src/setup/env-file.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');

describe('is read', () => {
  test.each<[string, string, Record<string, string>]>([
    ['entry by entry', 'A=1\nB = two \n', { A: '1', B: 'two' }],
    ['with comments and empty lines', '# x\n\n  # y\nA=1 # z\n', { A: '1' }],
    ['with the lines of Windows', 'A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['with exported entries', 'export A=1\n  export\tB=2', { A: '1', B: '2' }],
    ['with quotation marks', 'A="x # y"\nB=\'z\'\nC=`w`', { A: 'x # y', B: 'z', C: 'w' }],
    ['with a value of several lines', 'A="one\ntwo=2\nthree"\nB=1', { A: 'one\ntwo=2\nthree', B: '1' }],
    ['with an empty value', 'A=\nB=1', { A: '', B: '1' }],
    ['with a = in the value', 'A=b=c', { A: 'b=c' }],
    ['empty', '', {}],
  ])('%s', (_name, text, values) => {
    expect(parseEnvFile(utf8(text))).toEqual({ values, problems: [] });
  });

  test.each<[string, Uint8Array]>([
    ['UTF-8 with its mark', utf8('\ufeffA=ä\nB=2')],
    ['UTF-16 of Windows', utf16('A=ä\r\nB=2\r\n')],
    ['UTF-16 the other way round', utf16('A=ä\nB=2').swap16()],
  ])('in %s', (_name, bytes) => {
    expect(parseEnvFile(bytes)).toEqual({ values: { A: 'ä', B: '2' }, problems: [] });
  });
});

describe('a line that is no entry', () => {
  const none = (line: number): string => `The file .env, line ${line}, is ignored: it is not of the form NAME=value.`;

  test.each<[string, string, Record<string, string>, string[]]>([
    ['costs only itself', 'A=1\nhunter2\nB=2', { A: '1', B: '2' }, [none(2)]],
    ['in the first line', 'hunter2 hunter2\nB=2', { B: '2' }, [none(1)]],
    ['begins with no name', '=hunter2\n1A=hunter2\n-=hunter2', {}, [none(1), none(2), none(3)]],
    ['is of another format', '{"VLLM_API_KEY": "hunter2"}', {}, [none(1)]],
    [
      'has no =, and a name that is known',
      'VLLM_BASE_URL http://hunter2/v1\nVLLM_API_KEY: hunter2\nexport VLLM_MODEL',
      {},
      [
        'The file .env, line 1, is ignored: VLLM_BASE_URL needs a = before its value.',
        'The file .env, line 2, is ignored: VLLM_API_KEY needs a = before its value.',
        'The file .env, line 3, is ignored: VLLM_MODEL needs a = before its value.',
      ],
    ],
    [
      'opens a quotation mark that nothing closes',
      'A="hunter2\nB=2',
      { B: '2' },
      ['The file .env, line 1, is ignored: the quotation mark before the value of A is never closed.'],
    ],
  ])('%s', (_name, text, values, problems) => {
    expect(parseEnvFile(utf8(text))).toEqual({ values, problems });
    expect(problems.join()).not.toContain('hunter2');
  });
});

// Owns which texts a grammar of calls or words takes for words. The pattern is vLLM's grammar's to apply; here it is applied as it would.

import { expect, test } from 'vitest';
import { ONLY_WORDS_PATTERN, WORDS_PATTERN } from '../../src/model/format/bare-json.ts';

const WORDS = ['', 'It is warm.', 'I can use get_weather.', '42', '"quoted"', '`code` is inline', '<p>It is warm.</p>'];
const JSON_TEXTS = ['{"city": "Paris"}', '{\n  "names": []}', '{}', '[1, 2]', '[]'];
const CALLS = [
  '{"name": "f"}',
  '{ "name": "f"',
  '{\n\t"name":"f"',
  '[{"name": "f"}]',
  '```json\n{}',
  '```\n{}',
  '```python\n',
  '<|im_start|>',
];

const takes = (pattern: string, text: string): boolean => new RegExp(`^(?:${pattern})$`).test(text);

test('words and other JSON are taken, what begins as a call is not', () => {
  const taken = [...WORDS, ...JSON_TEXTS, ...CALLS].filter((text) => takes(WORDS_PATTERN, text));
  expect(taken).toEqual([...WORDS, ...JSON_TEXTS]);
});

test('where no call may be made no JSON is taken either', () => {
  const plain = WORDS.filter((text) => !text.startsWith('`') && !text.startsWith('<'));
  expect([...WORDS, ...JSON_TEXTS, ...CALLS].filter((text) => takes(ONLY_WORDS_PATTERN, text))).toEqual(plain);
});

// Owns calls that a model writes as JSON without marks, as the whole of its answer: many small models do, whatever their template says.
// Nothing tells such a text from an answer, so it is taken only from a model that was asked to write its calls so.

import type { CallFormat } from './call-format.ts';
import { readJsonCalls } from './read-json.ts';

export const BARE_JSON: CallFormat = {
  name: 'bare_json',
  open: [],
  bare: (name) => [
    `{"name":"${name}"`,
    `[{"name":"${name}"`,
    `{"type":"function","name":"${name}"`,
    `{"type":"function","function":{"name":"${name}"`,
    `{"function":{"name":"${name}"`,
    `{"function":"${name}"`,
    `{"tool":"${name}"`,
    `{"tool_name":"${name}"`,
  ],
  isFenced: true,
  read: readJsonCalls,
  trail: ['```'],
  tag: {
    trigger: '{"name": "',
    begin: (name) => `{"name": ${JSON.stringify(name)}, "arguments": `,
    end: '}',
    content: 'json',
  },
};

const SPACE = '[ \\t\\n]*';

/** The beginnings of everything that does not begin with `text`. */
function notBeginning(text: string): string {
  const [first = '', ...rest] = text;
  const other = `[^${first}]`;
  return rest.length === 0 ? other : `(${other}|${first}${notBeginning(rest.join(''))})`;
}

/** An object whose first key is not `name`: JSON can still be the answer. */
const OTHER_OBJECT = `\\{${SPACE}([^"\\s]|"${notBeginning('name"')})`;
const OTHER_LIST = `\\[${SPACE}[^{\\s]`;
/** Not a block of code: kept from one for JSON, a model was seen to write the call in one for Python. */
const OTHER_MARK = '`([^`]|`[^`])';
/** Not a token that begins a message: kept from an empty answer, a model was seen to write the next message. */
const OTHER_ANGLE = '<[^|]';

/** An answer in words, as a regular expression that a grammar takes: everything that does not begin as such a call, also nothing. */
export const WORDS_PATTERN = `(([^\\s{\\[\`<]|${OTHER_OBJECT}|${OTHER_LIST}|${OTHER_MARK}|${OTHER_ANGLE})[\\s\\S]*)?`;

/** Words where no call may be made: nothing that begins as JSON or code does, or the model was seen to squeeze a call through another key. */
export const ONLY_WORDS_PATTERN = '([^\\s{\\[`<][\\s\\S]*)?';

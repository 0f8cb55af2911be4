// Owns checking what is sent as headers, the API key among them, before a request fails for it. No error shows a value.

import { MissingParameterError } from './errors.ts';

/**
 * The key without the white space around it, which files of secrets end in. Throws a MissingParameterError when it holds a character that a
 * header cannot hold. `source` is where the user wrote it.
 */
export function checkApiKey(given: unknown, source?: string): string | undefined {
  if (given === undefined) return undefined;
  const subject = source === undefined ? 'The API key' : `The API key (${source})`;
  const fail = (what: string): never => {
    throw new MissingParameterError('apiKey', `${subject} ${what}`, 'invalid_parameter');
  };
  if (typeof given !== 'string')
    return fail(`is ${given === null ? 'null' : typeof given}: give a text, or leave it out.`);
  const key = given.trim();
  const at = key.search(/[^\x21-\x7e]/);
  if (at < 0) return key;
  const remedy = 'a key has ASCII letters, digits and signs only. Copy it again.';
  return fail(`holds ${nameOf(key[at] ?? '')} as character ${at + 1}: ${remedy}`);
}

/** Throws a MissingParameterError for a header that cannot be sent. */
export function checkHeaders(headers: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw wrongHeader(name, 'has a name that HTTP does not allow.');
    if (typeof value !== 'string') {
      throw wrongHeader(name, `is ${value === null ? 'null' : typeof value}: give a text.`);
    }
    const at = value.search(/[^\t\x20-\x7e\x80-\xff]/);
    if (at < 0) continue;
    throw wrongHeader(name, `holds ${nameOf(value[at] ?? '')} as character ${at + 1}, which a header cannot hold.`);
  }
}

function wrongHeader(name: string, what: string): MissingParameterError {
  return new MissingParameterError('headers', `The header ${JSON.stringify(name)} ${what}`, 'invalid_parameter');
}

function nameOf(character: string): string {
  if (character === '\n' || character === '\r') return 'a line break';
  if (/\s/.test(character)) return 'white space';
  return character < ' ' || character === '\x7f' ? 'a control character' : 'a character that is not ASCII';
}

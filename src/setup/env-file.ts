// Owns reading the text of a file `.env`: its encoding, its entries, and which lines are none. The value of an entry is left to Node.

import { parseEnv } from 'node:util';

export interface EnvFile {
  readonly values: Readonly<Record<string, string>>;
  /** A sentence for each line that is ignored. None shows what stands there: it may be a secret. */
  readonly problems: readonly string[];
}

/** Editors and shells of Windows write a mark of the encoding first, or UTF-16. */
export function parseEnvFile(bytes: Uint8Array): EnvFile {
  const lines = decode(bytes).split(/\r\n|\r|\n/);
  const values: Record<string, string> = {};
  const problems: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const { text, count, problem } = entryAt(lines, at);
    if (text !== undefined) Object.assign(values, parseEnv(text));
    if (problem !== undefined) problems.push(`The file .env, line ${at + 1}, is ignored: ${problem}.`);
    at += count;
  }
  return { values, problems };
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // A decoder leaves the mark of its own encoding out.
  return new TextDecoder(isWide ? (first === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8').decode(bytes);
}

interface Entry {
  /** In the form that Node reads; undefined when there is none. */
  readonly text?: string;
  /** How many lines it takes. */
  readonly count: number;
  readonly problem?: string;
}

const NAMED = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(.*)$/;

/** One entry, which is longer than a line when its value is in quotation marks. */
function entryAt(lines: readonly string[], at: number): Entry {
  const line = lines[at] ?? '';
  if (/^\s*(?:#|$)/.test(line)) return { count: 1 };
  const [, name, value] = NAMED.exec(line) ?? [];
  if (name === undefined || value === undefined) return { count: 1, problem: whyNone(line) };
  const mark = /^["'`]/.exec(value)?.[0];
  if (mark === undefined) return { text: `${name}=${value}`, count: 1 };
  let whole = value;
  for (let count = 1; at + count <= lines.length; count++) {
    if (whole.indexOf(mark, 1) > 0) return { text: `${name}=${whole}`, count };
    whole += `\n${lines[at + count]}`;
  }
  return { count: 1, problem: `the quotation mark before the value of ${name} is never closed` };
}

/** Only a name that is known is shown: another first word may be a part of a secret. */
function whyNone(line: string): string {
  const name = /^\s*(?:export\s+)?(VLLM_(?:BASE_URL|API_KEY|MODEL))\b/.exec(line)?.[1];
  return name === undefined ? 'it is not of the form NAME=value' : `${name} needs a = before its value`;
}

// Owns reading JSON that a model wrote without losing digits: an integer that a number does not hold exactly is read as its text. What
// such a text may stand for is left to the tool's schema.

import { parseJson } from './json.ts';

/** As `parseJson`, with long integers as texts: rounded, the id of a message is the id of another one. */
export function parseExactJson(text: string, onLeftOut?: () => void): unknown {
  // Hardly any arguments have so many digits in a row.
  return parseJson(/\d{16}/.test(text) ? withLongIntegersQuoted(text) : text, onLeftOut);
}

function withLongIntegersQuoted(text: string): string {
  let result = '';
  let kept = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') isInString = !isInString;
    else if (isInString && character === '\\') at++;
    else if (!isInString && /[-\d]/.test(character)) {
      NUMBER.lastIndex = at;
      const number = NUMBER.exec(text)?.[0] ?? character;
      if (/^-?\d+$/.test(number) && Number.isInteger(Number(number)) && !Number.isSafeInteger(Number(number))) {
        result += `${text.slice(kept, at)}"${number}"`;
        kept = at + number.length;
      }
      at += number.length - 1;
    }
  }
  return result + text.slice(kept);
}

const NUMBER = /-?\d+(?:\.\d*)?(?:[eE][-+]?\d*)?/y;

// Owns how Python writes numbers and the characters of strings. Finding them in text is left to `literal-reader.ts`.

/** Bytes are left out: JSON has none. */
export const STRING_PREFIX = /[rRuUfF]{0,2}/y;

export const PYTHON_NUMBER =
  /[-+]?(?:0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?)/y;

/** An integer that a number of JavaScript does not hold stays text, so that no digit is lost. */
export function numberOf(written: string): number | string {
  const digits = written.replaceAll('_', '').replace(/^[-+]/, '');
  const number = written.startsWith('-') ? -Number(digits) : Number(digits);
  const isHeld = Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
  return isHeld ? number : written;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['a', '\x07'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  // A line that goes on.
  ['\n', ''],
]);

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-7]{1,3})|([\s\S]))/g;

/** Unknown escapes are left unchanged, as in Python. */
export function unescaped(raw: string): string {
  return raw.replace(ESCAPE, (whole, four, eight, two, octal, one) => {
    const hexadecimal: unknown = four ?? eight ?? two;
    const code =
      typeof hexadecimal === 'string'
        ? Number.parseInt(hexadecimal, 16)
        : typeof octal === 'string'
          ? Number.parseInt(octal, 8)
          : undefined;
    if (code === undefined) return ESCAPES.get(one) ?? whole;
    return code <= MAX_CODE_POINT ? String.fromCodePoint(code) : whole;
  });
}

const MAX_CODE_POINT = 0x10ffff;

// Owns whether a text contains a long one. What the texts are is left to the caller.

/** Native search is faster, and is safe with short texts: with long ones that repeat themselves it takes quadratic time. */
const MAX_NATIVE_CHARS = 64;

/** Asks texts whether they contain `what`. Looks at each character a few times (Knuth, Morris and Pratt). */
export function createContains(what: string): (text: string) => boolean {
  if (what.length <= MAX_NATIVE_CHARS) return (text) => text.includes(what);
  const beginning = what.slice(0, MAX_NATIVE_CHARS);
  let borders: Int32Array | undefined;
  return (text) => {
    const start = text.indexOf(beginning);
    if (start < 0 || text.length - start < what.length) return false;
    borders ??= bordersOf(what);
    return isFound(text, start, what, borders);
  };
}

function isFound(text: string, start: number, what: string, borders: Int32Array): boolean {
  let matched = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    while (matched > 0 && what.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (what.charCodeAt(matched) === code) matched++;
    if (matched === what.length) return true;
  }
  return false;
}

/** For each beginning of the text, the length of the longest shorter beginning that it ends in. */
function bordersOf(text: string): Int32Array {
  const borders = new Int32Array(text.length);
  let matched = 0;
  for (let at = 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    while (matched > 0 && text.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (text.charCodeAt(matched) === code) matched++;
    borders[at] = matched;
  }
  return borders;
}

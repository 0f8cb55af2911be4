// Owns counting the characters that work looks at: the methods of the language that read text are wrapped while the work runs. Not
// counted is `text[at]`, which can not be wrapped: the readers under `src` use `charCodeAt`.

/** A longer string that was not among the last looked at may just have been put together: looking at it copies it first. */
const COPIED_CHARS = 64;

/** How many strings are known to be flat. */
const RECENT = 8;

let looked = 0;
let recent: string[] = [];

/** Counts what `work`, which must be synchronous, looks at. */
export function lookedAt(work: () => unknown): number {
  looked = 0;
  recent = [];
  const restores = [...WRAPS].map(([owner, name, wrap]) => wrapMethod(owner, name, wrap));
  try {
    work();
  } finally {
    for (const restore of restores) restore();
  }
  return looked;
}

function look(text: string, span: number): void {
  looked += span > 0 ? span : 1;
  if (text.length <= COPIED_CHARS || text === recent[0]) return;
  const at = recent.indexOf(text);
  if (at < 0) looked += text.length;
  // To the front, because two long strings are compared in full unless they are one.
  recent = [text, ...recent.filter((_, other) => other !== at)].slice(0, RECENT);
}

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Wrap = (original: Method) => Method;

function wrapMethod(owner: object, name: string | symbol, wrap: Wrap): () => void {
  const known = Reflect.getOwnPropertyDescriptor(owner, name);
  if (known === undefined) throw new Error(`There is no method ${String(name)}.`);
  Reflect.defineProperty(owner, name, { ...known, value: wrap(known.value) });
  return () => Reflect.defineProperty(owner, name, known);
}

const { apply } = Reflect;

/** Looks at one character. */
const one: Wrap = (original) =>
  function (at) {
    look(this as string, 1);
    return apply(original, this, [at]);
  };

/** Looks at the whole text. */
const whole: Wrap = (original) =>
  function (...args) {
    const text = this as string;
    look(text, text.length);
    return apply(original, this, args);
  };

/** Looks at the text that it returns. */
const part: Wrap = (original) =>
  function (...args) {
    const found = apply(original, this, args) as string;
    look(this as string, found.length);
    return found;
  };

/** Looks at as much text as it compares. */
const compared: Wrap = (original) =>
  function (...args) {
    look(this as string, String(args[0]).length);
    return apply(original, this, args);
  };

const forward: Wrap = (original) =>
  function (...args) {
    const text = this as string;
    const from = Math.min(Math.max(0, Number(args[1] ?? 0)), text.length);
    const found = apply(original, this, args) as number;
    look(text, found < 0 ? text.length - from : found - from + String(args[0]).length);
    return found;
  };

const backward: Wrap = (original) =>
  function (...args) {
    const text = this as string;
    const from = Math.min(Number(args[1] ?? text.length), text.length);
    const found = apply(original, this, args) as number;
    look(text, found < 0 ? from : from - found);
    return found;
  };

const searched: Wrap = (original) =>
  function (...args) {
    const pattern = this as RegExp;
    const text = String(args[0]);
    const from = pattern.global || pattern.sticky ? pattern.lastIndex : 0;
    const found = apply(original, this, args) as RegExpExecArray | null;
    if (found !== null) look(text, found.index + found[0].length - from);
    // Where a sticky pattern fails is not known; `test/architecture` holds the patterns.
    else look(text, pattern.sticky ? 1 : text.length - from);
    return found;
  };

const parsed: Wrap = (original) =>
  function (...args) {
    const text = String(args[0]);
    look(text, text.length);
    return apply(original, this, args);
  };

const written: Wrap = (original) =>
  function (...args) {
    const text = apply(original, this, args);
    if (typeof text === 'string') looked += text.length;
    return text;
  };

const WRAPS: readonly (readonly [owner: object, name: string | symbol, wrap: Wrap])[] = [
  ...(['charAt', 'charCodeAt', 'codePointAt', 'at'] as const).map((name) => [String.prototype, name, one] as const),
  ...(['slice', 'substring'] as const).map((name) => [String.prototype, name, part] as const),
  ...(['trim', 'trimStart', 'trimEnd', 'split', 'replace', 'replaceAll', 'toLowerCase', 'toUpperCase'] as const).map(
    (name) => [String.prototype, name, whole] as const,
  ),
  [String.prototype, Symbol.iterator, whole],
  [String.prototype, 'startsWith', compared],
  [String.prototype, 'endsWith', compared],
  [String.prototype, 'indexOf', forward],
  [String.prototype, 'lastIndexOf', backward],
  [
    String.prototype,
    'includes',
    () =>
      function (what) {
        return (this as string).indexOf(String(what)) >= 0;
      },
  ],
  [RegExp.prototype, 'exec', searched],
  [JSON, 'parse', parsed],
  [JSON, 'stringify', written],
  [Array.prototype, 'join', written],
];

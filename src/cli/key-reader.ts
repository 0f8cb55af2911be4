// Owns telling what arrives from the keyboard apart: what is typed, what is pasted, Ctrl-C and Ctrl-Z. What they do is left to
// `terminal.ts`.

import { StringDecoder } from 'node:string_decoder';
import { visible } from '../core/visible.ts';

export type Key =
  /** Characters, line ends and the escape sequences of keys, as they came. */
  | { readonly type: 'typed'; readonly text: string }
  /** `isMarked`: the terminal said that it was pasted. Otherwise more arrived at once than a person types. */
  | { readonly type: 'pasted'; readonly text: string; readonly isMarked: boolean }
  | { readonly type: 'interrupt' }
  | { readonly type: 'suspend' };

export interface KeyReader {
  readonly push: (bytes: Uint8Array) => void;
  /** Hands over what was still waiting for more. */
  readonly flush: () => void;
  /** Whether something waits for more. */
  readonly isWaiting: () => boolean;
}

/** Calls `work` once after so many milliseconds; returns the function that prevents it. */
export type After = (ms: number, work: () => void) => () => void;

/** The marks around what is pasted. https://invisible-island.net/xterm/xterm-paste64.html */
const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';

/** The rest of a mark, of a paste without marks, or of lines that come at once follows sooner than this. */
const REST_MS = 50;

/** A marked paste that goes on for longer than this without a byte has lost its end. */
const STALLED_MS = 5000;

/** More than a person types while the program is busy. */
const MAX_TYPED_CHARS = 256;

/** `onKey` is called in the order of arrival. */
export function createKeyReader(after: After, onKey: (key: Key) => void): KeyReader {
  const decoder = new StringDecoder('utf8');
  /** A burst may be a paste without marks: text with a line end, or more than a person types. */
  let mode: 'typed' | 'marked' | 'burst' = 'typed';
  /** Whether this terminal marks what is pasted. */
  let hasMarks = false;
  /** The start of a mark, at the end of what arrived. */
  let held = '';
  let parts: string[] = [];
  let stop = (): void => undefined;

  function push(bytes: Uint8Array): void {
    stop();
    let text = held + decoder.write(bytes);
    held = '';
    while (text !== '') text = mode === 'marked' ? readMarked(text) : readTyped(text);
    if (mode === 'marked') stop = after(STALLED_MS, flush);
    else if (isWaiting()) stop = after(REST_MS, flush);
  }

  function flush(): void {
    stop();
    const rest = held;
    held = '';
    if (mode === 'typed') typed(rest);
    else {
      parts.push(rest);
      endPaste();
    }
  }

  /** Returns what follows the end mark. */
  function readMarked(text: string): string {
    const at = text.indexOf(PASTE_END);
    held = at < 0 ? startOf(PASTE_END, text) : '';
    parts.push(text.slice(0, at < 0 ? text.length - held.length : at));
    if (at < 0) return '';
    endPaste();
    return text.slice(at + PASTE_END.length);
  }

  /** Returns what follows the start mark. */
  function readTyped(text: string): string {
    const at = text.indexOf(PASTE_START);
    held = at < 0 ? startOf(PASTE_START, text) : '';
    typed(text.slice(0, at < 0 ? text.length - held.length : at));
    if (at < 0) return '';
    if (mode === 'burst') endPaste();
    mode = 'marked';
    hasMarks = true;
    return text.slice(at + PASTE_START.length);
  }

  function typed(text: string): void {
    for (const part of text.split(CONTROLS)) {
      if (part === '') continue;
      if (part === CTRL_C || part === CTRL_Z) {
        if (mode === 'burst') endPaste();
        onKey({ type: part === CTRL_C ? 'interrupt' : 'suspend' });
      } else if (mode === 'burst' || isTooMuch(part) || (!hasMarks && /[\r\n]/.test(part))) {
        mode = 'burst';
        parts.push(part);
      } else onKey({ type: 'typed', text: part });
    }
  }

  function endPaste(): void {
    const isMarked = mode === 'marked';
    mode = 'typed';
    const text = parts.join('');
    parts = [];
    if (text === '') return;
    onKey(isMarked || isTooMuch(text) ? { type: 'pasted', text, isMarked } : { type: 'typed', text });
  }

  function isWaiting(): boolean {
    return mode !== 'typed' || held !== '';
  }

  return { push, flush, isWaiting };
}

const CTRL_C = '\x03';
const CTRL_Z = '\x1a';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the keys
const CONTROLS = /([\x03\x1a])/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the keys
const KEYS = /[\x00-\x1f\x7f]/g;

/** It was pasted without marks. */
function isTooMuch(text: string): boolean {
  return text.length > MAX_TYPED_CHARS || isHidden(text);
}

/** No key sends such a character, and it must not be echoed. */
function isHidden(text: string): boolean {
  const characters = text.replace(KEYS, '');
  return visible(characters) !== characters;
}

/** The longest end of the text that a mark begins with. */
function startOf(mark: string, text: string): string {
  for (let length = mark.length - 1; length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return mark.slice(0, length);
  }
  return '';
}

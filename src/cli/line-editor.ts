// Owns one prompt: editing a line with Node's readline, its history, and pasted text in it, which is shown by its size. Where the keys come
// from is left to `terminal.ts`.

import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { visible } from '../core/visible.ts';
import type { PromptReply } from './io.ts';
import type { Screen } from './output.ts';

export interface LineEditor {
  readonly prompt: string;
  readonly screen: Screen;
  /** The lines that the arrow keys bring back, the newest first. */
  readonly history: readonly string[];
  readonly pastes: Pastes;
  /** Called once, when the editor has closed. */
  readonly onReply: (reply: PromptReply, history: readonly string[]) => void;
}

export interface OpenEditor {
  /** Text with at most one line end, its last character. */
  readonly type: (text: string) => void;
  readonly paste: (text: string) => void;
  readonly interrupt: () => void;
  readonly end: () => void;
  /** Shows the prompt and the line again. */
  readonly redraw: () => void;
}

/** Lines that the arrow keys bring back. */
const MAX_HISTORY = 1000;

/** A longer text is not shown in the line. */
const MAX_SHOWN_CHARS = 1000;

export function openEditor({ prompt, screen, history, pastes, onReply }: LineEditor): OpenEditor {
  const keys = new PassThrough();
  let lines = [...history];
  let reply: PromptReply = { type: 'end' };
  const reader = createInterface({
    input: keys,
    output: screen,
    terminal: true,
    prompt,
    history: lines,
    historySize: MAX_HISTORY,
    removeHistoryDuplicates: true,
  });
  reader.on('history', (changed: string[]) => {
    lines = changed;
  });
  reader.on('line', (line) => {
    reply = { type: 'line', text: pastes.expand(line) };
    reader.close();
  });
  reader.on('close', () => onReply(reply, lines));
  reader.prompt();

  function close(ended: PromptReply): void {
    reply = ended;
    screen.write('\n');
    reader.close();
  }

  return {
    type: (text) => {
      const isBackspaces = BACKSPACES.test(text);
      for (const key of isBackspaces ? text : [text]) {
        const count = isBackspaces ? pastes.lengthAtEnd(reader.line.slice(0, reader.cursor)) : 1;
        // Not written to the stream, which would deliver it later: what follows a line end belongs to the next prompt.
        keys.emit('data', key.repeat(count));
      }
    },
    paste: (text) => {
      const line = text.replace(/\n$/, '');
      reader.write(isShort(line) ? line : pastes.add(text));
    },
    interrupt: () => {
      const { line } = reader;
      // The arrow keys bring it back.
      if (line !== '') lines = [line, ...lines];
      close({ type: 'interrupt', ...(line !== '' && { hadText: true }) });
    },
    end: () => close({ type: 'end' }),
    redraw: () => reader.prompt(true),
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the keys
const BACKSPACES = /^[\x08\x7f]+$/;

function isShort(text: string): boolean {
  return text.length <= MAX_SHOWN_CHARS && !/[\t\n]/.test(text) && visible(text) === text;
}

export interface Pastes {
  /** Returns what stands for the text in a line. */
  readonly add: (text: string) => string;
  /** The line with the texts in it. */
  readonly expand: (line: string) => string;
  /** How many characters are deleted together at the end of the line: what stands for a text is one. */
  readonly lengthAtEnd: (line: string) => number;
}

/** Pasted text that the arrow keys can bring back. The oldest is forgotten first; the last is always kept. */
const MAX_KEPT_CHARS = 32 * 1024 * 1024;

export function createPastes(): Pastes {
  const texts = new Map<string, string>();
  let count = 0;
  let chars = 0;
  return {
    add: (text) => {
      count++;
      const lines = text.trimEnd().split('\n').length;
      const size = lines > 1 ? `${lines} lines` : `${text.length} characters`;
      const label = `[pasted text ${count}: ${size}]`;
      texts.set(label, text);
      chars += text.length;
      for (const [oldest, { length }] of texts) {
        if (chars <= MAX_KEPT_CHARS || oldest === label) break;
        texts.delete(oldest);
        chars -= length;
      }
      return label;
    },
    expand: (line) =>
      line.replace(/\[pasted text \d+: \d+ (?:lines|characters)\]/g, (label) => texts.get(label) ?? label),
    lengthAtEnd: (line) => {
      const label = line.slice(line.lastIndexOf('['));
      return texts.has(label) ? label.length : 1;
    },
  };
}

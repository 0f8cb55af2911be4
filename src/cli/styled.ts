// Owns text for a terminal: styles, and the sequences that move the cursor, around foreign text that is made visible. Nothing else makes
// such text, so that text from a model, a tool, a server or a file cannot control a terminal. Writing it is left to `output.ts`.

import { styleText } from 'node:util';
import type { JsonValue } from '../core/json.ts';
import { createVisibleText, exact, visible, visibleLine } from '../core/visible.ts';

/** Not exported: only this file makes one. */
class StyledText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** With its escape sequences. */
  render(): string {
    return this.#text;
  }
}

export type Styled = StyledText;

/** What can be shown: a string is foreign text. */
export type Showable = string | Styled;

export type Style = Parameters<typeof styleText>[0];

/** What a terminal is sent for it. A string keeps its tabs and line ends; everything else that a person would not see is made visible. */
export function render(text: Showable): string {
  // Not by its class: a program in a CommonJS project may load this file twice.
  return typeof text === 'string' ? visible(text) : text.render();
}

/** A template whose own text is trusted. The strings in it are foreign, and stay on one line. */
export function styled(template: TemplateStringsArray, ...parts: readonly Showable[]): Styled {
  const shown = parts.map((part) => (typeof part === 'string' ? visibleLine(part) : part.render()));
  return new StyledText(String.raw({ raw: template }, ...shown));
}

export function paint(style: Style, text: Showable): Styled {
  const shown = render(text);
  return new StyledText(shown === '' ? '' : styleText(style, shown, { validateStream: false }));
}

export function join(parts: readonly Showable[], separator: '\n' | ''): Styled {
  return new StyledText(parts.map(render).join(separator));
}

/** Foreign text of several lines: those after the first are indented, so that none can pass for a line of the program. */
export function block(text: string): Styled {
  return new StyledText(visible(text).trimEnd().replaceAll('\n', '\n  '));
}

/** Foreign text that a person decides on: nothing in it is hidden, and it stays on one line. */
export function exactly(text: string): Styled {
  return new StyledText(exact(text));
}

/** The same for a value; its JSON has no line ends but its own. */
export function exactJson(value: JsonValue): Styled {
  return join(JSON.stringify(value, undefined, 2).split('\n').map(exactly), '\n');
}

export interface StyledStream {
  readonly push: (delta: string) => Styled;
  /** What waited for the next delta. */
  readonly end: () => Styled;
}

/** Foreign text that arrives in pieces: the same is shown wherever it is cut. */
export function createStyledStream(): StyledStream {
  const { push, end } = createVisibleText();
  return { push: (delta) => new StyledText(push(delta)), end: () => new StyledText(end()) };
}

export function isEmpty(text: Showable): boolean {
  return render(text) === '';
}

export const LINE_START = new StyledText('\r');
export const ERASE_LINE = new StyledText('\r\x1b[K');

/** Asks the terminal to mark what is pasted. https://invisible-island.net/xterm/xterm-paste64.html */
export const PASTE_MARKS_ON = new StyledText('\x1b[?2004h');
export const PASTE_MARKS_OFF = new StyledText('\x1b[?2004l');

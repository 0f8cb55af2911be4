// Owns showing a run to a person: the answer on standard output, everything else on standard error. JSON is left to `main.ts`.

import { stripVTControlCharacters, styleText } from 'node:util';
import type { Outcome, RunEndEvent, RunEvent, ToolEndEvent } from '../core/run-event.ts';
import type { Io, Output } from './io.ts';

export interface Renderer {
  readonly event: (event: RunEvent) => void;
  /** Ends an open line. */
  readonly end: () => void;
}

export interface RendererOptions {
  /** Tells warnings, thinking and timings also where nobody watches. */
  readonly isVerbose: boolean;
  /** Whether the answer is the structured output: then what the model writes on the way to it is not. */
  readonly hasOutput: boolean;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const SPINNER_MS = 100;

/** Whoever makes one calls `end`: it stops the spinner. */
export function createRenderer(io: Io, { isVerbose, hasOutput }: RendererOptions): Renderer {
  const { out, err } = io;
  const isLive = err.isTty && out.isTty;
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    hasColour(io, err) ? styleText(style, text, { validateStream: false }) : text;
  const running = new Map<string, string>();
  const startedAt = io.now();
  let open: 'answer' | 'reasoning' | undefined;
  let spinner: NodeJS.Timeout | undefined;
  let isSpun = false;

  function spin(): void {
    if (!isLive || spinner !== undefined) return;
    let at = 0;
    spinner = setInterval(() => {
      err.write(`\r${paint('dim', SPINNER[at++ % SPINNER.length] ?? '')}`);
      isSpun = true;
    }, SPINNER_MS);
    spinner.unref();
  }

  function still(): void {
    clearInterval(spinner);
    spinner = undefined;
    if (isSpun) err.write('\r\x1b[K');
    isSpun = false;
  }

  function closeLine(): void {
    still();
    if (open === 'answer') out.write('\n');
    if (open === 'reasoning') err.write('\n');
    open = undefined;
  }

  function line(text: string): void {
    closeLine();
    err.write(`${text}\n`);
  }

  function text(kind: 'answer' | 'reasoning', delta: string): void {
    if (open !== kind) closeLine();
    still();
    const shown = harmless(open === kind ? delta : delta.trimStart());
    if (shown === '') return;
    open = kind;
    if (kind === 'answer') out.write(shown);
    else err.write(paint('dim', shown));
  }

  function aside(delta: string): void {
    if (isLive || isVerbose) text('reasoning', delta);
  }

  function callLine(event: ToolEndEvent, indent: string): string {
    const mark = event.isError ? paint('red', '✗') : paint('green', '✓');
    const args = running.get(event.callId) ?? '';
    const head = `${mark} ${event.toolName}(${args})`;
    const tail = ` ${(event.durationMs / 1000).toFixed(1)} s  ${oneLine(event.result)}`;
    return cut(`${indent}${head}${tail}`, err);
  }

  function event(value: RunEvent): void {
    const indent = value.parentCallId === undefined ? '' : '  ';
    switch (value.type) {
      case 'turn_start':
        if (indent === '') closeLine();
        spin();
        return;
      case 'reasoning':
        if (indent === '') aside(value.delta);
        return;
      case 'content':
        if (indent === '' && hasOutput) aside(value.delta);
        else if (indent === '') text('answer', value.delta);
        return;
      case 'tool_start':
        running.set(value.callId, oneLine(JSON.stringify(value.arguments)));
        closeLine();
        spin();
        return;
      case 'tool_end':
        line(callLine(value, indent));
        running.delete(value.callId);
        return;
      case 'warning':
        if (isVerbose) line(paint('yellow', harmless(`! ${value.warning.code}: ${value.warning.message}`)));
        return;
      case 'run_end':
        if (indent === '') finish(value);
        return;
      case 'usage':
        if (indent === '') counts = value.usage;
        return;
      case 'turn_end':
        if (value.usage !== null) tokens += value.usage.total_tokens;
        return;
      case 'run_start':
      case 'result_kept':
      case 'tool_call_delta':
      case 'tool_call_complete':
      case 'tool_progress':
        return;
      default:
        value satisfies never;
    }
  }

  let tokens = 0;
  let counts: { readonly total_tokens: number } | undefined;

  function finish({ outcome, output }: RunEndEvent): void {
    closeLine();
    if (hasOutput && output !== undefined) out.write(`${JSON.stringify(output, undefined, 2)}\n`);
    const words = wordsOf(outcome);
    if (words !== undefined) line(paint('red', harmless(words)));
    const seconds = ((io.now() - startedAt) / 1000).toFixed(1);
    const told = counts === undefined ? 'tokens unknown' : `${tokens} tokens`;
    if (isLive || isVerbose) line(paint('dim', `${told}, ${seconds} s`));
  }

  return { event, end: closeLine };
}

/** What a person is told when a run did not complete. */
function wordsOf(outcome: Outcome): string | undefined {
  switch (outcome.type) {
    case 'completed':
      return undefined;
    case 'aborted':
      return 'Interrupted.';
    case 'failed':
      return outcome.error.message;
    case 'limit':
    case 'empty':
      return outcome.message;
    case 'waiting':
      return `These calls need an approval: ${outcome.approvals.map(({ toolName }) => toolName).join(', ')}.`;
    default:
      return outcome satisfies never;
  }
}

function hasColour({ env }: Io, output: Output): boolean {
  return output.isTty && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/**
 * Control characters of a model or tool must not drive the terminal. They are taken out one by one, not sequence by
 * sequence: a sequence may be cut between two pieces, and what only looks like one is text.
 */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to go
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');
}

function oneLine(text: string): string {
  return harmless(text).replace(/\s+/g, ' ').trim();
}

const PIPED_COLUMNS = 160;

function cut(text: string, output: Output): string {
  const columns = output.isTty ? output.columns : PIPED_COLUMNS;
  const visible = stripVTControlCharacters(text);
  if (visible.length <= columns) return text;
  // Styles come before what is cut: the mark at the start.
  return `${text.slice(0, text.length - (visible.length - columns) - 1)}…`;
}

// Owns printing a run for people: the answer on standard output, everything else on standard error. JSON is left to `main.ts`.

import { stripVTControlCharacters, styleText } from 'node:util';
import type { Outcome, RunEndEvent, RunEvent, ToolEndEvent } from '../core/run-event.ts';
import type { Io, Output } from './io.ts';
import type { RefusedCall } from './refused-calls.ts';
import { createRefusedCalls } from './refused-calls.ts';
import type { IsShown } from './shown-warnings.ts';
import { createIsShown } from './shown-warnings.ts';

export interface Renderer {
  readonly event: (event: RunEvent) => void;
  /** Ends the line that is being written, and stops the spinner. */
  readonly end: () => void;
}

export interface RendererOptions {
  /** Prints all warnings, and prints thinking and timings even when the output is not a terminal. */
  readonly isVerbose: boolean;
  /** Whether the answer is the structured output. The text that the model writes before it is then shown like thinking. */
  readonly hasOutput: boolean;
  /** Which warnings are shown; a chat has one for all its runs. Default: one of its own. */
  readonly isShown?: IsShown;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const SPINNER_MS = 100;

/** The caller must call `end`, which stops the spinner. */
export function createRenderer(io: Io, options: RendererOptions): Renderer {
  const { isVerbose, hasOutput, isShown = createIsShown(isVerbose) } = options;
  const refusedCalls = createRefusedCalls();
  const { out, err } = io;
  const isLive = err.isTty && out.isTty;
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    hasColour(io, err) ? styleText(style, text, { validateStream: false }) : text;
  const running = new Map<string, string>();
  const startedAt = io.now();
  let open: 'answer' | 'reasoning' | undefined;
  let stopSpinner: (() => void) | undefined;
  let isSpun = false;

  function spin(): void {
    if (!isLive || stopSpinner !== undefined) return;
    let at = 0;
    stopSpinner = io.every(SPINNER_MS, () => {
      err.write(`\r${paint('dim', SPINNER[at++ % SPINNER.length] ?? '')}`);
      isSpun = true;
    });
  }

  function still(): void {
    stopSpinner?.();
    stopSpinner = undefined;
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

  function refusedLine({ toolName, arguments: args, reason }: RefusedCall, indent: string): string {
    const head = `${paint('red', '✗')} ${oneLine(toolName)}(${oneLine(args)})`;
    return cut(`${indent}${head}  ${oneLine(reason)}`, err);
  }

  function event(value: RunEvent): void {
    const indent = value.parentCallId === undefined ? '' : '  ';
    for (const call of refusedCalls.of(value)) line(refusedLine(call, indent));
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
        if (isShown(value.warning))
          line(paint('yellow', harmless(`! ${value.warning.code}: ${value.warning.message}`)));
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
    const reason = reasonOf(outcome);
    if (reason !== undefined) line(paint('red', harmless(reason)));
    const seconds = ((io.now() - startedAt) / 1000).toFixed(1);
    const spent = counts === undefined ? 'tokens unknown' : `${tokens} tokens`;
    if (isLive || isVerbose) line(paint('dim', `${spent}, ${seconds} s`));
  }

  return { event, end: closeLine };
}

/** Why a run did not complete; undefined when it did. */
function reasonOf(outcome: Outcome): string | undefined {
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
      return `These calls need approval: ${outcome.approvals.map(({ toolName }) => toolName).join(', ')}.`;
    default:
      return outcome satisfies never;
  }
}

function hasColour({ env }: Io, output: Output): boolean {
  return output.isTty && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/**
 * Removes control characters, so that the text of a model or a tool cannot control the terminal. Single characters are
 * removed, not escape sequences: a sequence may be split between two deltas, and text may look like part of one.
 */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to remove
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
  // Only the mark at the start is styled, so cutting the end never cuts a style.
  return `${text.slice(0, text.length - (visible.length - columns) - 1)}…`;
}

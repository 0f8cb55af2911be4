// Owns printing a run for people: the answer on standard output, everything else on standard error. JSON is left to `main.ts`.

import type { RunEndEvent, RunEvent, ToolEndEvent, TurnEndEvent } from '../core/run-event.ts';
import { visibleLine } from '../core/visible.ts';
import { cutToCells } from './cells.ts';
import type { Io, Output } from './io.ts';
import { reasonOf } from './outcome-reason.ts';
import type { RefusedCall } from './refused-calls.ts';
import { createRefusedCalls } from './refused-calls.ts';
import type { IsShown } from './shown-warnings.ts';
import { createIsShown } from './shown-warnings.ts';
import type { Showable, Style, Styled } from './styled.ts';
import {
  block,
  createStyledStream,
  ERASE_LINE,
  isEmpty,
  join,
  LINE_START,
  paint as paintAlways,
  styled,
} from './styled.ts';

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
  const paint = (style: Style, text: Showable): Showable => (hasColour(io, err) ? paintAlways(style, text) : text);
  const running = new Map<string, string>();
  const startedAt = io.now();
  let open: 'answer' | 'reasoning' | undefined;
  let deltas = createStyledStream();
  let stopSpinner: (() => void) | undefined;
  let isSpun = false;

  function spin(): void {
    if (!isLive || stopSpinner !== undefined) return;
    let at = 0;
    stopSpinner = io.every(SPINNER_MS, () => {
      err.write(join([LINE_START, paint('dim', SPINNER[at++ % SPINNER.length] ?? '')], ''));
      isSpun = true;
    });
  }

  function still(): void {
    stopSpinner?.();
    stopSpinner = undefined;
    if (isSpun) err.write(ERASE_LINE);
    isSpun = false;
  }

  function closeLine(): void {
    still();
    if (open === undefined) return;
    show(open, deltas.end());
    (open === 'answer' ? out : err).write('\n');
    open = undefined;
  }

  function line(text: Showable): void {
    closeLine();
    err.write(styled`${text}\n`);
  }

  function show(kind: 'answer' | 'reasoning', text: Styled): void {
    if (isEmpty(text)) return;
    if (kind === 'answer') out.write(text);
    else err.write(paint('dim', text));
  }

  function text(kind: 'answer' | 'reasoning', delta: string): void {
    if (open !== kind) closeLine();
    still();
    const shown = open === kind ? delta : delta.trimStart();
    if (shown === '') return;
    if (open !== kind) deltas = createStyledStream();
    open = kind;
    show(kind, deltas.push(shown));
  }

  function aside(delta: string): void {
    if (isLive || isVerbose) text('reasoning', delta);
  }

  function callLine(event: ToolEndEvent, indent: string): Styled {
    const mark = event.isError ? paint('red', '✗') : paint('green', '✓');
    const args = running.get(event.callId) ?? '';
    const seconds = (event.durationMs / 1000).toFixed(1);
    const text = visibleLine(` ${event.toolName}(${args}) ${seconds} s  ${oneLine(event.result)}`);
    return styled`${indent}${mark}${cutToCells(text, columnsOf(err) - indent.length - MARK_CELLS)}`;
  }

  function refusedLine({ toolName, arguments: args, reason }: RefusedCall, indent: string): Styled {
    const text = visibleLine(` ${toolName}(${oneLine(args)})  ${oneLine(reason)}`);
    return styled`${indent}${paint('red', '✗')}${cutToCells(text, columnsOf(err) - indent.length - MARK_CELLS)}`;
  }

  function event(value: RunEvent): void {
    const indent = value.parentCallId === undefined ? '' : '  ';
    for (const call of refusedCalls.of(value)) line(refusedLine(call, indent));
    switch (value.type) {
      case 'turn_start':
        if (indent === '') {
          closeLine();
          unseen = undefined;
          isTold = false;
        }
        spin();
        return;
      case 'reasoning':
        if (indent === '') aside(value.delta);
        return;
      case 'content':
        if (indent === '') isTold = true;
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
        // Of an earlier attempt, which has shown it.
        if (value.replayed) return;
        if (isShown(value.warning)) {
          line(paint('yellow', styled`! ${value.warning.code}: ${block(value.warning.message)}`));
        }
        return;
      case 'run_end':
        if (indent === '') finish(value);
        return;
      case 'usage':
        if (indent === '') counts = value.usage;
        return;
      case 'turn_end':
        if (value.usage !== null) tokens += value.usage.total_tokens;
        if (indent === '' && !isTold) unseen = answerOf(value);
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

  /** The answer of a turn whose text did not come as events, because an earlier attempt has recorded it. */
  let unseen: string | undefined;
  let isTold = false;
  let tokens = 0;
  let counts: { readonly total_tokens: number } | undefined;

  function finish({ outcome, output }: RunEndEvent): void {
    closeLine();
    if (!hasOutput && unseen !== undefined && outcome.type === 'completed') text('answer', unseen);
    closeLine();
    if (hasOutput && output !== undefined) out.write(`${JSON.stringify(output, undefined, 2)}\n`);
    const reason = reasonOf(outcome);
    if (reason !== undefined) line(paint('red', block(reason)));
    const seconds = ((io.now() - startedAt) / 1000).toFixed(1);
    const spent = counts === undefined ? 'tokens unknown' : `${tokens} tokens`;
    if (isLive || isVerbose) line(paint('dim', `${spent}, ${seconds} s`));
  }

  return { event, end: closeLine };
}

function answerOf({ messages }: TurnEndEvent): string | undefined {
  const [message] = messages;
  const content = message?.role === 'assistant' && message.tool_calls === undefined ? message.content : undefined;
  return typeof content === 'string' ? content : undefined;
}

function hasColour({ env }: Io, output: Output): boolean {
  return output.isTty && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/** More than a line shows. */
const MAX_LINE_CHARS = 10_000;

function oneLine(text: string): string {
  return text.slice(0, MAX_LINE_CHARS).replace(/\s+/g, ' ').trim();
}

const MARK_CELLS = 1;
const PIPED_COLUMNS = 160;

function columnsOf(output: Output): number {
  return output.isTty ? output.columns : PIPED_COLUMNS;
}

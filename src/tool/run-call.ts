// Owns the last stage of a call: its tool run under its time limit, the result shown and shortened.
// It always answers; it throws only what takes the whole run away.

import type { CallProblem, CallResult, ReadyCall } from '../core/call.ts';
import type { RunEvent } from '../core/run-event.ts';
import { MAX_TIMER_MS } from '../core/timers.ts';
import type { Tool, ToolContext } from './tool.ts';
import type { ResultLimit, Shown } from './tool-result.ts';
import { failureOf, readResult, resultOf, resultText } from './tool-result.ts';

export interface CallRun {
  readonly tool: Tool;
  readonly call: ReadyCall;
  /** As the schema gives them: defaults filled in, transforms done. */
  readonly args: unknown;
  readonly context: ToolContext;
  /** Aborts the signal of the context. */
  readonly stop: () => void;
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
  /** Keeps a result that is too long to show whole; says how the model reads on in it. */
  readonly keep: (text: string) => string;
  /** Milliseconds. */
  readonly now: () => number;
  /** Whether an error means that the engine takes the run away: it is thrown on, and no result. */
  readonly isLeaving?: ((error: unknown) => boolean) | undefined;
}

export interface RanCall {
  readonly result: CallResult;
  readonly problem: CallProblem | null;
}

export async function runCall(run: CallRun): Promise<RanCall> {
  const { tool, call, emit, now } = run;
  const { callId, toolName } = call;
  const startedAt = now();
  emit({ type: 'tool_start', callId, toolName, arguments: call.arguments });
  const running = execute(run);
  const ended = running instanceof Promise ? await running : running;
  if (ended.type === 'threw' && run.isLeaving?.(ended.error)) throw ended.error;
  const result = resultFrom(ended, toolName, { maxChars: tool.maxResultChars, keep: run.keep });
  const durationMs = Math.round(now() - startedAt);
  emit({ type: 'tool_end', callId, toolName, isError: result.isError, result: resultText(result), durationMs });
  return { result, problem: ended.type === 'cancelled' ? 'cancelled' : null };
}

type ToolRun =
  | { readonly type: 'returned'; readonly value: Shown }
  | { readonly type: 'threw'; readonly error: unknown }
  | { readonly type: 'timed_out'; readonly timeoutMs: number }
  | { readonly type: 'cancelled' };

function resultFrom(ended: ToolRun, toolName: string, limit: ResultLimit): CallResult {
  switch (ended.type) {
    case 'returned':
      return resultOf(ended.value, limit);
    case 'threw':
      return failureOf(ended.error, toolName, limit);
    case 'timed_out':
      return {
        isError: true,
        content: `The tool took longer than its limit of ${ended.timeoutMs} ms and was stopped.`,
      };
    case 'cancelled':
      return {
        isError: true,
        content: 'The run was cancelled while this call ran; whether it took effect is not known.',
      };
    default:
      return ended satisfies never;
  }
}

/** Runs the function and reads what it returned. What takes no waiting is over before anything could stop it. */
function execute({ tool, args, context, stop, signal }: CallRun): ToolRun | Promise<ToolRun> {
  if (signal.aborted) return { type: 'cancelled' };
  try {
    const value = tool.execute(args, context);
    const read = isThenable(value)
      ? Promise.resolve(value).then((returned) => readResult(returned, context.signal))
      : readResult(value, context.signal);
    return read instanceof Promise
      ? waitFor(read, { timeoutMs: tool.timeoutMs, stop, signal })
      : { type: 'returned', value: read };
  } catch (error) {
    return { type: 'threw', error };
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

interface Stops {
  readonly timeoutMs: number;
  readonly stop: () => void;
  readonly signal: AbortSignal;
}

/** A function that ignores its signal is left behind: nobody waits for its late end. */
function waitFor(value: Promise<Shown>, { timeoutMs, stop, signal }: Stops): Promise<ToolRun> {
  return new Promise<ToolRun>((resolve) => {
    const finish = (ended: ToolRun): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(ended);
    };
    const leave = (ended: ToolRun): void => {
      finish(ended);
      stop();
    };
    const onAbort = (): void => leave({ type: 'cancelled' });
    const isTimed = timeoutMs > 0 && timeoutMs <= MAX_TIMER_MS;
    const timer = isTimed ? setTimeout(() => leave({ type: 'timed_out', timeoutMs }), timeoutMs) : undefined;
    signal.addEventListener('abort', onAbort);
    // It may have aborted the run itself.
    if (signal.aborted) onAbort();
    value.then(
      (returned) => finish({ type: 'returned', value: returned }),
      (error: unknown) => finish({ type: 'threw', error }),
    );
  });
}

// Owns the life of one tool call: found, arguments read and checked, allowed, run under its time limit, answered.
// It always answers and never throws. Which calls run together is left to the turn.

import type { StepIo } from '../core/host.ts';
import type { JsonValue } from '../core/json.ts';
import type { ToolCall } from '../core/message.ts';
import type { RunEvent, RunWarning } from '../core/run-event.ts';
import { coerceBySchema } from '../schema/coerce.ts';
import { describeIssues } from '../schema/issues.ts';
import { readArguments } from '../schema/read-arguments.ts';
import type { Tool, ToolContext } from '../tool/tool.ts';
import type { CallResult, ResultLimit } from '../tool/tool-result.ts';
import { failureOf, resultOf, resultText } from '../tool/tool-result.ts';
import type { Toolbox } from '../tool/toolbox.ts';
import type { CallRun } from './call-context.ts';
import { CallContext } from './call-context.ts';

/** The input of a call's branch, as JSON. */
export interface CallInput {
  readonly call: ToolCall;
  /** Whether the answer that holds it was cut. */
  readonly wasCut: boolean;
}

/** Why a call did not run. */
export type CallProblem =
  | 'unknown_tool'
  | 'cut'
  | 'broken_arguments'
  | 'invalid_arguments'
  | 'not_allowed'
  | 'cancelled';

/** What became of a call, as JSON. */
export type CallOutcome =
  | { readonly type: 'answered'; readonly result: CallResult; readonly problem: CallProblem | null }
  | { readonly type: 'waiting'; readonly toolName: string; readonly arguments: JsonValue };

export interface CallServices extends CallRun {
  /** Of the turn under way. */
  readonly toolbox: () => Toolbox;
  readonly warn: (warning: RunWarning) => void;
  /** The decision on a call; undefined: nobody has made it yet. */
  readonly approve: (callId: string, toolName: string, args: JsonValue) => Promise<boolean | undefined>;
  /** Keeps a result that is too long to show whole; says how the model reads on in it. */
  readonly keep: (callId: string, text: string) => string;
  /** Milliseconds. */
  readonly now: () => number;
}

interface Prepared {
  readonly tool: Tool;
  /** As the schema gives them: defaults filled in, transforms done. */
  readonly args: unknown;
  /** As the model meant them, for events and approvals. */
  readonly shown: JsonValue;
}

/** Does one call. */
export async function doCall({ call, wasCut }: CallInput, services: CallServices, io: StepIo): Promise<CallOutcome> {
  if (io.signal.aborted) return refuse('cancelled', 'The run was cancelled before this call ran.');
  const prepared = await prepare(call, wasCut, services);
  if ('type' in prepared) return prepared;
  const context = new CallContext(call, services, io);
  const allowed = prepared.tool.needsApproval === false || (await isAllowed(prepared, context, services));
  if (allowed === undefined) return { type: 'waiting', toolName: prepared.tool.name, arguments: prepared.shown };
  if (!allowed)
    return refuse('not_allowed', 'A person did not allow this call. Do not repeat it; go another way or ask.');
  return await execute(prepared, context, services, io);
}

function refuse(problem: CallProblem, content: string): CallOutcome {
  return { type: 'answered', result: { isError: true, content }, problem };
}

async function prepare(call: ToolCall, wasCut: boolean, services: CallServices): Promise<Prepared | CallOutcome> {
  const { name, arguments: text } = call.function;
  const toolbox = services.toolbox();
  const tool = toolbox.find(name);
  if (tool === undefined) return refuse('unknown_tool', unknownTool(name, toolbox));
  const read = readArguments(text, wasCut);
  if (read.type === 'cut') return refuse('cut', CUT);
  if (read.type === 'broken')
    return refuse('broken_arguments', `This call did not run: ${read.problem}. Issue it again.`);
  const warn = (code: string, message: string) => services.warn({ code, message, callId: call.id, toolName: name });
  if (read.repair !== undefined) warn('arguments_repaired', `The arguments were put right: ${read.repair}.`);
  const first = await tool.schema.check(read.value);
  if (first.ok) return { tool, args: first.value, shown: read.value };
  const coerced = coerceBySchema(read.value, tool.schema.jsonSchema);
  const second = coerced.changes.length === 0 ? first : await tool.schema.check(coerced.value);
  if (!second.ok) {
    const issues = describeIssues(first.issues);
    return refuse(
      'invalid_arguments',
      `This call did not run: its arguments do not fit.\n${issues}\nIssue it again, put right.`,
    );
  }
  warn(
    'arguments_coerced',
    `The arguments were put right: ${coerced.changes.map((change) => change.what).join('; ')}.`,
  );
  return { tool, args: second.value, shown: coerced.value as JsonValue };
}

const CUT =
  'This call did not run: the answer was cut before the call was complete. ' +
  'Issue it again, whole; if its arguments are long, make them shorter or split the work over several calls.';

const MAX_NAMES = 50;

function unknownTool(name: string, toolbox: Toolbox): string {
  const names = toolbox.namesNear(name);
  if (names.length === 0) return `There is no tool \`${name}\`, and there are no others: answer without tools.`;
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return `There is no tool \`${name}\`. There are: ${names.slice(0, MAX_NAMES).join(', ')}${more}.`;
}

async function isAllowed(
  { tool, args, shown }: Prepared,
  context: ToolContext,
  services: CallServices,
): Promise<boolean | undefined> {
  const { needsApproval } = tool;
  const isNeeded = typeof needsApproval === 'function' ? await needsApproval(args, context) : needsApproval;
  return isNeeded ? await services.approve(context.callId, tool.name, shown) : true;
}

async function execute(
  { tool, args, shown }: Prepared,
  context: CallContext,
  services: CallServices,
  io: StepIo,
): Promise<CallOutcome> {
  const { callId, toolName } = context;
  const startedAt = services.now();
  const wait = io.emit({ type: 'tool_start', callId, toolName, arguments: shown });
  if (wait !== undefined) await wait;
  const limit: ResultLimit = { maxChars: tool.maxResultChars, keep: (text) => services.keep(callId, text) };
  const running = runTool(tool, args, context, io.signal);
  const ran = running instanceof Promise ? await running : running;
  const result = readRan(ran, limit);
  const end: RunEvent = {
    type: 'tool_end',
    callId,
    toolName,
    isError: result.isError,
    result: resultText(result),
    durationMs: Math.round(services.now() - startedAt),
  };
  await io.emit(end);
  return { type: 'answered', result, problem: ran.type === 'cancelled' ? 'cancelled' : null };
}

type Ran =
  | { readonly type: 'returned'; readonly value: unknown }
  | { readonly type: 'threw'; readonly error: unknown }
  | { readonly type: 'timed_out'; readonly timeoutMs: number }
  | { readonly type: 'cancelled' };

function readRan(ran: Ran, limit: ResultLimit): CallResult {
  switch (ran.type) {
    case 'returned':
      return resultOf(ran.value, limit);
    case 'threw':
      return failureOf(ran.error, limit);
    case 'timed_out':
      return { isError: true, content: `The tool took longer than its limit of ${ran.timeoutMs} ms and was stopped.` };
    case 'cancelled':
      return {
        isError: true,
        content: 'The run was cancelled while this call ran; whether it took effect is not known.',
      };
    default:
      return ran satisfies never;
  }
}

/** Runs the function. One that returns no promise is over before anything could stop it. */
function runTool(tool: Tool, args: unknown, context: CallContext, signal: AbortSignal): Ran | Promise<Ran> {
  if (signal.aborted) return { type: 'cancelled' };
  try {
    const value = tool.execute(args, context);
    return isThenable(value)
      ? waitFor(value, { timeoutMs: tool.timeoutMs, context, signal })
      : { type: 'returned', value };
  } catch (error) {
    return { type: 'threw', error };
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

interface Stops {
  readonly timeoutMs: number;
  readonly context: CallContext;
  readonly signal: AbortSignal;
}

/** A function that heeds no signal is left behind: its late end is nobody's business any more. */
function waitFor(value: PromiseLike<unknown>, { timeoutMs, context, signal }: Stops): Promise<Ran> {
  return new Promise<Ran>((resolve) => {
    const settle = (ran: Ran): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(ran);
    };
    const stop = (ran: Ran): void => {
      settle(ran);
      context.stop();
    };
    const onAbort = (): void => stop({ type: 'cancelled' });
    const timer = timeoutMs > 0 ? setTimeout(() => stop({ type: 'timed_out', timeoutMs }), timeoutMs) : undefined;
    signal.addEventListener('abort', onAbort);
    // It may have aborted the run itself.
    if (signal.aborted) onAbort();
    Promise.resolve(value).then(
      (returned) => settle({ type: 'returned', value: returned }),
      (error: unknown) => settle({ type: 'threw', error }),
    );
  });
}

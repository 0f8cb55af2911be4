// Owns the life of one tool call: found, arguments read and checked, allowed, run under its time limit, answered.
// It always answers and never throws. Which calls run together is left to the turn.

import type { JsonValue } from '../core/json.ts';
import type { Message, ToolCall } from '../core/message.ts';
import type { RunEvent, RunWarning } from '../core/run-event.ts';
import { coerceBySchema } from '../schema/coerce.ts';
import { describeIssues } from '../schema/issues.ts';
import { readArguments } from '../tool/read-arguments.ts';
import type { Tool, ToolContext } from '../tool/tool.ts';
import type { CallResult, ResultLimit } from '../tool/tool-result.ts';
import { failureOf, resultOf, resultText } from '../tool/tool-result.ts';
import type { Toolbox } from '../tool/toolbox.ts';
import type { StepIo } from './host.ts';

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

export interface CallServices {
  readonly runId: string;
  readonly toolbox: Toolbox;
  readonly messages: () => readonly Message[];
  readonly context: unknown;
  readonly warn: (warning: RunWarning) => void;
  /** The decision on a call; undefined: nobody has made it yet. */
  readonly approve: (callId: string, toolName: string, args: JsonValue) => Promise<boolean | undefined>;
  /** Keeps a result that is too long to show whole; says how the model reads on in it. */
  readonly keep: (callId: string, text: string) => string;
  /** Is given each call's context, so that an agent that runs as a tool finds the run that it belongs to. */
  readonly onContext: (context: ToolContext, io: StepIo) => void;
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
  const stop = new Stop();
  const context = contextOf(call, services, io, stop);
  services.onContext(context, io);
  const allowed = await isAllowed(prepared, context, services);
  if (allowed === undefined) return { type: 'waiting', toolName: prepared.tool.name, arguments: prepared.shown };
  if (!allowed)
    return refuse('not_allowed', 'A person did not allow this call. Do not repeat it; go another way or ask.');
  return await execute(prepared, context, stop, { services, io });
}

function refuse(problem: CallProblem, content: string): CallOutcome {
  return { type: 'answered', result: { isError: true, content }, problem };
}

async function prepare(call: ToolCall, wasCut: boolean, services: CallServices): Promise<Prepared | CallOutcome> {
  const { name, arguments: text } = call.function;
  const tool = services.toolbox.find(name);
  if (tool === undefined) return refuse('unknown_tool', unknownTool(name, services.toolbox));
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

/** What stops a tool. Its signal is made when the tool asks for it: most tools are done before anything could stop them. */
class Stop {
  #controller: AbortController | undefined;
  #isAborted = false;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(): void {
    this.#isAborted = true;
    this.#controller?.abort();
  }
}

function contextOf(call: ToolCall, services: CallServices, io: StepIo, stop: Stop): ToolContext {
  const { id: callId, function: called } = call;
  const toolName = called.name;
  return {
    get signal() {
      return stop.signal;
    },
    callId,
    toolName,
    runId: services.runId,
    messages: services.messages(),
    idempotencyKey: io.idempotencyKey,
    context: services.context,
    // Progress is for people: it is shown when there is room, and the tool is not held up for it.
    progress: (progress) => void io.emit({ type: 'tool_progress', callId, toolName, progress }),
  };
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

interface Surroundings {
  readonly services: CallServices;
  readonly io: StepIo;
}

async function execute(
  { tool, args, shown }: Prepared,
  context: ToolContext,
  stop: Stop,
  { services, io }: Surroundings,
): Promise<CallOutcome> {
  const { callId, toolName } = context;
  const startedAt = services.now();
  const wait = io.emit({ type: 'tool_start', callId, toolName, arguments: shown });
  if (wait !== undefined) await wait;
  const { result, problem } = await runUnderLimits(tool, args, context, {
    stop,
    signal: io.signal,
    keep: (text) => services.keep(callId, text),
  });
  const end: RunEvent = {
    type: 'tool_end',
    callId,
    toolName,
    isError: result.isError,
    result: resultText(result),
    durationMs: Math.round(services.now() - startedAt),
  };
  await io.emit(end);
  return { type: 'answered', result, problem };
}

interface Stops {
  readonly stop: Stop;
  readonly signal: AbortSignal;
  readonly keep: ResultLimit['keep'];
}

interface Ran {
  readonly result: CallResult;
  readonly problem: CallProblem | null;
}

/** Runs the function. A function that heeds no signal is left behind: its late end is nobody's business any more. */
async function runUnderLimits(tool: Tool, args: unknown, context: ToolContext, stops: Stops): Promise<Ran> {
  const { signal, keep } = stops;
  const limit = { maxChars: tool.maxResultChars, keep };
  return await new Promise<Ran>((resolve) => {
    const settle = (ran: Ran): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(ran);
    };
    const end = (content: string, problem: CallProblem | null): void => {
      settle({ result: { isError: true, content }, problem });
      stops.stop.abort();
    };
    const onAbort = (): void =>
      end('The run was cancelled while this call ran; whether it took effect is not known.', 'cancelled');
    const onTime = (): void =>
      end(`The tool took longer than its limit of ${tool.timeoutMs} ms and was stopped.`, null);
    const timer = tool.timeoutMs > 0 ? setTimeout(onTime, tool.timeoutMs) : undefined;
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else {
      // Also a function that throws before its first await, or returns no promise, ends here.
      Promise.resolve()
        .then(() => tool.execute(args, context))
        .then(
          (value) => settle({ result: resultOf(value, limit), problem: null }),
          (error: unknown) => settle({ result: failureOf(error, limit), problem: null }),
        );
    }
  });
}

// Owns the first stage of a call: its tool found, its arguments read once, repaired and checked, and whether a person must allow it.
// It runs nothing and never throws. Asking the person is left to the loop, running the call to `run-call.ts`.

import type { CallProblem, PreparedCall, RefusedCall } from '../core/call.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { ToolCall } from '../core/message.ts';
import type { RunWarning } from '../core/run-warning.ts';
import { coerceBySchema } from '../schema/coerce.ts';
import { describeIssues } from '../schema/issues.ts';
import type { ReadArguments } from '../schema/read-arguments.ts';
import { readArguments } from '../schema/read-arguments.ts';
import { unwrapArguments } from '../schema/unwrap.ts';
import type { Tool, ToolContext } from './tool.ts';
import type { Toolbox } from './toolbox.ts';

export interface CallPlace {
  /** The step under which the call will run. */
  readonly key: string;
  readonly toolbox: Toolbox;
  /** Whether the answer was cut in this call: only its last one can be. Servers close cut JSON, so that it may parse all the same. */
  readonly wasCut: boolean;
  /** Whether a person must allow the call, whatever its tool needs. */
  readonly asksFirst: boolean;
  /** For tools that decide on each call whether it needs an approval. */
  readonly contextOf: () => ToolContext;
  readonly approvalIdOf: (toolName: string, args: JsonObject) => string;
}

export interface Preparation {
  readonly call: PreparedCall;
  /** JSON text for the history. What parses is as it came, for the server's cache holds those very tokens; a repair is as it runs. */
  readonly sentArguments: string;
  readonly warnings: readonly RunWarning[];
  /** What the schema made of the arguments; undefined for a call that is refused. */
  readonly checked: unknown;
}

export async function prepareCall(call: ToolCall, place: CallPlace): Promise<Preparation> {
  const { name, arguments: text } = call.function;
  const read: ReadArguments = place.wasCut ? { type: 'cut' } : readArguments(text, false);
  const sentArguments = sendable(text, read);
  const refuse = (problem: CallProblem, message: string): Preparation => {
    const refused: RefusedCall = {
      type: 'refused',
      key: place.key,
      callId: call.id,
      toolName: name,
      problem,
      message,
      argumentsText: text,
    };
    return { call: refused, sentArguments, warnings: [], checked: undefined };
  };
  if (place.wasCut) return refuse('cut', CUT);
  const tool = place.toolbox.find(name);
  if (tool === undefined) return refuse('unknown_tool', unknownTool(name, place.toolbox));
  if (read.type === 'cut') return refuse('cut', CUT);
  if (read.type === 'broken') {
    return refuse('broken_arguments', `This call did not run: ${read.problem}. Issue it again.`);
  }
  const warnings: RunWarning[] = [];
  const warn = (code: string, what: string): unknown =>
    warnings.push({ code, message: `The arguments were corrected: ${what}.`, callId: call.id, toolName: name });
  if (read.repair !== undefined) warn('arguments_repaired', read.repair);
  try {
    const fitted = await fitArguments(tool, read.value);
    if ('issues' in fitted) return refuse('invalid_arguments', fitted.issues);
    if (fitted.changes !== '') warn('arguments_coerced', fitted.changes);
    const isApprovalNeeded = place.asksFirst || (await needsApproval(tool, fitted.checked, place));
    const ready: PreparedCall = {
      type: 'ready',
      key: place.key,
      callId: call.id,
      toolName: name,
      arguments: fitted.args,
      approvalId: isApprovalNeeded ? place.approvalIdOf(name, fitted.args) : null,
      ...(place.asksFirst && { isRescued: true }),
      ...(tool.isRepeatable && { isRepeatable: true }),
      ...(tool.isReadOnly && { isReadOnly: true }),
      isSequential: tool.isSequential,
      ...(tool.isIdempotent !== undefined && { isIdempotent: tool.isIdempotent }),
      holdsRun: tool.holdsRun,
    };
    return { call: ready, sentArguments, warnings, checked: fitted.checked };
  } catch (error) {
    // A schema's own check or `needsApproval` threw: the call cannot be judged, so it does not run.
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return refuse('not_allowed', `This call did not run: it could not be checked. ${reason}`);
  }
}

function sendable(text: string, read: ReadArguments): string {
  if (read.type !== 'read') return '{}';
  const isAsItCame = read.repair === undefined && text.trim().startsWith('{');
  return isAsItCame ? text : JSON.stringify(read.value);
}

type Fitted =
  | { readonly args: JsonObject; readonly checked: unknown; readonly changes: string }
  | { readonly issues: string };

/** As they are, taken out of a wrapper, else with values of the wrong type converted where their meaning is plain. */
async function fitArguments(tool: Tool, given: JsonObject): Promise<Fitted> {
  const inner = unwrapArguments(given, tool.schema.jsonSchema);
  if (inner === undefined) return await fitUnwrapped(tool, given);
  const fitted = await fitUnwrapped(tool, inner);
  if ('issues' in fitted) return fitted;
  const what = `they stood in \`${Object.keys(given)[0]}\`, which is no parameter`;
  return { ...fitted, changes: fitted.changes === '' ? what : `${what}; ${fitted.changes}` };
}

async function fitUnwrapped({ schema }: Tool, args: JsonObject): Promise<Fitted> {
  const first = await schema.check(args);
  if (first.ok) return { args, checked: first.value, changes: '' };
  const coerced = coerceBySchema(args, schema.jsonSchema);
  const second = coerced.changes.length === 0 ? first : await schema.check(coerced.value);
  if (!second.ok) {
    const issues = describeIssues(first.issues);
    return { issues: `This call did not run: its arguments do not fit.\n${issues}\nIssue it again, corrected.` };
  }
  const changes = coerced.changes.map((change) => change.what).join('; ');
  return { args: coerced.value as JsonObject, checked: second.value, changes }; // made of a JSON object
}

async function needsApproval({ needsApproval: needed }: Tool, checked: unknown, place: CallPlace): Promise<boolean> {
  return typeof needed === 'function' ? await needed(checked, place.contextOf()) : needed;
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

/** The arguments of a call that was prepared elsewhere, checked again. Undefined when they do not fit this tool any more. */
export async function checkAgain(tool: Tool, args: JsonValue): Promise<{ readonly value: unknown } | undefined> {
  const checked = await tool.schema.check(args);
  return checked.ok ? { value: checked.value } : undefined;
}

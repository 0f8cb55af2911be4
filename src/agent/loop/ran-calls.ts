// Owns which calls of a run ran since the user's last message, and recognising one that is made again with nothing new in between.
// What is done about it is left to `calls.ts`.

import type { PreparedCall } from '../../core/call.ts';
import { isSameJson, parseJson } from '../../core/json.ts';
import type { RanCall, RanCalls } from '../../core/loop-state.ts';
import type { AssistantMessage, Message, ToolCall, ToolMessage } from '../../core/message.ts';

/** A longer circle is left to the limit of turns. */
const MAX_RAN_CALLS = 16;

/** The calls of a turn with the assistant's message that holds them. */
export interface MadeCalls {
  readonly message: AssistantMessage;
  readonly calls: readonly PreparedCall[];
}

/** An earlier call that is the same as one of this turn. */
export interface EarlierCall {
  readonly ran: RanCall;
  readonly result: ToolMessage;
  /** Whether it may have another result or effect by now, so that the call may run again. */
  readonly isOld: boolean;
}

/**
 * For each call of a turn the same call of an earlier turn. One is old when it failed, and when a call after it may have changed what it
 * found. Calls of one turn that come again together leave each other as they are: the model asked for them without seeing a result.
 */
export function findEarlier(
  { calls: all }: RanCalls,
  made: MadeCalls,
  messages: readonly Message[],
): readonly (EarlierCall | undefined)[] {
  const found = made.calls.map((_call, at) => findSame(all, made.message.tool_calls?.[at], messages));
  const repeated = new Set(found.flatMap((earlier) => (earlier === undefined ? [] : [earlier.ran])));
  let isChanged = false;
  return made.calls.map((call, at) => {
    const earlier = found[at];
    const changes = call.type === 'ready' && call.isReadOnly !== true;
    if (earlier === undefined) {
      isChanged ||= changes;
      return undefined;
    }
    const { ran } = earlier;
    const later = all.slice(all.indexOf(ran) + 1);
    const isOld =
      isChanged ||
      ran.isError ||
      (call.type === 'ready' && call.isRepeatable === true) ||
      later.some((other) => other.isChange && !(other.message === ran.message && repeated.has(other)));
    isChanged ||= changes && isOld;
    return { ...earlier, isOld };
  });
}

/** Compared as the model wrote them, for so they are in the conversation: in another order of keys or other spaces they are the same. */
function findSame(
  all: readonly RanCall[],
  call: ToolCall | undefined,
  messages: readonly Message[],
): Omit<EarlierCall, 'isOld'> | undefined {
  if (call === undefined) return undefined;
  const args = argumentsOf(call);
  for (const ran of all.toReversed()) {
    const asked = messages[ran.message];
    const result = messages[ran.message + 1 + ran.call];
    const other = asked?.role === 'assistant' ? asked.tool_calls?.[ran.call] : undefined;
    if (other?.function.name !== call.function.name || result?.role !== 'tool') continue;
    if (isSameJson(argumentsOf(other), args)) return { ran, result };
  }
  return undefined;
}

function argumentsOf({ function: { arguments: text } }: ToolCall): ReturnType<typeof parseJson> | string {
  return parseJson(text) ?? text;
}

/** A call that has just run. */
export interface NewRan {
  readonly call: PreparedCall;
  /** Where it stands in its message. */
  readonly at: number;
  readonly earlier: EarlierCall | undefined;
  readonly result: ToolMessage;
  readonly isError: boolean;
}

/** Adds calls that have just run. `message` is the index that their message gets in the conversation. */
export function addRan(before: RanCalls, added: readonly NewRan[], message: number): RanCalls {
  let { calls, isWorldChanging } = before;
  for (const { call, at, earlier, result, isError } of added) {
    const isSame = earlier !== undefined && isSameResult(earlier.result, result);
    isWorldChanging ||= earlier !== undefined && !isSame;
    const isReadOnly = call.type === 'ready' && call.isReadOnly === true;
    // A result that is known already tells that nothing changed, as long as no result has told otherwise.
    const isChange = !isReadOnly && (!isSame || isWorldChanging);
    const times = isSame && !earlier.isOld ? earlier.ran.times + 1 : 1;
    const others = earlier === undefined ? calls : calls.filter((ran) => !isSamePlace(ran, earlier.ran));
    calls = [...others, { message, call: at, isError, isChange, times }];
  }
  return { calls: calls.slice(-MAX_RAN_CALLS), isWorldChanging };
}

/** Notes that a call came again and did not run. */
export function countAgain(before: RanCalls, earlier: EarlierCall): RanCalls {
  const calls = before.calls.map((ran) => (isSamePlace(ran, earlier.ran) ? { ...ran, times: ran.times + 1 } : ran));
  return { ...before, calls };
}

function isSamePlace(one: RanCall, other: RanCall): boolean {
  return one.message === other.message && one.call === other.call;
}

/** A long result names its call, to be read on. */
export function isSameResult(one: ToolMessage, other: ToolMessage): boolean {
  return shown(one) === shown(other);
}

function shown({ content, tool_call_id: id }: ToolMessage): string {
  return JSON.stringify(content).replaceAll(JSON.stringify(id).slice(1, -1), '');
}

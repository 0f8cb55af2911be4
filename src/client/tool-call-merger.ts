// Owns putting the fragments of one choice's tool calls together. What the arguments mean is left to the caller.
// The rules accept what servers, gateways and speculative decoding were seen to send, not only what they should send.

import { randomUUID } from 'node:crypto';
import { isObject } from '../core/json.ts';
import type { StreamEvent } from '../core/stream-event.ts';
import { StreamError } from './errors.ts';
import { WholeObject } from './whole-object.ts';

interface OpenCall {
  readonly toolIndex: number;
  readonly wireIndex: number | undefined;
  id: string | undefined;
  name: string;
  readonly parts: string[];
  readonly whole: WholeObject;
  /** Fragments that wait for the call's id, so that all its events carry the same one. */
  waiting: string[];
}

interface Fragment {
  readonly wireIndex: number | undefined;
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly args: string;
}

/** Puts the fragments of one choice's calls together. */
export class ToolCallMerger {
  readonly #choice: number;
  readonly #maxChars: number;
  readonly #latestByIndex = new Map<number, OpenCall>();
  /** The first call with each id. */
  readonly #byId = new Map<string, OpenCall>();
  #calls: OpenCall[] = [];
  #nextToolIndex = 0;
  #chars = 0;

  /** `choice` is the choice's index; `maxChars` bounds the arguments of all its calls together. */
  constructor(choice: number, maxChars: number) {
    this.#choice = choice;
    this.#maxChars = maxChars;
  }

  /** Takes `delta.tool_calls` of one chunk; appends the events to `out`. */
  feed(entries: readonly unknown[], out: StreamEvent[]): void {
    for (const entry of entries) {
      const fragment = readFragment(entry);
      if (fragment !== undefined) this.#take(fragment, out);
    }
  }

  /** Whether there are open calls, and the arguments of each are a whole object. */
  hasWhole(): boolean {
    return this.#calls.length > 0 && this.#calls.every(({ whole, parts }) => whole.isAfter(parts));
  }

  /** Completes all calls, in order of index, and starts over. */
  flush(out: StreamEvent[]): void {
    const ordered = this.#calls.toSorted((a, b) => (a.wireIndex ?? a.toolIndex) - (b.wireIndex ?? b.toolIndex));
    for (const call of ordered) {
      if (call.id === undefined) {
        call.id = mintToolCallId();
        this.#emit(call, call.id, call.waiting.join(''), true, out);
      }
      const { id, name, toolIndex } = call;
      const toolCall = { id, type: 'function', function: { name, arguments: call.parts.join('') } } as const;
      out.push({ type: 'tool_call_complete', toolCall, toolIndex, index: this.#choice });
    }
    this.#calls = [];
    this.#latestByIndex.clear();
    this.#byId.clear();
  }

  #take(fragment: Fragment, out: StreamEvent[]): void {
    const { id, name, args } = fragment;
    const found = this.#find(fragment);
    if (found === undefined && id === undefined && name === undefined && args === '') return;
    const call = found ?? this.#open(fragment.wireIndex);
    const isAnnounced = call.id !== undefined;
    call.id ??= id;
    if (id !== undefined && call.id === id && !this.#byId.has(id)) this.#byId.set(id, call);
    if (call.name === '' && name !== undefined) call.name = name;
    this.#chars += args.length + (found === undefined ? CALL_COST : 0);
    if (this.#chars > this.#maxChars) throw tooLarge(this.#maxChars);
    if (args !== '') call.parts.push(args);
    if (call.id === undefined) call.waiting.push(args);
    else this.#emit(call, call.id, isAnnounced ? args : call.waiting.join('') + args, !isAnnounced, out);
  }

  #emit(call: OpenCall, id: string, delta: string, isFirst: boolean, out: StreamEvent[]): void {
    call.waiting = [];
    if (delta === '' && !isFirst) return;
    const { toolIndex, name } = call;
    out.push({
      type: 'tool_call_delta',
      toolCallId: id,
      delta,
      toolIndex,
      index: this.#choice,
      ...(name !== '' && { name }),
    });
  }

  /** The open call that a fragment continues, or undefined when it begins a new one. */
  #find({ wireIndex, id, name, args }: Fragment): OpenCall | undefined {
    const current = wireIndex === undefined ? this.#calls.at(-1) : this.#latestByIndex.get(wireIndex);
    if (current === undefined) return id === undefined && name === undefined ? this.#tailOwner(args) : undefined;
    if (id !== undefined && id !== current.id) {
      // A new id is a new call, even at the same index; an id that arrives after the arguments is not new.
      if (current.id !== undefined) return wireIndex === undefined ? this.#byId.get(id) : undefined;
      return name === undefined || current.name === '' || name === current.name ? current : undefined;
    }
    if (id !== undefined || name === undefined || current.name === '') return current;
    // A name without an id: some servers repeat the name in each chunk, others begin the next call like that.
    if (name !== current.name) return undefined;
    return BEGINS_OBJECT.test(args) && current.whole.isAfter(current.parts) ? undefined : current;
  }

  /** Speculative decoding was seen to put the tail of a call under a new index, nameless: it belongs to the last open call. */
  #tailOwner(args: string): OpenCall | undefined {
    const last = this.#calls.at(-1);
    return last?.whole.isAfter(last.parts, args) === true ? last : undefined;
  }

  #open(wireIndex: number | undefined): OpenCall {
    const toolIndex = this.#nextToolIndex++;
    const call: OpenCall = {
      toolIndex,
      wireIndex,
      id: undefined,
      name: '',
      parts: [],
      whole: new WholeObject(),
      waiting: [],
    };
    this.#calls.push(call);
    if (wireIndex !== undefined) this.#latestByIndex.set(wireIndex, call);
    return call;
  }
}

const BEGINS_OBJECT = /^\s*\{/;

/** What a call counts beside its arguments, so that the number of calls is bounded too. */
const CALL_COST = 100;

/** An id for a call that came without one, in vLLM's own form. */
export function mintToolCallId(): string {
  return `chatcmpl-tool-${randomUUID().replaceAll('-', '').slice(0, 16)}`;
}

/** Arguments as JSON text: text as it is, an object encoded, nothing as ''. */
export function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

function readFragment(entry: unknown): Fragment | undefined {
  if (!isObject(entry)) return undefined;
  const call = isObject(entry.function) ? entry.function : {};
  return {
    wireIndex: typeof entry.index === 'number' ? entry.index : undefined,
    id: filled(entry.id),
    name: filled(call.name),
    args: argumentsText(call.arguments),
  };
}

function filled(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function tooLarge(maxChars: number): StreamError {
  const message = `The arguments of the answer's tool calls are longer than ${maxChars} characters (\`maxArgumentChars\`).`;
  return new StreamError(message, { code: 'arguments_too_large' });
}

// Owns what a turn adds to the conversation, and the conversation as templates take it. Which results there are is left to the loop.

import type { AssistantMessage, Message, SystemMessage, TextPart, ToolCall } from '../../core/message.ts';

export interface AnswerParts {
  readonly content: string;
  readonly reasoning: string;
  /** With arguments that can be sent. */
  readonly calls: readonly ToolCall[];
}

/**
 * The assistant's message as it is stored and sent back: thinking in both fields, so that every server version reads it. Frozen, as whatever
 * enters the history: the client writes its text once.
 */
export function assistantTurn({ content, reasoning, calls }: AnswerParts): AssistantMessage {
  return Object.freeze({
    role: 'assistant',
    content: content === '' && calls.length > 0 ? null : content,
    ...(reasoning !== '' && { reasoning, reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: Object.freeze(calls) }),
  });
}

/** Gives a call whose id another one of the same answer has an id of its own: results are told apart by them. */
export function withUniqueIds(calls: readonly ToolCall[], mint: (name: string, index: number) => string): ToolCall[] {
  const seen = new Set<string>();
  return calls.map((call, index) => {
    let { id } = call;
    // Ids of some families count the calls, so that a made one can be taken as well.
    for (let at = index; seen.has(id); at++) id = mint(call.function.name, at);
    seen.add(id);
    return id === call.id ? call : { ...call, id };
  });
}

/**
 * The conversation as templates take it: one system message, first; no two user messages in a row.
 * Many templates refuse anything else. Most histories are so already, and are sent as they are.
 */
export function toWire(instructions: string, messages: readonly Message[]): readonly Message[] {
  const wire = messages.every(isInPlace) ? messages : rearranged(messages);
  const texts = [instructions, ...(wire === messages ? [] : messages.filter(isSystem).map(systemText))];
  const system = texts.filter((text) => text !== '').join('\n\n');
  return system === '' ? wire : [{ role: 'system', content: system }, ...wire];
}

function isInPlace(message: Message, at: number, messages: readonly Message[]): boolean {
  if (isSystem(message)) return false;
  return message.role !== 'user' || messages[at - 1]?.role !== 'user';
}

/** Without system messages, and with the texts of neighbouring user messages joined. */
function rearranged(messages: readonly Message[]): readonly Message[] {
  const wire: Message[] = [];
  for (const message of messages) {
    if (isSystem(message)) continue;
    const last = wire.at(-1);
    const isJoined = last?.role === 'user' && message.role === 'user';
    if (isJoined && typeof last.content === 'string' && typeof message.content === 'string') {
      wire[wire.length - 1] = { ...last, content: `${last.content}\n\n${message.content}` };
    } else wire.push(message);
  }
  return wire;
}

/** An instruction for one request, joined to the last message when that is the user's. */
export function withNudge(messages: readonly Message[], nudge: string | null): readonly Message[] {
  if (nudge === null) return messages;
  const last = messages.at(-1);
  if (last?.role !== 'user' || typeof last.content !== 'string') return [...messages, { role: 'user', content: nudge }];
  return [...messages.slice(0, -1), { ...last, content: `${last.content}\n\n${nudge}` }];
}

function isSystem(message: Message): message is SystemMessage {
  return message.role === 'system' || message.role === 'developer';
}

function systemText({ content }: SystemMessage): string {
  return typeof content === 'string' ? content : content.map((part: TextPart) => part.text).join('\n');
}

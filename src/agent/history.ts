// Owns what a turn adds to the conversation: an assistant message whose calls are always valid JSON, one result a call.
// Which results there are is left to the loop.

import type { AssistantMessage, Message, SystemMessage, TextPart, ToolCall, ToolMessage } from '../core/message.ts';
import { readArguments } from '../schema/read-arguments.ts';
import type { CallResult } from '../tool/tool-result.ts';

export interface Said {
  readonly content: string;
  readonly reasoning: string;
  /** Whether the answer was cut: its last call may lack its end. */
  readonly wasCut: boolean;
}

/** The assistant's message as it is stored and sent back: thinking in both fields, so that every server version reads it. */
export function assistantTurn(said: Said, calls: readonly ToolCall[]): AssistantMessage {
  const { content, reasoning, wasCut } = said;
  const last = calls.length - 1;
  return {
    role: 'assistant',
    content: content === '' && calls.length > 0 ? null : content,
    ...(reasoning !== '' && { reasoning, reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls.map((call, at) => sendable(call, wasCut && at === last)) }),
  };
}

/**
 * Servers before vLLM 0.32 refuse a whole conversation for one call whose arguments are not JSON.
 * What parses is kept as it came, for the server's cache holds those very tokens; what was repaired is kept as it ran.
 */
function sendable({ id, type, function: { name, arguments: text } }: ToolCall, wasCut: boolean): ToolCall {
  const read = readArguments(text, wasCut);
  const isAsItCame = read.type === 'read' && read.repair === undefined && text.trim().startsWith('{');
  const sent = isAsItCame ? text : read.type === 'read' ? JSON.stringify(read.value) : '{}';
  return { id, type, function: { name, arguments: sent } };
}

export function toolMessage(call: ToolCall, result: CallResult): ToolMessage {
  return { role: 'tool', tool_call_id: call.id, content: result.content };
}

/** Gives a call whose id another one of the same answer has an id of its own: results are told apart by them. */
export function withUniqueIds(calls: readonly ToolCall[], mint: (name: string, index: number) => string): ToolCall[] {
  const seen = new Set<string>();
  return calls.map((call, index) => {
    const isFresh = !seen.has(call.id);
    const own = isFresh ? call : { ...call, id: mint(call.function.name, index) };
    seen.add(own.id);
    return own;
  });
}

/**
 * The conversation as templates take it: one system message, first; no two user messages in a row.
 * Many templates refuse anything else.
 */
export function toWire(instructions: string, messages: readonly Message[]): Message[] {
  const systems = messages.filter(isSystem);
  const texts = [instructions, ...systems.map(systemText)].filter((text) => text !== '');
  const system: SystemMessage[] = texts.length === 0 ? [] : [{ role: 'system', content: texts.join('\n\n') }];
  const wire: Message[] = [];
  for (const message of messages) {
    if (isSystem(message)) continue;
    const last = wire.at(-1);
    const isJoined = last?.role === 'user' && message.role === 'user';
    if (isJoined && typeof last.content === 'string' && typeof message.content === 'string') {
      wire[wire.length - 1] = { ...last, content: `${last.content}\n\n${message.content}` };
    } else wire.push(message);
  }
  return [...system, ...wire];
}

function isSystem(message: Message): message is SystemMessage {
  return message.role === 'system' || message.role === 'developer';
}

function systemText({ content }: SystemMessage): string {
  return typeof content === 'string' ? content : content.map((part: TextPart) => part.text).join('\n');
}

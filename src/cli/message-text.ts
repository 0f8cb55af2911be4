// Owns the text of messages for people: whole, or as a title. Making it visible is left to `styled.ts`.

import type { Message } from '../core/message.ts';

const MAX_TITLE_CHARS = 200;

/** The first question, on one line. */
export function titleOf(messages: readonly Message[]): string {
  const first = messages.find(({ role }) => role === 'user');
  return textOf(first).slice(0, MAX_TITLE_CHARS).replace(/\s+/g, ' ').trim();
}

/** The text of a message; other parts are named. */
export function textOf(message: Message | undefined): string {
  const content = message?.content ?? '';
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n');
}

// Owns what a person is shown of a conversation that goes on: its last question and answer. The whole of it is left to `/export`.

import type { Message } from '../core/message.ts';
import { textOf } from './message-text.ts';
import type { Styled } from './styled.ts';
import { block, styled } from './styled.ts';

const MAX_SHOWN_CHARS = 2000;

export function lastExchange(messages: readonly Message[]): Styled {
  const at = messages.findLastIndex(({ role }) => role === 'user');
  if (at < 0) return styled``;
  const answer = messages.slice(at).findLast(({ role, content }) => role === 'assistant' && (content ?? '') !== '');
  const earlier = at === 0 ? '' : `The conversation has ${at} earlier messages.\n`;
  const shown = answer === undefined ? styled`` : styled`${block(shortened(textOf(answer)))}\n`;
  return styled`${block(earlier)}${earlier === '' ? '' : styled`\n`}> ${block(shortened(textOf(messages[at])))}\n${shown}`;
}

function shortened(text: string): string {
  return text.length <= MAX_SHOWN_CHARS ? text : `${text.slice(0, MAX_SHOWN_CHARS)} […]`;
}

// Owns the user's last question as the model is reminded of it. When that helps is left to the remedies.

import type { Message, UserMessage } from '../../core/message.ts';

/** About 300 tokens: a reminder, not the conversation again. */
const MAX_QUESTION_CHARS = 1200;

/**
 * The last question, where results stand between it and the next answer: the text of the user's last messages. Undefined where there are no
 * results, for then the question is the last thing that the model reads, and where it has no text. Of a long one the head and the tail, for
 * what is wanted stands before or after what it is about.
 */
export function questionBehindResults(messages: readonly Message[]): string | undefined {
  const last = messages.findLastIndex(isUser);
  if (last < 0 || !messages.slice(last).some(({ role }) => role === 'tool')) return undefined;
  let first = last;
  for (let at = last; isAsked(messages[at]); at--) first = at;
  return questionOf(messages.slice(first, last + 1));
}

/** The text of messages that a user sent in a row; undefined where they have none. */
export function questionOf(asked: readonly Message[]): string | undefined {
  const text = asked
    .map(textOf)
    .filter((part) => part !== '')
    .join('\n\n')
    .trim();
  return text === '' ? undefined : shortened(text);
}

/** Asks for an answer in words. It comes last, so that it is read last. */
export function answerFromResults(question: string): string {
  return `Answer from the results above, in words: ${question}`;
}

function isUser(message: Message): message is UserMessage {
  return message.role === 'user';
}

function isAsked(message: Message | undefined): boolean {
  return message !== undefined && isUser(message);
}

function textOf({ content }: Message): string {
  if (typeof content === 'string') return content.trim();
  const parts = (content ?? []).map((part) => (part.type === 'text' ? part.text.trim() : ''));
  return parts.filter((part) => part !== '').join('\n');
}

function shortened(text: string): string {
  if (text.length <= MAX_QUESTION_CHARS) return text;
  const half = MAX_QUESTION_CHARS / 2;
  // A cut through a pair of surrogates would leave half a character.
  const head = text.slice(0, half).replace(/[\uD800-\uDBFF]$/, '');
  const tail = text.slice(-half).replace(/^[\uDC00-\uDFFF]/, '');
  return `${head} […] ${tail}`;
}

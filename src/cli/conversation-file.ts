// Owns a conversation as a file: Markdown for people, JSON for programs, a message a line. Writing the file is left to the callers.

import type { Message } from '../core/message.ts';
import { textOf } from './message-text.ts';

/** Undefined when the name of the file says neither. */
export function asFile(path: string, messages: readonly Message[]): string | undefined {
  if (/\.jsonl$/i.test(path)) return messages.map((message) => `${JSON.stringify(message)}\n`).join('');
  return /\.(?:md|markdown)$/i.test(path) ? messages.map(asMarkdown).join('\n') : undefined;
}

const HEADINGS: Readonly<Record<string, string>> = {
  system: 'Instructions',
  developer: 'Instructions',
  user: 'Question',
  assistant: 'Answer',
  tool: 'Result',
};

function asMarkdown(message: Message): string {
  const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
  const parts = [
    textOf(message),
    ...calls.map(({ function: { name, arguments: args } }) => `${name}\n${fenced(args)}`),
  ].filter((part) => part !== '');
  const heading = HEADINGS[message.role] ?? message.role;
  const body = message.role === 'tool' ? [fenced(textOf(message))] : parts;
  return `## ${heading}\n\n${body.join('\n\n')}\n`;
}

/** A fence that is longer than any in the text. */
function fenced(text: string): string {
  const longest = [...text.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

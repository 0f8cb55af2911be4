// Owns reminding a model of its task behind each batch of results. A small model that reads results last was seen to make the same call
// again, or to answer something else; the same conversation with the task behind the results went on in most cases. When a model is
// reminded is left to `client-side-tools.ts`.

import type { Message } from '../../core/message.ts';
import { questionBehindResults } from '../loop/question.ts';

/**
 * The messages with the task behind the last result of each batch. Earlier batches keep theirs, so that the server finds the prompt that it
 * has in its cache.
 */
export function withTaskRestated(messages: readonly Message[]): readonly Message[] {
  return messages.map((message, at) => {
    if (message.role !== 'tool' || messages[at + 1]?.role === 'tool') return message;
    const task = questionBehindResults(messages.slice(0, at + 1));
    if (task === undefined || typeof message.content !== 'string') return message;
    return { ...message, content: `${message.content}\n\n${reminder(task)}` };
  });
}

function reminder(task: string): string {
  return `That was the result. Next: another call if the task needs one, or the answer in words. The task: ${task}`;
}

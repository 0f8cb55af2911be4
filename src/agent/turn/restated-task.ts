// Owns the conversation as a small model reads it best: its task behind each batch of results, and a failed call as a hint. A model that read
// results last was seen to make the same call again, or to answer something else, and one that saw its failed call copied it. When a
// model is given its conversation so is left to `client-side-tools.ts`.

import type { AssistantMessage, Message, ToolMessage } from '../../core/message.ts';
import { AGAIN } from '../loop/call-again.ts';
import { questionOf } from '../loop/question.ts';

/**
 * The same conversation with the task restated. What earlier batches got they keep, so that the server finds the prompt that it has in its
 * cache.
 */
export function withTaskRestated(messages: readonly Message[]): readonly Message[] {
  const results = messages.filter((message) => message.role === 'tool');
  const failed = new Set(results.filter(isFailure).map(({ tool_call_id: id }) => id));
  let asked: Message[] = [];
  let task: string | undefined;
  return messages.map((message, at) => {
    if (message.role === 'user') {
      asked = messages[at - 1]?.role === 'user' ? [...asked, message] : [message];
      task = questionOf(asked);
    }
    if (message.role === 'assistant') return withoutArguments(message, failed);
    if (message.role !== 'tool' || typeof message.content !== 'string') return message;
    if (task === undefined || message.content.startsWith(AGAIN)) return message;
    if (isFailure(message)) return { ...message, content: `${task}\n\nHint: ${message.content.replace(FAILURE, '')}` };
    if (messages[at + 1]?.role === 'tool') return message;
    return { ...message, content: `${message.content}\n\n${reminder(task)}` };
  });
}

/** As the text of a thrown error begins. */
const FAILURE = /^\w{0,40}Error: /;

function isFailure({ content }: ToolMessage): boolean {
  return typeof content === 'string' && FAILURE.test(content);
}

function withoutArguments(message: AssistantMessage, failed: ReadonlySet<string>): AssistantMessage {
  const { tool_calls: calls } = message;
  if (calls === undefined || !calls.some(({ id }) => failed.has(id))) return message;
  const shown = calls.map((call) =>
    failed.has(call.id) ? { ...call, function: { name: call.function.name, arguments: '{}' } } : call,
  );
  return { ...message, tool_calls: shown };
}

function reminder(task: string): string {
  return `That was the result. Next: another call if the task needs one, or the answer in words. The task: ${task}`;
}

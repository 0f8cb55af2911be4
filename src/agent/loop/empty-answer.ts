// Owns recognising an answer that answers nothing, and what to change before asking once more. Asking is the loop's.

import type { ModelValue } from './task-values.ts';

/** The text of an answer, thinking aside. */
export function textOf({ message: { content } }: ModelValue): string {
  return typeof content === 'string' ? content : '';
}

export interface Emptiness {
  readonly kind: 'thinking_only' | 'promised_call' | 'call_as_text' | 'cut' | 'nothing';
  /** What happened, for the warning and the outcome. */
  readonly message: string;
  /** For the model, with the second request only. */
  readonly nudge: string;
  /** Whether the second request is to be made without thinking. */
  readonly withoutThinking: boolean;
  /** Whether the second request needs more room than the first. */
  readonly needsRoom: boolean;
}

/** What is missing in an answer without calls; undefined when it answers. */
export function emptinessOf(answer: ModelValue): Emptiness | undefined {
  const { finishReason, wasCut, hasCutCall } = answer;
  const reasoning = answer.message.reasoning ?? '';
  const isBlank = textOf(answer).trim() === '';
  if (hasCutCall || (isBlank && wasCut)) {
    return {
      kind: 'cut',
      message: 'The answer was cut by `max_tokens` before it said or called anything. Raise `max_tokens`.',
      nudge: 'Your last answer was cut before it was complete. Be brief; issue a call again, whole.',
      withoutThinking: reasoning !== '',
      needsRoom: true,
    };
  }
  if (finishReason === 'tool_calls') {
    return {
      kind: 'promised_call',
      message: 'The server said that the model called a tool, but there was no call. Is its tool parser the right one?',
      nudge: 'Your last answer held no call that could be read. Issue the call again, or answer.',
      withoutThinking: reasoning !== '',
      needsRoom: false,
    };
  }
  if (answer.hasOnlyLeftCalls) {
    return {
      kind: 'call_as_text',
      message: 'The model wrote a call as text, which does not run. Is the tool parser of the server the right one?',
      nudge:
        'Your last answer was the text of a call, and it did not run. Make the call as a tool call, or answer in words.',
      withoutThinking: false,
      needsRoom: false,
    };
  }
  if (!isBlank) return undefined;
  if (reasoning.trim() !== '') {
    return {
      kind: 'thinking_only',
      message:
        'The model only thought, and gave no answer. Turn thinking off (`thinking: "off"`), ' +
        'or check that the server has the reasoning parser of this model.',
      nudge: 'Give your answer now.',
      withoutThinking: true,
      needsRoom: false,
    };
  }
  return {
    kind: 'nothing',
    message: 'The model gave an empty answer.',
    nudge: 'Your last answer was empty. Answer now.',
    withoutThinking: false,
    needsRoom: false,
  };
}

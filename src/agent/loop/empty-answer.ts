// Owns recognising an answer that answers nothing, and what to change before asking once more. Asking is the loop's.

import { answerFromResults } from './question.ts';
import type { ModelValue } from './task-values.ts';

/** The text of an answer, thinking aside. */
export function textOf({ message: { content } }: ModelValue): string {
  return typeof content === 'string' ? content : '';
}

export interface Emptiness {
  readonly kind: 'thinking_only' | 'promised_call' | 'call_as_text' | 'cut' | 'nothing';
  /** What happened, for the warning and the outcome. */
  readonly message: string;
  /** For the model, with the second request only; null: the same request again. */
  readonly nudge: string | null;
  /** Whether the second request is to be made without thinking. */
  readonly withoutThinking: boolean;
}

/** What is missing in an answer without calls; undefined when it answers. `question`: where results stand behind it, so that it is restated. */
export function emptinessOf(answer: ModelValue, question?: string): Emptiness | undefined {
  const { finishReason, wasCut, hasCutCall } = answer;
  const reasoning = answer.message.reasoning ?? '';
  const isBlank = textOf(answer).trim() === '';
  if (hasCutCall && !wasCut) {
    return {
      kind: 'cut',
      message: 'The answer ended in the middle of a call.',
      nudge: withQuestion(
        'Your last answer ended in the middle of a call, which did not run. Issue it again, whole, or answer',
        question,
      ),
      withoutThinking: reasoning !== '',
    };
  }
  if (hasCutCall || (isBlank && wasCut)) {
    return {
      kind: 'cut',
      message: 'The answer was cut by `max_tokens` before it said or called anything. Raise `max_tokens`.',
      // The model does not see what was cut: with more room, the same request leads to the whole of it.
      nudge: null,
      withoutThinking: reasoning !== '',
    };
  }
  if (finishReason === 'tool_calls') {
    return {
      kind: 'promised_call',
      message: 'The server said that the model called a tool, but there was no call. Is its tool parser the right one?',
      nudge: withQuestion(
        'Your last answer held no call that could be read. Issue the call again, or answer',
        question,
      ),
      withoutThinking: reasoning !== '',
    };
  }
  if (answer.hasOnlyLeftCalls) {
    return {
      kind: 'call_as_text',
      message: 'The model wrote a call as text, which does not run. Is the tool parser of the server the right one?',
      nudge: withQuestion(
        'Your last answer was the text of a call, and it did not run. Make the call as a tool call, or answer in words',
        question,
      ),
      withoutThinking: false,
    };
  }
  if (!isBlank) return undefined;
  if (reasoning.trim() !== '') {
    return {
      kind: 'thinking_only',
      message:
        'The model only thought, and gave no answer. Turn thinking off (`thinking: "off"`), ' +
        'or check that the server has the reasoning parser of this model.',
      nudge: question === undefined ? 'Give your answer now.' : answerFromResults(question),
      withoutThinking: true,
    };
  }
  return {
    kind: 'nothing',
    message: 'The model gave an empty answer.',
    nudge: question === undefined ? 'Your last answer was empty. Answer now.' : answerFromResults(question),
    withoutThinking: false,
  };
}

function withQuestion(nudge: string, question: string | undefined): string {
  return question === undefined ? `${nudge}.` : `${nudge}: ${question}`;
}

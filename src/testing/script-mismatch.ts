// Owns describing how a script and the requests that were made differ. Throwing is left to `fake-vllm.ts`.

import type { RecordedRequest, Step, StepFunction } from './steps.ts';

/** How many steps, requests or failures are listed; the rest is only counted. */
const MAX_NAMED = 5;
const MAX_SHOWN_CHARS = 60;

export interface Outcome {
  readonly left: readonly (Step | StepFunction)[];
  readonly requests: readonly RecordedRequest[];
  readonly surplus: readonly RecordedRequest[];
  /** What step functions threw, and why answers could not be sent. */
  readonly failures: readonly unknown[];
}

/** The mismatch in words; undefined when there is none. Requests are named by their number, never by their content. */
export function describeMismatch({ left, requests, surplus, failures }: Outcome): string | undefined {
  const sentences = [
    ...list(left, 'unused step(s)', (step) => nameOf(step)),
    ...list(surplus, 'request(s) without a step', (request) => {
      return `request ${requests.indexOf(request) + 1} (${request.method} ${request.path})`;
    }),
    ...list(failures, 'failed answer(s)', (error) => (error instanceof Error ? error.message : String(error))),
  ];
  if (sentences.length === 0) return undefined;
  return `The script of the fake vLLM and the requests do not match. ${sentences.join(' ')}`;
}

function list<T>(items: readonly T[], claim: string, name: (item: T) => string): string[] {
  if (items.length === 0) return [];
  const more = items.length > MAX_NAMED ? ', and more' : '';
  return [`${items.length} ${claim}: ${items.slice(0, MAX_NAMED).map(name).join(', ')}${more}.`];
}

function nameOf(step: Step | StepFunction): string {
  if (typeof step === 'function') return step.name === '' ? 'a function' : `the function ${step.name}`;
  switch (step.kind) {
    case 'answer':
      return `answer ${shorten(JSON.stringify(step.content ?? step.toolCalls ?? step.choices ?? step.reasoning ?? ''))}`;
    case 'reply':
      return `reply ${step.status}`;
    case 'raw':
      return `raw of ${step.bytes.length} bytes`;
    case 'endless':
      return `endless ${step.of}`;
    default:
      return step satisfies never;
  }
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text;
}

// Owns why a run did not complete, in words for people. Making them visible is left to `styled.ts`.

import type { Outcome } from '../core/run-event.ts';

/** Why a run did not complete; undefined when it did. */
export function reasonOf(outcome: Outcome): string | undefined {
  switch (outcome.type) {
    case 'completed':
      return undefined;
    case 'aborted':
      return 'Interrupted.';
    case 'failed':
      return outcome.error.message;
    case 'limit':
    case 'empty':
      return outcome.message;
    case 'waiting':
      return `These calls need approval: ${outcome.approvals.map(({ toolName }) => toolName).join(', ')}.`;
    default:
      return outcome satisfies never;
  }
}

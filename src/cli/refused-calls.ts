// Owns finding the calls of a turn that did not run: of unknown tools, with wrong arguments, not allowed. Printing them is left to
// `render.ts`.

import type { RunEvent, TurnEndEvent } from '../core/run-event.ts';

export interface RefusedCall {
  readonly toolName: string;
  /** As the model wrote them. */
  readonly arguments: string;
  /** What the model was told. */
  readonly reason: string;
}

/** Watches the calls of a run, those of its inner agents included. */
export interface RefusedCalls {
  /** Give it every event. At the end of a turn it gives the calls of that turn that did not run, in call order. */
  readonly of: (event: RunEvent) => readonly RefusedCall[];
}

export function createRefusedCalls(): RefusedCalls {
  /** Calls that ran, until the end of their turn. The ids of inner runs may be those of the outer one. */
  const ran = new Set<string>();
  return {
    of(event) {
      const run = event.parentCallId ?? '';
      if (event.type === 'tool_end') ran.add(`${run} ${event.callId}`);
      if (event.type !== 'turn_end') return [];
      return callsOf(event).filter(({ id }) => !ran.delete(`${run} ${id}`));
    },
  };
}

function callsOf({ messages }: TurnEndEvent): (RefusedCall & { readonly id: string })[] {
  const results = messages.filter((message) => message.role === 'tool');
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []) : []));
  return calls.map(({ id, function: { name, arguments: text } }, at) => {
    const content = results[at]?.content;
    return { id, toolName: name, arguments: text, reason: typeof content === 'string' ? content : '' };
  });
}

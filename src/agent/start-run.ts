// Owns what a run begins with: a new conversation, one that goes on, or a run that was interrupted. It says what is wrong with what it is
// given. Executing the run is left to `execute.ts`.

import { randomUUID } from 'node:crypto';
import { DefinitionError } from '../core/definition-error.ts';
import { isObject } from '../core/json.ts';
import { INITIAL_LOOP_STATE } from '../core/loop-state.ts';
import type { Message } from '../core/message.ts';
import type { RunStartEvent } from '../core/run-event.ts';
import type { RunState } from '../core/run-state.ts';
import type { Agent } from './agent.ts';
import { approvalIdOf } from './approval-id.ts';
import { checkMessages } from './check-input.ts';
import { parseRunState } from './parse-run-state.ts';
import type { RunInput, RunOptions } from './run-options.ts';

export function startOf(agent: Agent, input: RunInput, options: RunOptions): RunStartEvent {
  const start = begin(agent, input, options);
  const sessionId = options.sessionId ?? start.sessionId ?? start.runId;
  return sessionId === start.runId ? start : { ...start, sessionId };
}

function begin(agent: Agent, input: RunInput, options: RunOptions): RunStartEvent {
  const { state: given, messages } = options;
  const added = messagesOf(input);
  if (messages !== undefined) checkMessages(messages, 'The option `messages` of the run');
  if (given === undefined) {
    if (options.approvals !== undefined)
      throw new DefinitionError('`approvals` need the `state` of the run that waits.');
    const runId = options.runId ?? randomUUID();
    return { type: 'run_start', runId, agent: agent.name, messages: [...(messages ?? []), ...added] };
  }
  if (messages !== undefined) throw new DefinitionError('A run continues by `state` or by `messages`, not by both.');
  const state = parseRunState(given);
  if (state.agent !== agent.name) {
    const remedy = 'To go on with another agent, give it the conversation as `messages`';
    throw new DefinitionError(`The state is of agent \`${state.agent}\`, not of \`${agent.name}\`. ${remedy}.`);
  }
  if (options.approvals !== undefined) checkApprovals(options.approvals, state);
  return isInterrupted(state, added) ? resume(state, added, options) : goOn(state, added, options);
}

function messagesOf(input: RunInput): readonly Message[] {
  if (typeof input === 'string') return input === '' ? [] : [{ role: 'user', content: input }];
  if (input === undefined) {
    throw new DefinitionError(
      "The run has no input: give it a question, a list of messages, or '' to go on with a state.",
    );
  }
  checkMessages(input, 'The input of the run');
  return input;
}

/** A run that waits, or that ended before it was done and is given nothing new, is the same run still: its limits and counts go on. */
function isInterrupted({ pending, outcome }: RunState, added: readonly Message[]): boolean {
  return pending !== null || (added.length === 0 && outcome?.type !== 'completed');
}

/** A further run in the same conversation. */
function goOn(state: RunState, added: readonly Message[], options: RunOptions): RunStartEvent {
  return {
    type: 'run_start',
    runId: options.runId ?? randomUUID(),
    sessionId: state.sessionId ?? state.runId,
    agent: state.agent,
    messages: [...state.messages, ...added],
    ...(state.serverParses && { serverParses: true }),
    ...(state.kept.length > 0 && { kept: state.kept }),
  };
}

function resume(state: RunState, added: readonly Message[], { runId }: RunOptions): RunStartEvent {
  if (runId !== undefined && runId !== state.runId) {
    // Its decisions and idempotency keys are bound to its id.
    throw new DefinitionError(`A run that goes on keeps its id \`${state.runId}\`: leave out \`runId\`.`);
  }
  const { sessionId, turns, toolCalls, usage, warnings, spent, pending, kept, serverParses } = state;
  // The results of a turn that waits come first: what was sent is never edited.
  const loop =
    added.length === 0
      ? state.loop
      : { ...(state.loop ?? INITIAL_LOOP_STATE), added: [...(state.loop?.added ?? []), ...added] };
  return {
    type: 'run_start',
    runId: state.runId,
    ...(sessionId !== undefined && { sessionId }),
    agent: state.agent,
    messages: state.messages,
    ...(serverParses && { serverParses }),
    ...(kept.length > 0 && { kept }),
    resumed: { turns, toolCalls, usage, warnings, spent, loop, pending },
  };
}

/** Every decision must be one on a call that waits, with the arguments that it had when it was shown. */
function checkApprovals(approvals: unknown, { runId, pending }: RunState): void {
  const form = 'give `{ [approval.id]: true }`, with the ids of `outcome.approvals`';
  if (!isObject(approvals)) throw new DefinitionError(`\`approvals\` must be an object: ${form}.`);
  const ids = pending === null ? [] : waitingIds(runId, pending);
  for (const [id, decision] of Object.entries(approvals)) {
    if (typeof decision !== 'boolean') {
      throw new DefinitionError(`The decision on \`${id}\` is ${JSON.stringify(decision)}: it must be true or false.`);
    }
    if (!ids.includes(id)) {
      const waiting = ids.length === 0 ? 'No call waits for a decision' : `These wait: ${ids.join(', ')}`;
      throw new DefinitionError(`No call with the approval id \`${id}\` waits. ${waiting}; ${form}.`);
    }
  }
}

function waitingIds(runId: string, { message, calls, results }: NonNullable<RunState['pending']>): readonly string[] {
  const isOpen = (_: unknown, at: number): boolean => results[at] === null;
  // Version 1 knew calls by their own ids only.
  if (calls.length === 0) return (message.tool_calls ?? []).filter(isOpen).map(({ id }) => id);
  return calls.filter(isOpen).flatMap((call) => {
    if (call.type !== 'ready' || call.approvalId === null) return [];
    if (call.approvalId !== approvalIdOf(runId, call)) {
      throw new DefinitionError(
        `The call \`${call.approvalId}\` was changed after it was prepared: it cannot be decided on.`,
      );
    }
    return [call.approvalId];
  });
}

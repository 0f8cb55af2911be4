// Owns a stored run in words: a line of a list, and a page about one. Its values are foreign text. Reading them is left to the commands.

import type { PendingApproval, RunEvent, TurnEndEvent } from '../../core/run-event.ts';
import type { RunState } from '../../core/run-state.ts';
import { visibleLine } from '../../core/visible.ts';
import type { StoredRun } from '../../session/stored-run.ts';
import { isDead } from '../../setup/process-name.ts';
import { ageOf } from '../age.ts';
import { cutToCells, padCells } from '../cells.ts';
import { approvalLines } from '../go-on.ts';
import type { Io } from '../io.ts';
import { textOf, titleOf } from '../message-text.ts';
import { readSettings } from '../run-settings.ts';
import type { Styled } from '../styled.ts';
import { block, exactly, join, styled } from '../styled.ts';

const ID_CELLS = 8;

/** `open` says nothing of whether somebody runs it. */
export function statusOf({ status, owner }: StoredRun): string {
  if (status !== 'open') return status;
  return owner === null || isDead(owner) ? 'interrupted' : 'under way';
}

export function runLine(run: StoredRun, io: Io, columns: number): Styled {
  const { runId, agent, input, updatedAt } = run;
  const cells = [
    padCells(cutToCells(runId, runId.length > 2 * ID_CELLS ? ID_CELLS + 1 : 2 * ID_CELLS).replace('…', ''), ID_CELLS),
    padCells(statusOf(run), 11),
    padCells(cutToCells(agent, 14), 14),
    ageOf(updatedAt, io.clock()).padStart(10),
    titleOf(input),
  ];
  return styled`${cutToCells(visibleLine(cells.join('  ')), columns - 1)}`;
}

export interface RunPage {
  readonly run: StoredRun;
  readonly events: readonly RunEvent[];
  readonly state: RunState;
  /** That nobody has decided on. */
  readonly waiting: readonly PendingApproval[];
}

export function runPage({ run, events, state, waiting }: RunPage): Styled {
  const { usage } = state;
  const cached = usage.cachedTokens === null ? 'cached part unknown' : `${usage.cachedTokens} of them cached`;
  const head: readonly (readonly [string, string])[] = [
    ['run', run.runId],
    ['agent', run.agent],
    ['status', `${statusOf(run)}${run.isCancelRequested ? ', to be cancelled' : ''}`],
    ...(run.owner === null ? [] : [['held by', run.owner] as const]),
    ...(run.session === undefined ? [] : [['session', run.session.sessionId] as const]),
    ...startedAs(run),
    ['created', timeOf(run.createdAt)],
    ['changed', timeOf(run.updatedAt)],
    ['turns', `${state.turns}, calls that ran: ${state.toolCalls}`],
    [
      'tokens',
      `${usage.totalTokens}: ${usage.promptTokens} of prompts (${cached}), ${usage.completionTokens} of answers`,
    ],
    ['time', `${(state.spent.timeMs / 1000).toFixed(1)} s of running`],
  ];
  const lines = [
    ...head.map(([name, value]) => styled`${name.padEnd(9)}${value}`),
    ...reasonOf(run),
    styled`> ${block(titleOf(run.input))}`,
    ...events.flatMap((event) => (isOwnTurn(event) ? [turnLine(event)] : [])),
    ...answerOf(state),
    ...(waiting.length === 0 ? [] : [styled`These calls wait for a decision:\n${approvalLines(waiting)}`]),
  ];
  return styled`${join(lines, '\n')}\n`;
}

function startedAs({ settings }: StoredRun): readonly (readonly [string, string])[] {
  const { program, folder, model, servers = [] } = readSettings(settings);
  const file = program === undefined ? [] : [['program', `${program}${folder === undefined ? '' : ` in ${folder}`}`]];
  const parts = [...file, ...(model === undefined ? [] : [['model', model]]), ...servers.map((word) => ['with', word])];
  return parts.map(([name = '', value = '']) => [name, value] as const);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 19);
}

function reasonOf({ outcome }: StoredRun): readonly Styled[] {
  switch (outcome?.type) {
    case 'failed':
      return [styled`failed   ${block(outcome.error.message)}`];
    case 'limit':
    case 'empty':
      return [styled`ended    ${block(outcome.message)}`];
    default:
      return [];
  }
}

function isOwnTurn(event: RunEvent): event is TurnEndEvent {
  return event.type === 'turn_end' && event.parentCallId === undefined;
}

/** One turn: its tokens, its calls, and the beginnings of their results. */
export function turnLine({ turn, usage, messages, pending }: TurnEndEvent): Styled {
  const [message] = pending === undefined ? messages : [pending.message];
  const calls = message?.role === 'assistant' ? (message.tool_calls ?? []) : [];
  const tokens = usage === null ? 'tokens unknown' : `${usage.total_tokens} tokens`;
  const results = new Map(messages.flatMap((one) => (one.role === 'tool' ? [[one.tool_call_id, one]] : [])));
  const lines = calls.map(({ id, function: { name, arguments: args } }) => {
    const result = results.get(id);
    const shown = result === undefined ? 'waits' : oneLine(textOf(result));
    return styled`  ${exactly(name)}(${exactly(oneLine(args))})  ${shown}`;
  });
  return join([styled`turn ${String(turn)}: ${tokens}`, ...lines], '\n');
}

const MAX_PART_CHARS = 120;

function oneLine(text: string): string {
  const start = text
    .slice(0, 4 * MAX_PART_CHARS)
    .replace(/\s+/g, ' ')
    .trim();
  return start.length <= MAX_PART_CHARS ? start : `${start.slice(0, MAX_PART_CHARS)}…`;
}

function answerOf({ messages }: RunState): readonly Styled[] {
  const last = messages.at(-1);
  const text = last?.role === 'assistant' ? textOf(last) : '';
  return text === '' ? [] : [styled`${block(text)}`];
}

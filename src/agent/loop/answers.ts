// Owns what an answer of the model leads to: calls, a text, an output, a second try, the end. What the calls come to is left to
// `calls.ts`, the order of turns to `loop.ts`.

import type { JsonValue } from '../../core/json.ts';
import { PLAIN_REQUEST } from '../../core/loop-state.ts';
import type { AssistantMessage, ToolMessage, UserMessage } from '../../core/message.ts';
import type { Failure, Outcome, PendingTurn, UnfinishedAnswer } from '../../core/run-event.ts';
import type { CallBatch } from './calls.ts';
import { answerCalls } from './calls.ts';
import type { Emptiness } from './empty-answer.ts';
import { emptinessOf, textOf } from './empty-answer.ts';
import type { LoopRun } from './loop-run.ts';
import { countProblems, isNothingDone, ROOM_FACTOR } from './remedies.ts';
import type { CheckedOutput, ModelValue } from './task-values.ts';

/** How a run ends. */
export interface Ending {
  readonly outcome: Outcome;
  readonly output?: JsonValue;
}

/** What a turn comes to. */
export interface TurnResult {
  /** What the history gains. */
  readonly messages: readonly (AssistantMessage | ToolMessage)[];
  readonly pending?: PendingTurn | undefined;
  readonly unfinished?: UnfinishedAnswer | undefined;
  /** Undefined: there is a further turn. */
  readonly ending?: Ending | undefined;
}

export async function judgeAnswer(run: LoopRun, turn: number, answer: ModelValue): Promise<TurnResult> {
  if (answer.overflow !== null) return end(answer.overflow);
  if (answer.failure !== null) return judgeFailure(run, answer, answer.failure);
  if (answer.calls.length > 0) {
    const { message, calls } = answer;
    return await answerBatch(run, { turn, message, calls, results: [], wasCounted: false }, answer);
  }
  if (answer.isMeantCall) return judgeMeant(run, answer);
  if (answer.output !== null) return judgeOutput(run, answer, answer.output);
  const emptiness = emptinessOf(answer);
  if (emptiness !== undefined && !isAnswerAfterAll(run, answer)) return judgeEmpty(run, answer, emptiness);
  return judgeText(run, answer);
}

/** If the model promises a call twice and never makes it, its text is the answer. */
function isAnswerAfterAll({ loop }: LoopRun, answer: ModelValue): boolean {
  return loop.retry?.of === 'empty' && textOf(answer).trim() !== '' && !answer.hasCutCall;
}

function end(outcome: Outcome, answer?: ModelValue): TurnResult {
  return { messages: [], ending: { outcome }, ...(answer !== undefined && { unfinished: unfinishedOf(answer) }) };
}

function unfinishedOf(answer: ModelValue): UnfinishedAnswer | undefined {
  const content = textOf(answer);
  const reasoning = answer.message.reasoning ?? '';
  return content === '' && reasoning === '' ? undefined : { reasoning, content };
}

/** A stream that broke is tried again as a whole turn, once: nothing of it was executed. */
function judgeFailure(run: LoopRun, answer: ModelValue, failure: Failure): TurnResult {
  if (run.isAborted) return end({ type: 'aborted' }, answer);
  if (!isBrokenStream(failure) || run.loop.retry?.of === 'stream') {
    return end({ type: 'failed', error: failure }, answer);
  }
  const over = run.budget.over('corrections', 1);
  if (over !== undefined) return end(over, answer);
  run.budget.spend('corrections', 1);
  run.warn({ code: 'turn_retried', message: `The turn is tried again: ${failure.message}` });
  // The second try is the same request, so it carries the same.
  run.change({ retry: { of: 'stream' } });
  return { messages: [], unfinished: unfinishedOf(answer) };
}

/** A failure after the answer had begun; those before it, the client has retried. */
export function isBrokenStream({ code }: Failure): boolean {
  return BROKEN_STREAM.has(code);
}

const BROKEN_STREAM = new Set(['stream_cut', 'error_frame', 'idle_timeout', 'bad_event', 'no_choices']);

/** Answers the calls of a turn. `answer` is absent when the turn is finished by another process than the one that asked. */
export async function answerBatch(run: LoopRun, batch: CallBatch, answer?: ModelValue): Promise<TurnResult> {
  const { messages, pending, outcome, problems } = await answerCalls(run, batch);
  nextTurnIsPlain(run);
  // After its call the model is free: a forced choice would never let it come to an end.
  if (!isNothingDone(problems)) leaveChoice(run);
  if (answer !== undefined && messages.length > 0) countContext(run, answer);
  const over = countProblems(run, problems);
  const ending = run.isAborted ? ({ type: 'aborted' } as const) : (outcome ?? over);
  return { messages, pending, ending: ending === undefined ? undefined : { outcome: ending } };
}

function nextTurnIsPlain(run: LoopRun): void {
  const { request, retry } = run.loop;
  if (request !== PLAIN_REQUEST || retry !== null) run.change({ request: PLAIN_REQUEST, retry: null });
}

function leaveChoice(run: LoopRun): void {
  if (run.loop.toolChoice !== null) run.change({ toolChoice: null });
}

/** The server has counted the conversation as far as this answer. */
function countContext(run: LoopRun, { contextTokens }: ModelValue): void {
  run.change({ context: { tokens: contextTokens, messages: run.state.messages.length + 1 } });
}

function judgeEmpty(run: LoopRun, answer: ModelValue, emptiness: Emptiness): TurnResult {
  const over = run.budget.over('corrections', 1);
  if (over !== undefined) return end(over, answer);
  if (run.loop.retry?.of === 'empty') return end({ type: 'empty', message: emptiness.message }, answer);
  run.budget.spend('corrections', 1);
  run.warn({ code: `answer_${emptiness.kind}`, message: `${emptiness.message} The model is asked once more.` });
  run.change({
    retry: { of: 'empty' },
    request: {
      nudge: emptiness.nudge,
      isWithoutThinking: emptiness.withoutThinking,
      roomFactor: emptiness.needsRoom ? ROOM_FACTOR : 1,
    },
  });
  return { messages: [], unfinished: unfinishedOf(answer) };
}

/** A text that is nothing but calls is no answer, and no authority to run them: the model is asked again so that it can make them. */
function judgeMeant(run: LoopRun, answer: ModelValue): TurnResult {
  const over = run.budget.over('corrections', 1);
  if (over !== undefined) return end(over, answer);
  run.budget.spend('corrections', 1);
  const message =
    'The model wrote a call as JSON that its server does not read. It is asked again under a grammar of calls or words, from now on.';
  run.warn({ code: 'call_meant', message });
  return { messages: [], unfinished: unfinishedOf(answer) };
}

function judgeText(run: LoopRun, answer: ModelValue): TurnResult {
  const messages = [answer.message];
  countContext(run, answer);
  nextTurnIsPlain(run);
  leaveChoice(run);
  if (answer.wasCut) {
    const message = 'The answer was cut by `max_tokens`; what came of it is in the history.';
    return { messages, ending: { outcome: { type: 'limit', limit: 'tokens', message } } };
  }
  if (!run.request.hasOutput) return { messages, ending: { outcome: { type: 'completed' } } };
  run.change({ phase: 'output', added: [ASK_FOR_OUTPUT] });
  return { messages };
}

/** Begins the turn for the structured output after turns with tools. */
const ASK_FOR_OUTPUT: UserMessage = {
  role: 'user',
  content: 'Give the result of the above as JSON, and nothing else.',
};

function judgeOutput(run: LoopRun, answer: ModelValue, output: CheckedOutput): TurnResult {
  const messages = [answer.message];
  countContext(run, answer);
  nextTurnIsPlain(run);
  if (output.type === 'fits') {
    run.change({ outputFailures: 0 });
    return { messages, ending: { outcome: { type: 'completed' }, output: output.value } };
  }
  const { problem } = output;
  const over = run.budget.over('corrections', 1);
  if (over !== undefined) return { messages, ending: { outcome: over } };
  const outputFailures = run.loop.outputFailures + 1;
  run.change({ outputFailures });
  if (outputFailures > MAX_OUTPUT_RETRIES) {
    const message = `The output does not fit its schema, also when asked again: ${problem}`;
    const error: Failure = { code: 'output_invalid', message, retryable: true };
    return { messages, ending: { outcome: { type: 'failed', error } } };
  }
  run.budget.spend('corrections', 1);
  const message = `The output did not fit its schema and is asked for again: ${problem}`;
  run.warn({ code: 'output_corrected', message });
  run.change({
    request: { nudge: null, isWithoutThinking: true, roomFactor: answer.wasCut ? ROOM_FACTOR : 1 },
    added: [
      { role: 'user', content: `That JSON does not fit:\n${problem}\nGive it again, corrected, and nothing else.` },
    ],
  });
  return { messages };
}

const MAX_OUTPUT_RETRIES = 2;

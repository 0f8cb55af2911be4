// Owns what an answer of the model leads to: calls, a text, an output, a second try, the end. What the calls come to is left to
// `calls.ts`, the order of turns to `loop.ts`.

import type { JsonValue } from '../../core/json.ts';
import { PLAIN_REQUEST } from '../../core/loop-state.ts';
import type { AssistantMessage, ToolMessage, UserMessage } from '../../core/message.ts';
import type { Failure, Outcome, PendingTurn, UnfinishedAnswer } from '../../core/run-event.ts';
import type { CallBatch } from './calls.ts';
import { answerCalls } from './calls.ts';
import type { CutCalls } from './cut-answer.ts';
import { askForMore, cutCallsOf, growRoom } from './cut-answer.ts';
import type { Emptiness } from './empty-answer.ts';
import { emptinessOf, textOf } from './empty-answer.ts';
import type { LoopRun } from './loop-run.ts';
import { questionBehindResults } from './question.ts';
import { countProblems, isNothingDone } from './remedies.ts';
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
  const cut = cutCallsOf(answer);
  if (cut !== undefined) return await judgeCutCall(run, turn, answer, cut);
  if (answer.calls.length > 0) {
    const { message, calls } = answer;
    if (answer.hasCutCall && answer.wasCut) growRoom(run, answer);
    return await answerBatch(run, { turn, message, calls, results: [], wasCounted: false }, answer);
  }
  if (answer.isMeantCall) return judgeMeant(run, answer);
  if (answer.output !== null) return judgeOutput(run, answer, answer.output);
  const emptiness = emptinessOf(answer, questionBehindResults(run.state.messages));
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
  const { messages, pending, outcome, problems, needsWords } = await answerCalls(run, batch);
  nextTurnIsPlain(run);
  // After its call the model is free: a forced choice would never let it come to an end.
  if (!isNothingDone(problems)) leaveChoice(run);
  if (needsWords) run.change({ toolChoice: 'none' });
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

/**
 * The last call of a cut answer never runs, and never enters the history. Those before it were complete: they run, and the model goes on
 * from their results; where there is none, the turn is asked for again as it was. Either way the next answer has more room.
 */
async function judgeCutCall(
  run: LoopRun,
  turn: number,
  answer: ModelValue,
  { cut, message, whole }: CutCalls,
): Promise<TurnResult> {
  const { toolName } = cut;
  const told = `A call of \`${toolName}\` was cut by \`max_tokens\` and did not run. The next answer has more room.`;
  const outcome = askForMore(run, answer);
  if (outcome === undefined) run.warn({ code: 'cut', message: told, toolName });
  if (whole.length > 0) {
    const batch = { turn, message, calls: whole, results: [], wasCounted: false };
    const result = await answerBatch(run, batch, answer);
    // The results are there, and the next turn is shorter: only a limit that was reached ends the run.
    return outcome?.type === 'limit' && outcome.limit === 'context' ? result : withEnd(result, outcome);
  }
  return outcome === undefined ? askAgain(run, answer, false) : end(outcome, answer);
}

function withEnd(result: TurnResult, outcome: Outcome | undefined): TurnResult {
  return outcome === undefined || result.ending !== undefined ? result : { ...result, ending: { outcome } };
}

/** The same request again; what was cut is kept out of the history. */
function askAgain(run: LoopRun, answer: ModelValue, isWithoutThinking: boolean): TurnResult {
  const { request } = run.loop;
  run.change({ retry: { of: 'cut' }, ...(isWithoutThinking && { request: { ...request, isWithoutThinking } }) });
  return { messages: [], unfinished: unfinishedOf(answer) };
}

function judgeEmpty(run: LoopRun, answer: ModelValue, emptiness: Emptiness): TurnResult {
  if (answer.hasCutCall && answer.wasCut) return judgeCutText(run, answer, emptiness);
  const over = run.budget.over('corrections', 1);
  if (over !== undefined) return end(over, answer);
  if (run.loop.retry?.of === 'empty') return end({ type: 'empty', message: emptiness.message }, answer);
  run.budget.spend('corrections', 1);
  run.warn({ code: `answer_${emptiness.kind}`, message: `${emptiness.message} The model is asked once more.` });
  if (answer.wasCut) growRoom(run, answer);
  run.change({
    retry: { of: 'empty' },
    request: {
      nudge: emptiness.nudge,
      isWithoutThinking: emptiness.withoutThinking,
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

/** The text of a call was cut: it is asked for as a call that was cut. */
function judgeCutText(run: LoopRun, answer: ModelValue, { message, withoutThinking }: Emptiness): TurnResult {
  const outcome = askForMore(run, answer);
  if (outcome !== undefined) return end(outcome, answer);
  run.warn({ code: 'answer_cut', message: `${message} The model is asked again with more room.` });
  return askAgain(run, answer, withoutThinking);
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
  if (answer.wasCut) growRoom(run, answer);
  run.change({
    request: { nudge: null, isWithoutThinking: true },
    added: [
      { role: 'user', content: `That JSON does not fit:\n${problem}\nGive it again, corrected, and nothing else.` },
    ],
  });
  return { messages };
}

const MAX_OUTPUT_RETRIES = 2;

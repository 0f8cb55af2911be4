// Owns the order of a run: turn after turn until the model is done or something ends it.
// What a turn asks is left to `turn.ts`, its calls to `call-round.ts`, starting and ending a run to `run.ts`.

import type { JsonValue } from '../core/json.ts';
import type { AssistantMessage, ToolMessage } from '../core/message.ts';
import type { Outcome, PendingTurn } from '../core/run-event.ts';
import { createToolbox } from '../tool/toolbox.ts';
import { answerCalls } from './call-round.ts';
import type { Course } from './course.ts';
import { countProblems, isNothingDone, moreRoom, withoutThinking } from './course.ts';
import type { Emptiness } from './empty-answer.ts';
import { emptinessOf } from './empty-answer.ts';
import { assistantTurn, withUniqueIds } from './history.ts';
import type { ModelAnswer } from './model-answer.ts';
import { createRepetition } from './repetition.ts';
import type { RunContext } from './run-context.ts';
import { mintCallId } from './run-context.ts';
import { askAgain, askForOutput, checkOutput } from './structured-output.ts';
import type { Turn } from './turn.ts';
import { askModel, planTurn } from './turn.ts';

/** How a run ends, before it is told. */
export interface Ending {
  readonly outcome: Outcome;
  readonly output?: JsonValue;
}

/** What a turn comes to. */
interface TurnResult {
  readonly messages: readonly (AssistantMessage | ToolMessage)[];
  readonly pending?: PendingTurn | undefined;
  readonly ending?: Ending | undefined;
}

const NOTHING: readonly never[] = [];

/** Takes turns until one ends the run. Throws only what hooks throw and faults of this program. */
export async function takeTurns(run: RunContext): Promise<Ending> {
  const course: Course = {
    phase: run.agent.output !== undefined && !hasTools(run) ? 'output' : 'work',
    added: NOTHING,
    toolChoice: run.toolChoice,
    remedy: undefined,
    repetition: createRepetition(),
    failures: new Map(),
    outputFailures: 0,
  };
  const { pending } = run.state();
  let ending = pending === null ? undefined : await resumeTurn(run, course, pending);
  while (ending === undefined) {
    const begun = await beginTurn(run, course);
    ending = 'outcome' in begun ? begun : await closeTurn(run, begun.number, () => workOn(run, course, begun));
  }
  return ending;
}

function hasTools(run: RunContext): boolean {
  return run.toolbox.tools.length > 0 || run.providedTools().length > 0;
}

/** The turn, begun, or why there is no further one. */
async function beginTurn(run: RunContext, course: Course): Promise<Turn | Ending> {
  if (run.signal.aborted) return { outcome: { type: 'aborted' } };
  const over = run.budget.over('turns', 1) ?? run.budget.over('tokens', 1);
  if (over !== undefined) return { outcome: over };
  const number = run.state().turns + 1;
  const added = [...course.added, ...(await run.takeSteering())];
  course.added = NOTHING;
  run.budget.spend('turns', 1);
  await run.emit({ type: 'turn_start', turn: number, added });
  return {
    number,
    phase: course.phase,
    toolChoice: course.toolChoice,
    nudge: course.remedy?.nudge,
    params: course.remedy?.params ?? {},
  };
}

interface Work {
  readonly answer: ModelAnswer | undefined;
  readonly result: TurnResult;
}

async function workOn(run: RunContext, course: Course, turn: Turn): Promise<Work> {
  const plan = await planTurn(run, turn);
  const { answer, outcome } = await askModel(run, turn, plan);
  if (outcome !== undefined) return { answer, result: { messages: NOTHING, ending: { outcome } } };
  const { tools } = plan;
  const toolbox = tools === run.toolbox.tools ? run.toolbox : createToolbox([{ owner: 'the turn', tools }]);
  run.useToolbox(toolbox);
  return { answer, result: await settle(run, course, { number: turn.number, answer, toolbox }) };
}

/** Gives the turn its one end, also when the work throws. */
async function closeTurn(run: RunContext, turn: number, work: () => Promise<Work>): Promise<Ending | undefined> {
  let done: Work = { answer: undefined, result: { messages: NOTHING } };
  try {
    done = await work();
    return done.result.ending;
  } finally {
    const { answer, result } = done;
    const usage = answer?.usage ?? null;
    if (usage !== null) run.budget.spend('tokens', usage.total_tokens);
    await run.emit({
      type: 'turn_end',
      turn,
      messages: result.messages,
      finishReason: answer?.finishReason ?? null,
      usage,
      timings: answer?.timings ?? null,
      ...(result.pending !== undefined && { pending: result.pending }),
    });
  }
}

interface Answered {
  readonly number: number;
  readonly answer: ModelAnswer;
  readonly toolbox: RunContext['toolbox'];
}

async function settle(run: RunContext, course: Course, answered: Answered): Promise<TurnResult> {
  const { answer } = answered;
  if (answer.failure !== null) return settleFailure(run, course, answer);
  if (answer.calls.length > 0) return await settleCalls(run, course, answered);
  if (course.phase === 'output') return await settleOutput(run, course, answer);
  const emptiness = emptinessOf(answer);
  const isSecond = course.remedy !== undefined;
  // A text beside a promised call that stays away the second time is the answer.
  const isText = isSecond && answer.content.trim() !== '' && !answer.hasCutCall;
  if (emptiness !== undefined && !isText) return settleEmpty(run, course, emptiness);
  return await settleText(run, course, answer);
}

/** A stream that broke is tried again as a whole turn, once: nothing of it was executed. */
function settleFailure(run: RunContext, course: Course, { failure }: ModelAnswer): TurnResult {
  if (run.signal.aborted || failure === null) return { messages: NOTHING, ending: { outcome: { type: 'aborted' } } };
  const { contextLimit: _limit, promptTokens: _tokens, ...error } = failure;
  const isBroken = BROKEN_STREAM.has(failure.code);
  if (!isBroken || course.remedy !== undefined)
    return { messages: NOTHING, ending: { outcome: { type: 'failed', error } } };
  const over = run.budget.over('corrections', 1);
  if (over !== undefined) return { messages: NOTHING, ending: { outcome: over } };
  run.budget.spend('corrections', 1);
  run.warn({ code: 'turn_retried', message: `The turn is tried again: ${failure.message}` });
  course.remedy = { params: {} };
  return { messages: NOTHING };
}

/** Failures after the answer had begun; those before it, the client has retried. */
const BROKEN_STREAM = new Set(['stream_cut', 'error_frame', 'idle_timeout', 'bad_event', 'no_choices']);

async function settleCalls(
  run: RunContext,
  course: Course,
  { number, answer, toolbox }: Answered,
): Promise<TurnResult> {
  const calls = withUniqueIds(answer.calls, (name, index) => mintCallId(run, name, index));
  const message = assistantTurn(answer, calls);
  const { repetition } = course;
  const round = { turn: number, message, calls, known: [], wasCut: answer.wasCut, toolbox, repetition };
  return await settleRound(run, course, round);
}

async function settleRound(
  run: RunContext,
  course: Course,
  round: Parameters<typeof answerCalls>[1],
): Promise<TurnResult> {
  const end = await answerCalls(run, round);
  // After its call the model is free: a forced choice would never let it come to an end.
  if (!isNothingDone(end.problems)) course.toolChoice = undefined;
  course.remedy = undefined;
  const over = countProblems(run, course, end.problems);
  const outcome: Outcome | undefined = run.signal.aborted ? { type: 'aborted' } : (end.outcome ?? over);
  return { messages: end.messages, pending: end.pending, ending: outcome === undefined ? undefined : { outcome } };
}

function settleEmpty(run: RunContext, course: Course, emptiness: Emptiness): TurnResult {
  const over = run.budget.over('corrections', 1);
  if (over !== undefined) return { messages: NOTHING, ending: { outcome: over } };
  if (course.remedy !== undefined) {
    return { messages: NOTHING, ending: { outcome: { type: 'empty', message: emptiness.message } } };
  }
  run.budget.spend('corrections', 1);
  run.warn({ code: `answer_${emptiness.kind}`, message: `${emptiness.message} It is asked once more.` });
  const quiet = emptiness.withoutThinking ? withoutThinking(run) : {};
  course.remedy = { nudge: emptiness.nudge, params: { ...quiet, ...(emptiness.needsRoom && moreRoom(run)) } };
  return { messages: NOTHING };
}

async function settleText(run: RunContext, course: Course, answer: ModelAnswer): Promise<TurnResult> {
  const messages = [assistantTurn(answer, NOTHING)];
  course.remedy = undefined;
  course.toolChoice = undefined;
  if (answer.wasCut) {
    const message = 'The answer was cut by `max_tokens`; what came of it is in the history.';
    return { messages, ending: { outcome: { type: 'limit', limit: 'tokens', message } } };
  }
  if (run.agent.output !== undefined) {
    course.phase = 'output';
    course.added = [askForOutput()];
    return { messages };
  }
  course.added = await run.takeSteering();
  return course.added.length > 0 ? { messages } : { messages, ending: { outcome: { type: 'completed' } } };
}

async function settleOutput(run: RunContext, course: Course, answer: ModelAnswer): Promise<TurnResult> {
  const checked = await checkOutput(run, answer);
  const messages = [assistantTurn({ ...answer, content: checked.text }, NOTHING)];
  if (checked.type === 'fits') return { messages, ending: { outcome: { type: 'completed' }, output: checked.value } };
  const over = run.budget.over('corrections', 1);
  if (over !== undefined) return { messages, ending: { outcome: over } };
  course.outputFailures++;
  if (course.outputFailures > MAX_OUTPUT_RETRIES) {
    const message = `The output does not fit its schema, also when asked again: ${checked.problem}`;
    return {
      messages,
      ending: { outcome: { type: 'failed', error: { code: 'output_invalid', message, retryable: true } } },
    };
  }
  run.budget.spend('corrections', 1);
  run.warn({
    code: 'output_corrected',
    message: `The output did not fit its schema and is asked for again: ${checked.problem}`,
  });
  course.remedy = { params: { ...withoutThinking(run), ...(answer.wasCut && moreRoom(run)) } };
  course.added = [askAgain(checked.problem)];
  return { messages };
}

const MAX_OUTPUT_RETRIES = 2;

/** Finishes the turn that waited for decisions. */
async function resumeTurn(run: RunContext, course: Course, pending: PendingTurn): Promise<Ending | undefined> {
  const { message, results } = pending;
  const calls = message.tool_calls ?? [];
  const turn = run.state().turns;
  const { toolbox } = run;
  await run.emit({ type: 'turn_start', turn, added: NOTHING });
  return await closeTurn(run, turn, async () => {
    const round = { turn, message, calls, known: results, wasCut: false, toolbox, repetition: course.repetition };
    return { answer: undefined, result: await settleRound(run, course, round) };
  });
}

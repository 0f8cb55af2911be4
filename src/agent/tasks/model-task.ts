// Owns the task that asks the model: one answer, its calls prepared, its output checked, all that it caused in its value.
// What the answer leads to is left to the loop.

import type { PreparedCall } from '../../core/call.ts';
import type { StepIo } from '../../core/host.ts';
import type { AssistantMessage, ToolCall } from '../../core/message.ts';
import type { CallPlace } from '../../tool/prepare-call.ts';
import { prepareCall } from '../../tool/prepare-call.ts';
import type { Toolbox } from '../../tool/toolbox.ts';
import { approvalIdOf } from '../approval-id.ts';
import type { ModelInput, ModelValue, PrepareInput, PrepareValue } from '../loop/task-values.ts';
import { askModel, planTurn } from '../turn/ask-model.ts';
import { assistantTurn, withUniqueIds } from '../turn/history.ts';
import type { ModelAnswer } from '../turn/model-answer.ts';
import { rescueOf } from '../turn/rescue.ts';
import { checkOutput } from '../turn/structured-output.ts';
import type { CallsOfTurn, TurnContext } from '../turn/turn-context.ts';
import { mintCallId } from '../turn/turn-context.ts';
import { CHARS_PER_TOKEN } from '../turn/window.ts';
import type { AgentWorker } from './agent-worker.ts';
import { createCallContext } from './call-context.ts';
import { StepNotes } from './step-notes.ts';

export async function modelTask(worker: AgentWorker, input: ModelInput, io: StepIo): Promise<ModelValue> {
  const { agent, client, options, tools: source } = worker;
  worker.use(input.head);
  const notes = new StepNotes();
  const { profile, params } = worker.modelOf(input.head);
  const { signal } = io;
  const turn: TurnContext = { agent, client, hooks: options, input, profile, params, signal, warn: notes.warn };
  const listed = input.phase === 'output' ? [] : await source.list(input.hasKept);
  const plan = await planTurn(turn, listed);
  source.plan(plan.tools, listed);
  const asked = await askModel(turn, plan, io);
  const { mode: toolMode } = asked;
  const factsOf = () => notes.add(worker.notes.take()).take();
  if (asked.outcome !== undefined) {
    return { ...NO_ANSWER, overflow: asked.outcome, toolMode, facts: factsOf() };
  }
  const { answer } = asked;
  const { finishReason, usage, timings, wasCut, hasCutCall, hasOnlyLeftCalls, isMeantCall, failure } = answer;
  const isWhole = failure === null;
  const toolbox = source.toolboxOf(plan.tools);
  const prepared = isWhole ? await prepareAnswer(worker, turn, { answer, toolbox, io, notes }) : NO_CALLS;
  const isOutput = isWhole && input.phase === 'output' && prepared.calls.length === 0;
  const output = isOutput ? await checkOutput(turn, answer) : undefined;
  return {
    message: assistantTurn({
      content: output?.text ?? answer.content,
      reasoning: answer.reasoning,
      calls: prepared.sent,
    }),
    calls: prepared.calls,
    finishReason,
    usage,
    timings,
    wasCut,
    room: answer.maxTokens ?? tokensOf(answer),
    hasCutCall,
    hasOnlyLeftCalls,
    isMeantCall,
    isParsed: answer.origins.includes('server'),
    failure,
    overflow: null,
    output: output?.checked ?? null,
    toolMode,
    contextTokens: usage?.total_tokens ?? asked.promptTokens + tokensOf(answer),
    facts: factsOf(),
  };
}

const EMPTY_MESSAGE: AssistantMessage = { role: 'assistant', content: '' };

const NO_ANSWER = {
  message: EMPTY_MESSAGE,
  calls: [],
  finishReason: null,
  usage: null,
  timings: null,
  wasCut: false,
  hasCutCall: false,
  hasOnlyLeftCalls: false,
  isMeantCall: false,
  isParsed: false,
  failure: null,
  output: null,
  contextTokens: 0,
} as const;

interface PreparedAnswer {
  readonly calls: readonly PreparedCall[];
  /** The same calls as they are sent back. */
  readonly sent: readonly ToolCall[];
}

const NO_CALLS: PreparedAnswer = { calls: [], sent: [] };

interface AnswerPlace {
  readonly answer: Pick<ModelAnswer, 'calls' | 'origins' | 'isLastCallOpen'>;
  readonly toolbox: Toolbox;
  readonly io: StepIo;
  readonly notes: StepNotes;
}

async function prepareAnswer(worker: AgentWorker, turn: CallsOfTurn, place: AnswerPlace): Promise<PreparedAnswer> {
  const { answer, toolbox, io, notes } = place;
  if (answer.calls.length === 0) return NO_CALLS;
  const calls: PreparedCall[] = [];
  const sent: ToolCall[] = [];
  const unique = withUniqueIds(answer.calls, (name, index) => mintCallId(turn, name, index));
  for (const call of unique) {
    const at = calls.length;
    // The last call of a cut answer is the one that the cut can have hit; those before it were complete.
    const wasCut = answer.isLastCallOpen && at === unique.length - 1;
    const key = `t${turn.input.turn}/call/${at}`;
    const isRescued = answer.origins[at] === 'rescued';
    const asksFirst = isRescued && rescueOf(worker) === 'ask';
    const place = { key, wasCut, toolbox, asksFirst, ...approvals(worker, turn, { call, key, io }) };
    const prepared = await prepareCall(call, place);
    for (const warning of prepared.warnings) notes.warn(warning);
    if (prepared.call.type === 'ready') worker.checked.set(prepared.call.arguments, { value: prepared.checked });
    calls.push(prepared.call);
    const { name } = call.function;
    const called = Object.freeze({ name, arguments: prepared.sentArguments });
    sent.push(Object.freeze({ id: call.id, type: 'function', function: called }));
  }
  return { calls, sent };
}

interface CallAt {
  readonly call: ToolCall;
  readonly key: string;
  readonly io: StepIo;
}

function approvals(
  worker: AgentWorker,
  { input: { messages } }: CallsOfTurn,
  { call, key, io }: CallAt,
): Pick<CallPlace, 'contextOf' | 'approvalIdOf'> {
  const { runId } = io;
  return {
    approvalIdOf: (toolName, args) => approvalIdOf(runId, { key, toolName, arguments: args }),
    contextOf: () => {
      const subject = {
        callId: call.id,
        toolName: call.function.name,
        messages,
        idempotencyKey: `${runId}/${key}`,
        addUse: (): void => {},
      };
      return createCallContext(subject, worker, io).context;
    },
  };
}

/** Prepares the calls of a turn that was stored without them. */
export async function prepareTask(worker: AgentWorker, input: PrepareInput, io: StepIo): Promise<PrepareValue> {
  const { message, head, hasKept } = input;
  worker.use(head);
  const notes = new StepNotes();
  const { tools: source } = worker;
  const toolbox = source.toolboxOf(await source.list(hasKept));
  // Which of them were rescued was not stored.
  const answer = { calls: message.tool_calls ?? [], origins: [], isLastCallOpen: false };
  const { profile } = worker.modelOf(head);
  const { calls } = await prepareAnswer(worker, { profile, input }, { answer, toolbox, io, notes });
  return { calls, facts: notes.add(worker.notes.take()).take() };
}

/** The tokens of an answer: the server's count, else an estimate. */
function tokensOf({ usage, content, reasoning, calls }: ModelAnswer): number {
  if (usage !== null) return usage.completion_tokens;
  const chars = calls.reduce((sum, call) => sum + call.function.arguments.length, content.length + reasoning.length);
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

// Owns the task that runs one prepared call, in whatever process has the agent. It always answers.

import type { CallValue } from '../../core/call.ts';
import type { StepIo } from '../../core/host.ts';
import { PLAIN_REQUEST } from '../../core/loop-state.ts';
import { MAX_KEPT_CHARS } from '../../core/run-state.ts';
import { checkAgain } from '../../tool/prepare-call.ts';
import { runCall } from '../../tool/run-call.ts';
import type { Tool } from '../../tool/tool.ts';
import type { CallInput, ModelInput } from '../loop/task-values.ts';
import { RESULT_TOOL } from '../loop/task-values.ts';
import { planTurn } from '../turn/ask-model.ts';
import type { AgentWorker } from './agent-worker.ts';
import { createCallContext } from './call-context.ts';
import { keptNote, resultToolWith } from './kept-results.ts';
import { StepNotes } from './step-notes.ts';

export async function callTask(worker: AgentWorker, input: CallInput, io: StepIo): Promise<CallValue> {
  const { call } = input;
  if (io.signal.aborted) return refuse('cancelled', 'The run was cancelled before this call ran.');
  if (io.isInDoubt) return inDoubt(call);
  worker.use(input.head);
  const tool = worker.tools.own.find(call.toolName) ?? (await findOther(worker, input, io));
  if (tool === undefined) return refuse('unknown_tool', `There is no tool \`${call.toolName}\` any more.`);
  const checked = worker.checked.get(call.arguments) ?? (await checkAgain(tool, call.arguments));
  if (checked === undefined) {
    return refuse('invalid_arguments', 'This call did not run: its arguments do not fit the tool as it is now.');
  }
  const notes = new StepNotes();
  const { callId, toolName } = call;
  const { idempotencyKey, signal, emit } = io;
  const subject = { callId, toolName, messages: input.messages, idempotencyKey, addUse: notes.addUse };
  const ran = await runCall({
    tool,
    call,
    args: checked.value,
    ...createCallContext(subject, worker, io),
    signal,
    emit,
    keep: (text) => keep(worker, notes, callId, text),
    now: worker.now,
    isLeaving: io.isLeaving,
  });
  return { hasRun: true, ...ran, facts: notes.add(worker.notes.take()).take() };
}

function refuse(problem: CallValue['problem'], content: string): CallValue {
  return { hasRun: false, result: { isError: true, content }, problem, facts: {} };
}

/** A call that an earlier process began, of a tool that must not act twice. It counts as one that ran. */
function inDoubt({ callId, toolName }: CallInput['call']): CallValue {
  const content =
    'This call was under way when its process ended. It is not known whether it took effect, and it was not run again. ' +
    'Find out first, if you can; else ask before you repeat it.';
  const message = `The call of \`${toolName}\` was under way when its process ended: it may have taken effect, and was not run again.`;
  const warnings = [{ code: 'call_in_doubt', message, callId, toolName }];
  return { hasRun: true, result: { isError: true, content }, problem: 'in_doubt', facts: { warnings } };
}

/** A tool that is not the agent's own. */
async function findOther(worker: AgentWorker, input: CallInput, io: StepIo): Promise<Tool | undefined> {
  const { toolName } = input.call;
  const { tools: source, agent, options } = worker;
  if (toolName === RESULT_TOOL) return resultToolWith(input);
  const listed = await source.list(false);
  const found = source.toolboxOf(listed).find(toolName) ?? source.planned(toolName);
  if (found !== undefined || (agent.prepareTurn ?? options.prepareTurn) === undefined) return found;
  // Only a hook brings it, and that ran in another process.
  source.plan((await planTurn(turnOf(worker, input, io), listed)).tools, listed);
  return source.planned(toolName);
}

function turnOf(worker: AgentWorker, { turn, head, messages }: CallInput, io: StepIo): Parameters<typeof planTurn>[0] {
  const { agent, client, options } = worker;
  const input: ModelInput = {
    turn,
    head,
    messages,
    phase: 'work',
    toolChoice: null,
    request: PLAIN_REQUEST,
    context: null,
    toolMode: 'server',
    serverParses: false,
    hasKept: false,
  };
  const { profile, params } = worker.modelOf(head);
  const { signal } = io;
  return { agent, client, hooks: options, input, profile, params, signal, warn: worker.notes.warn };
}

function keep(worker: AgentWorker, notes: StepNotes, callId: string, text: string): string {
  // One that is longer than all that is kept would take the place of every other, and then not fit itself.
  const isKept = worker.tools.own.find(RESULT_TOOL) === undefined && text.length <= MAX_KEPT_CHARS;
  if (isKept) notes.keep({ callId, text });
  return keptNote(callId, isKept);
}

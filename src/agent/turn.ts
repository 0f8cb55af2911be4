// Owns one turn's question: the plan, whether it fits the context, the request, and the ways round a server's limits.
// What the answer leads to is left to the loop.

import type { ToolChoice } from '../client/chat-params.ts';
import type { Outcome } from '../core/run-event.ts';
import type { CallFormat } from '../model/format/call-format.ts';
import type { ModelParams } from '../model/model-params.ts';
import { mergeParams } from '../model/model-params.ts';
import { formatsOf, rawFormatsOf } from '../model/profile/profile-of.ts';
import { createRescue } from '../model/scanner/rescue.ts';
import type { Tool } from '../tool/tool.ts';
import type { TurnPlan } from './agent.ts';
import { clientSideRequest } from './client-side-tools.ts';
import { fitContext, refit } from './context-window.ts';
import type { ModelAnswer } from './model-answer.ts';
import type { ModelCall } from './model-call.ts';
import { callModel } from './model-call.ts';
import type { RunContext } from './run-context.ts';
import { mintCallId } from './run-context.ts';
import { isParserMissing, rememberToolMode, toolModeOf } from './tool-mode.ts';
import { notStrictReason, turnRequest } from './turn-request.ts';

export interface Turn {
  readonly number: number;
  readonly phase: 'work' | 'output';
  readonly toolChoice: ToolChoice | undefined;
  /** For this request only. */
  readonly nudge: string | undefined;
  /** Over the run's. */
  readonly params: ModelParams;
}

/** The answer, or the outcome that takes its place. */
export type AskedModel =
  | { readonly answer: ModelAnswer; readonly outcome: undefined }
  | { readonly answer: undefined; readonly outcome: Outcome };

/** What a turn sends, as the hooks want it. */
export async function planTurn(run: RunContext, turn: Turn): Promise<TurnPlan> {
  const tools = turn.phase === 'output' ? [] : toolsNow(run);
  let plan: TurnPlan = {
    turn: turn.number,
    messages: run.state().messages,
    instructions: run.instructions,
    tools,
    toolChoice: tools.length === 0 ? undefined : turn.toolChoice,
    params: mergeParams(run.params, turn.params),
  };
  for (const prepare of [run.agent.prepareTurn, run.hooks.prepareTurn]) {
    if (prepare !== undefined) plan = await prepare(plan);
  }
  return plan;
}

/** Asks, and once more where the server turns out to have no tool parser. */
export async function askModel(run: RunContext, turn: Turn, plan: TurnPlan): Promise<AskedModel> {
  for (const tool of plan.tools) warnNotStrict(run, tool);
  const mode = toolModeOf(run.client, run.model);
  const first = await ask(run, turn, { plan, mode, key: `t${turn.number}/model` });
  if (first.outcome !== undefined || mode !== 'server' || !isParserMissing(first.answer)) return first;
  rememberToolMode(run.client, run.model, 'client');
  const message =
    'The server has no tool parser: its grammar makes the calls and they are read on this side from now on.';
  run.warn({ code: 'client_side_tools', message });
  return await ask(run, turn, { plan, mode: 'client', key: `t${turn.number}/model/client-side` });
}

/** The agent's own list itself where there are no others, so that nothing is made anew for it. */
function toolsNow(run: RunContext): readonly Tool[] {
  const others = [...run.providedTools(), ...run.extraTools()];
  return others.length === 0 ? run.toolbox.tools : [...run.toolbox.tools, ...others];
}

function warnNotStrict(run: RunContext, tool: Tool): void {
  const reason = notStrictReason(tool);
  if (reason === undefined) return;
  const message = `vLLM's grammar cannot enforce the arguments of \`${tool.name}\`: ${reason}`;
  run.warn({ code: 'not_strict', message, toolName: tool.name });
}

interface Way {
  readonly plan: TurnPlan;
  readonly mode: 'server' | 'client';
  readonly key: string;
}

async function ask(run: RunContext, turn: Turn, way: Way): Promise<AskedModel> {
  const call = await modelCall(run, turn, way);
  const fitted = await fitContext(run, call.request);
  if (fitted.outcome !== undefined) return { answer: undefined, outcome: fitted.outcome };
  const answer = await run.host.step(way.key, (io) => callModel(withRequest(call, fitted.request), io));
  if (answer.failure?.code !== 'context_overflow') return { answer, outcome: undefined };
  const refitted = await refit(run, fitted.request, answer.failure);
  if (refitted.outcome !== undefined) return { answer: undefined, outcome: refitted.outcome };
  const { request } = refitted;
  return {
    answer: await run.host.step(`${way.key}/clamped`, (io) => callModel(withRequest(call, request), io)),
    outcome: undefined,
  };
}

function withRequest(call: ModelCall, request: ModelCall['request']): ModelCall {
  return call.request === request ? call : { ...call, request };
}

async function modelCall(run: RunContext, turn: Turn, { plan, mode }: Way): Promise<ModelCall> {
  const { client, warn, profile } = run;
  const isClientSide = mode === 'client' && plan.tools.length > 0;
  const { request, formats } = isClientSide ? await askClientSide(run, turn, plan) : askServer(run, turn, plan);
  return {
    client,
    request,
    createScanner: scannerFor(plan.tools, formats),
    delimiters: profile.delimiters,
    mintId: (name, index) => mintCallId(run, name, index),
    warn,
    isClientSide,
  };
}

/** What is sent, and how calls may be written that turn up in the text of the answer. */
interface Asking {
  readonly request: ModelCall['request'];
  readonly formats: readonly CallFormat[];
}

async function askClientSide(run: RunContext, { nudge }: Turn, plan: TurnPlan): Promise<Asking> {
  const { request, format } = await clientSideRequest(run, plan, nudge);
  return { request, formats: rawFormatsOf(run.profile, format) };
}

function askServer(run: RunContext, { phase, nudge }: Turn, plan: TurnPlan): Asking {
  const output = phase === 'output' ? run.agent.output : undefined;
  return { request: turnRequest(run.model, plan, { nudge, output }), formats: formatsOf(run.profile) };
}

/** Calls that a server left in the text are looked for wherever there are tools; they turn up in the thinking too. */
function scannerFor(tools: readonly Tool[], formats: readonly CallFormat[]): ModelCall['createScanner'] {
  if (tools.length === 0) return undefined;
  return () => {
    const schemas = new Map(tools.map(({ name, schema }) => [name, schema.jsonSchema]));
    return createRescue({ formats, schemas });
  };
}

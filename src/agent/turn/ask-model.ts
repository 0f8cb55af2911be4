// Owns one question to the model: the plan, whether it fits the context, the request, and the second request where a server turns out to
// have no tool parser. What the answer leads to is left to the loop.

import { DefinitionError } from '../../core/definition-error.ts';
import type { StepIo } from '../../core/host.ts';
import { isObject } from '../../core/json.ts';
import type { ToolMode } from '../../core/loop-state.ts';
import type { Outcome } from '../../core/run-event.ts';
import { checkParams, mergeParams } from '../../model/model-params.ts';
import { formatsOf, rawFormatsOf, thinkingParams } from '../../model/profile/profile-of.ts';
import {
  knownToolMode,
  knownToParse,
  refusesEither,
  rememberToolMode,
  rememberToParse,
  rememberToRefuse,
} from '../../model/server-facts.ts';
import type { Tool } from '../../tool/tool.ts';
import type { TurnPlan } from '../agent.ts';
import type { ModelInput } from '../loop/task-values.ts';
import { clientSideRequest } from './client-side-tools.ts';
import type { ModelAnswer } from './model-answer.ts';
import type { ModelCall } from './model-call.ts';
import { callModel } from './model-call.ts';
import { notStrictReason, turnRequest } from './request.ts';
import type { WrittenCalls } from './rescue.ts';
import { textCallsOf } from './rescue.ts';
import type { TurnContext } from './turn-context.ts';
import { mintCallId } from './turn-context.ts';
import type { Fitted } from './window.ts';
import { fitContext, refit } from './window.ts';

/** The answer, or the outcome that takes its place. */
export type AskedModel =
  | {
      readonly answer: ModelAnswer;
      readonly outcome: undefined;
      readonly mode: ToolMode;
      /** Tokens of the prompt, counted or estimated. */
      readonly promptTokens: number;
    }
  | { readonly answer: undefined; readonly outcome: Outcome; readonly mode: ToolMode };

/** What a turn sends, as the hooks want it. */
export async function planTurn(turn: TurnContext, tools: readonly Tool[]): Promise<TurnPlan> {
  const { agent, hooks, input, params } = turn;
  let plan: TurnPlan = {
    turn: input.turn,
    messages: input.messages,
    instructions: input.head.instructions,
    tools,
    toolChoice: tools.length === 0 ? undefined : (input.toolChoice ?? undefined),
    params: mergeParams(params, paramsOf(turn, input.request)),
  };
  for (const prepare of [agent.prepareTurn, hooks.prepareTurn]) {
    if (prepare === undefined) continue;
    plan = await prepare(plan);
    if (!isObject(plan)) throw new DefinitionError('`prepareTurn` must return the plan, changed or not.');
    checkParams(plan.params, '`prepareTurn`');
  }
  return plan;
}

/** The parameters of this request alone. */
function paramsOf(
  { profile, params }: TurnContext,
  { isWithoutThinking, roomFactor }: ModelInput['request'],
): TurnContext['params'] {
  if (!isWithoutThinking && roomFactor === 1) return {};
  const { max_tokens: tokens, max_completion_tokens: completion } = params;
  return {
    ...(isWithoutThinking && thinkingParams(profile, 'off')),
    ...(typeof tokens === 'number' && { max_tokens: tokens * roomFactor }),
    ...(typeof completion === 'number' && { max_completion_tokens: completion * roomFactor }),
  };
}

/** Asks, and once more where the server turns out to have no tool parser. */
export async function askModel(turn: TurnContext, plan: TurnPlan, io: StepIo): Promise<AskedModel> {
  for (const tool of plan.tools) warnNotStrict(turn, tool);
  const { client, input } = turn;
  const { model } = input.head;
  const mode = input.toolMode === 'server' ? (knownToolMode(client, model) ?? 'server') : input.toolMode;
  const first = await ask(turn, plan, mode, io);
  const code = first.answer?.failure?.code;
  if (mode === 'client_json' && code === 'bad_request') return await askWithoutEither(turn, plan, io);
  if (first.answer?.isMeantCall) return meant(turn, first);
  if (mode !== 'server' || code !== 'tool_parser_missing') return first;
  return await askClientSide(turn, plan, io);
}

/** The model means calls and does not write them as its server reads them: from now on it is asked under a grammar of calls or words. */
function meant({ client, input: { head, serverParses } }: TurnContext, asked: AskedModel): AskedModel {
  const isParser = serverParses || knownToParse(client, head.model);
  // A server that can parse this model's calls is asked to in other runs.
  if (!isParser) rememberToolMode(client, head.model, 'client_json');
  return { ...asked, mode: 'client_json' };
}

/** A server that does not take the grammar is asked as before, and what it leaves in the text stays text. */
async function askWithoutEither(turn: TurnContext, plan: TurnPlan, io: StepIo): Promise<AskedModel> {
  rememberToRefuse(turn.client, turn.input.head.model);
  const asked = await ask(turn, plan, 'server', io);
  return asked.answer?.failure?.code === 'tool_parser_missing' ? await askClientSide(turn, plan, io) : asked;
}

async function askClientSide(turn: TurnContext, plan: TurnPlan, io: StepIo): Promise<AskedModel> {
  rememberToolMode(turn.client, turn.input.head.model, 'client');
  const message =
    'The server has no tool parser: its grammar makes the calls and they are read on this side from now on.';
  turn.warn({ code: 'client_side_tools', message });
  const asked = await ask(turn, plan, 'client', io);
  return asked.answer?.isMeantCall ? meant(turn, asked) : asked;
}

function warnNotStrict({ warn }: TurnContext, tool: Tool): void {
  const reason = notStrictReason(tool);
  if (reason === undefined) return;
  const message = `vLLM's grammar cannot enforce the arguments of \`${tool.name}\`: ${reason}`;
  warn({ code: 'not_strict', message, toolName: tool.name });
}

/** Asks in one mode; once more with less room for the answer where the server refuses for length. */
async function ask(turn: TurnContext, plan: TurnPlan, mode: ToolMode, io: StepIo): Promise<AskedModel> {
  const isClientSide = mode !== 'server' && plan.tools.length > 0;
  const built = isClientSide ? await buildClientSide(turn, plan, mode) : build(turn, plan);
  const send = async (fitted: Fitted): Promise<AskedModel> => {
    if (fitted.outcome !== undefined) return { answer: undefined, outcome: fitted.outcome, mode };
    const call: ModelCall = {
      client: turn.client,
      request: fitted.request,
      textCalls: textCallsOf(turn, plan.tools, built),
      delimiters: turn.profile.delimiters,
      mintId: (name, index) => mintCallId(turn, name, index),
      warn: turn.warn,
    };
    const answer = await callModel(call, io);
    if (answer.origins.includes('server')) rememberToParse(turn.client, turn.input.head.model);
    return { answer, outcome: undefined, mode, promptTokens: fitted.tokens };
  };
  const fitted = await fitContext(turn, plan, built.request);
  const first = await send(fitted);
  const overflow = first.answer?.overflow ?? null;
  if (overflow === null || fitted.outcome !== undefined) return first;
  return await send(await refit(turn, fitted.request, overflow));
}

/** What is sent, and how calls may be written that turn up in the text of the answer. */
interface BuiltRequest extends WrittenCalls {
  readonly request: ModelCall['request'];
}

async function buildClientSide(
  turn: TurnContext,
  plan: TurnPlan,
  mode: Exclude<ToolMode, 'server'>,
): Promise<BuiltRequest> {
  const { request, format } = await clientSideRequest(turn, plan, mode);
  const canAskOtherwise = mode === 'client' && !refusesEither(turn.client, turn.input.head.model);
  return { request, formats: rawFormatsOf(turn.profile, format), agreed: format, canAskOtherwise };
}

function build({ agent, client, input, profile }: TurnContext, plan: TurnPlan): BuiltRequest {
  const { head, phase, request } = input;
  const output = phase === 'output' ? agent.output : undefined;
  return {
    request: turnRequest(head, plan, { nudge: request.nudge, output }),
    formats: formatsOf(profile),
    agreed: undefined,
    canAskOtherwise: !refusesEither(client, head.model),
  };
}

// Owns one question to the model: the plan, whether it fits the context, the request, and further requests where a server turns out to
// have no tool parser, or a template that refuses the conversation. What the answer leads to is left to the loop.

import { DefinitionError } from '../../core/definition-error.ts';
import type { StepIo } from '../../core/host.ts';
import { isObject } from '../../core/json.ts';
import type { ToolMode } from '../../core/loop-state.ts';
import type { Outcome } from '../../core/run-event.ts';
import type { ModelParams } from '../../model/model-params.ts';
import { checkParams, mergeParams } from '../../model/model-params.ts';
import type { TemplateRule } from '../../model/profile/profile.ts';
import { TEMPLATE_RULES } from '../../model/profile/profile.ts';
import { formatsOf, rawFormatsOf, thinkingParams } from '../../model/profile/profile-of.ts';
import {
  knownRules,
  knownToolMode,
  knownToParse,
  refusesEither,
  rememberRules,
  rememberToolMode,
  rememberToParse,
  rememberToRefuse,
} from '../../model/server-facts.ts';
import type { Tool } from '../../tool/tool.ts';
import type { TurnPlan } from '../agent.ts';
import { clientSideRequest } from './client-side-tools.ts';
import type { ModelAnswer } from './model-answer.ts';
import type { ModelCall } from './model-call.ts';
import { callModel } from './model-call.ts';
import { notStrictReason, turnRequest } from './request.ts';
import type { WrittenCalls } from './rescue.ts';
import { textCallsOf } from './rescue.ts';
import { obeyRules, rulesBroken } from './template-rules.ts';
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
    params: mergeParams(params, paramsOf(turn)),
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
function paramsOf({ profile, params, input: { request, room } }: TurnContext): TurnContext['params'] {
  return { ...(request.isWithoutThinking && thinkingParams(profile, 'off')), ...roomParams(params, room ?? 0) };
}

/** At least so much room, under the name that the agent uses. */
function roomParams({ max_tokens: tokens, max_completion_tokens: completion }: ModelParams, room: number): ModelParams {
  if (room === 0) return {};
  const more = {
    ...(typeof tokens === 'number' && { max_tokens: Math.max(tokens, room) }),
    ...(typeof completion === 'number' && { max_completion_tokens: Math.max(completion, room) }),
  };
  return Object.keys(more).length === 0 ? { max_tokens: Math.max(room, LEAST_ROOM) } : more;
}

/** Where only the server has a limit: an answer that it cuts earlier than this was cut by a default that is far too small. */
const LEAST_ROOM = 1024;

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

/** Asks in one mode; again in a stricter form where the server's template refuses the conversation. */
async function ask(turn: TurnContext, plan: TurnPlan, mode: ToolMode, io: StepIo): Promise<AskedModel> {
  const { client, input, profile } = turn;
  const { model } = input.head;
  const rules = [...profile.rules, ...knownRules(client, model)];
  const built = await buildIn(turn, plan, mode);
  const first = await askOnce(turn, plan, { built: obeying(built, rules), mode, io });
  const refusal = refusalOf(first);
  if (refusal === undefined) return first;
  const broken = rulesBroken(obeying(built, rules).request.messages, rulesToTry(refusal));
  if (broken.length > 0) {
    const second = await askOnce(turn, plan, { built: obeying(built, [...rules, ...broken]), mode, io });
    if (refusalOf(second) === undefined) {
      rememberRules(client, model, broken);
      const message = `The server refused the form of the conversation, which is changed for it from now on: ${refusal}`;
      turn.warn({ code: 'history_adapted', message });
      return second;
    }
  }
  if (input.request.nudge === null) return first;
  // The same conversation was taken before the nudge.
  const plain = { ...turn, input: { ...input, request: { ...input.request, nudge: null } } };
  const third = await askOnce(turn, plan, { built: obeying(await buildIn(plain, plan, mode), rules), mode, io });
  return refusalOf(third) === undefined ? third : first;
}

/** What the server said when it refused the request as it is; undefined where it did not. */
function refusalOf({ answer }: AskedModel): string | undefined {
  return answer?.failure?.code === 'bad_request' ? answer.failure.message : undefined;
}

/** Every conversation has a system message: that it is refused must be said. */
function rulesToTry(refusal: string): readonly TemplateRule[] {
  const isOfRoles = /role|system/i.test(refusal);
  return TEMPLATE_RULES.filter((rule) => rule !== 'no_system' || isOfRoles);
}

function obeying(built: BuiltRequest, rules: readonly TemplateRule[]): BuiltRequest {
  const { messages } = built.request;
  const changed = obeyRules(messages, rules);
  return changed === messages ? built : { ...built, request: { ...built.request, messages: changed } };
}

async function buildIn(turn: TurnContext, plan: TurnPlan, mode: ToolMode): Promise<BuiltRequest> {
  const isClientSide = mode !== 'server' && plan.tools.length > 0;
  return isClientSide ? await buildClientSide(turn, plan, mode) : build(turn, plan);
}

interface Asking {
  readonly built: BuiltRequest;
  readonly mode: ToolMode;
  readonly io: StepIo;
}

/** Asks; once more with less room for the answer where the server refuses for length. */
async function askOnce(turn: TurnContext, plan: TurnPlan, { built, mode, io }: Asking): Promise<AskedModel> {
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
    request: turnRequest(head.model, plan, { nudge: request.nudge, output }),
    formats: formatsOf(profile),
    agreed: undefined,
    canAskOtherwise: !refusesEither(client, head.model),
  };
}

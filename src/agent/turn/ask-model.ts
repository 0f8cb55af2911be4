// Owns one question to the model: the plan, the tool mode, and a second request where a server turns out to have no tool parser or to refuse
// a grammar. Asking in one mode is left to `ask-in-mode.ts`, what the answer leads to, to the loop.

import { DefinitionError } from '../../core/definition-error.ts';
import type { StepIo } from '../../core/host.ts';
import { isObject } from '../../core/json.ts';
import type { ModelParams } from '../../model/model-params.ts';
import { checkParams, mergeParams } from '../../model/model-params.ts';
import { thinkingParams } from '../../model/profile/profile-of.ts';
import {
  forgetRefusal,
  knownToolMode,
  knownToParse,
  rememberToolMode,
  rememberToRefuse,
} from '../../model/server-facts.ts';
import type { Tool } from '../../tool/tool.ts';
import type { TurnPlan } from '../agent.ts';
import type { AskedModel } from './ask-in-mode.ts';
import { askInMode } from './ask-in-mode.ts';
import { notStrictReason } from './request.ts';
import type { TurnContext } from './turn-context.ts';

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
  const first = await askInMode(turn, plan, mode, io);
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
  const asked = await askInMode(turn, plan, 'server', io);
  // It is not the grammar that is refused.
  if (asked.answer?.failure?.code === 'bad_request') forgetRefusal(turn.client, turn.input.head.model);
  return asked.answer?.failure?.code === 'tool_parser_missing' ? await askClientSide(turn, plan, io) : asked;
}

async function askClientSide(turn: TurnContext, plan: TurnPlan, io: StepIo): Promise<AskedModel> {
  rememberToolMode(turn.client, turn.input.head.model, 'client');
  const message =
    'The server has no tool parser: its grammar makes the calls and they are read on this side from now on.';
  turn.warn({ code: 'client_side_tools', message });
  const asked = await askInMode(turn, plan, 'client', io);
  return asked.answer?.isMeantCall ? meant(turn, asked) : asked;
}

function warnNotStrict({ warn }: TurnContext, tool: Tool): void {
  const reason = notStrictReason(tool);
  if (reason === undefined) return;
  const message = `vLLM's grammar cannot enforce the arguments of \`${tool.name}\`: ${reason}`;
  warn({ code: 'not_strict', message, toolName: tool.name });
}

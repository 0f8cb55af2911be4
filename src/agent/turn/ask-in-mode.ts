// Owns asking in one tool mode: the request built, in a form that the server's template takes, with as much room as there is. Which mode it is
// is left to `ask-model.ts`.

import type { StepIo } from '../../core/host.ts';
import type { ToolMode } from '../../core/loop-state.ts';
import type { Outcome } from '../../core/run-event.ts';
import type { TemplateRule } from '../../model/profile/profile.ts';
import { TEMPLATE_RULES } from '../../model/profile/profile.ts';
import { formatsOf, rawFormatsOf } from '../../model/profile/profile-of.ts';
import { thinkReading } from '../../model/profile/think-reading.ts';
import { knownRules, refusesEither, rememberRules, rememberToParse } from '../../model/server-facts.ts';
import type { TurnPlan } from '../agent.ts';
import { clientSideRequest } from './client-side-tools.ts';
import type { ModelAnswer } from './model-answer.ts';
import type { ModelCall } from './model-call.ts';
import { callModel } from './model-call.ts';
import { turnRequest } from './request.ts';
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

/** Asks in one mode; again in a stricter form where the server's template refuses the conversation. */
export async function askInMode(turn: TurnContext, plan: TurnPlan, mode: ToolMode, io: StepIo): Promise<AskedModel> {
  const { client, input, profile } = turn;
  const { model } = input.head;
  const rules = [...profile.rules, ...knownRules(client, model)];
  const built = await buildIn(turn, plan, mode);
  const first = await askOnce(turn, plan, { built: obeying(built, rules), mode, io });
  const refusal = refusalOf(first);
  if (refusal === undefined) return first;
  const { messages } = obeying(built, rules).request;
  for (const broken of rulesToTry(refusal).map((some) => rulesBroken(messages, some))) {
    if (broken.length === 0) continue;
    const again = await askOnce(turn, plan, { built: obeying(built, [...rules, ...broken]), mode, io });
    if (refusalOf(again) !== undefined) continue;
    rememberRules(client, model, broken);
    const message = `The server refused the form of the conversation, which is changed for it from now on: ${refusal}`;
    turn.warn({ code: 'history_adapted', message });
    return again;
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

/** Every conversation has a system message: it is moved last, and only where the server says what may come of it. */
function rulesToTry(refusal: string): readonly (readonly TemplateRule[])[] {
  const others = TEMPLATE_RULES.filter((rule) => rule !== 'no_system');
  return /role|system/i.test(refusal) ? [others, TEMPLATE_RULES] : [others];
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
      textCalls: textCallsOf(turn, plan, built),
      thinking: thinkReading(turn.profile, fitted.request),
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

// Owns answering a provider that asks the run's model something: only where the agent allows it, counted against the run's limits.

import type { ChatParams } from '../../client/chat-params.ts';
import type { VllmClient } from '../../client/client.ts';
import type { JsonObject } from '../../core/json.ts';
import { asJson, isObject } from '../../core/json.ts';
import { NOTHING_SPENT } from '../../core/run-state.ts';
import type { Usage } from '../../core/usage.ts';
import { addUsage, NO_USAGE } from '../../core/usage.ts';
import type { ModelParams } from '../../model/model-params.ts';
import { readArguments } from '../../schema/read-arguments.ts';
import type { SampleAnswer, SampleRequest } from '../../tool/tool-provider.ts';
import type { Agent } from '../agent.ts';
import type { Budget } from '../loop/budget.ts';
import type { RunOptions } from '../run-options.ts';
import { toWire } from '../turn/history.ts';
import { sessionOf } from '../turn/request.ts';
import type { StepNotes } from './step-notes.ts';

/** The run that is asked for: what its process holds, and its model. */
export interface SampledRun {
  readonly agent: Agent;
  readonly client: VllmClient;
  readonly options: RunOptions;
  readonly budget: Budget | undefined;
  readonly notes: StepNotes;
  readonly model: string;
  readonly sessionId: string;
  readonly params: ModelParams;
}

/** Asks the model. Rejects with the reason when the agent, a person or a limit does not allow it. */
export async function answerSample(
  run: SampledRun,
  request: SampleRequest,
  signal: AbortSignal,
): Promise<SampleAnswer> {
  const { agent, budget, client } = run;
  if (agent.sampling === undefined) throw new Error('This agent does not let servers ask its model.');
  const over = budget?.over('turns', 1) ?? budget?.over('tokens', request.maxTokens);
  if (over?.type === 'limit') throw new Error(over.message);
  if (agent.sampling === 'ask') await askPerson(run, request);
  budget?.spendInside('turns', 1);
  const response = await client.chat.completions.create(paramsOf(run, request), { signal });
  countUse(run, response.usage ?? null);
  const [choice] = response.choices;
  const called = choice?.message.tool_calls ?? [];
  // The last call of a cut answer is not whole, also when it parses: servers close cut JSON.
  const whole = choice?.finish_reason === 'length' ? called.slice(0, -1) : called;
  const calls = whole.flatMap(({ id, function: { name, arguments: text } }) => {
    const read = readArguments(text, false);
    return read.type === 'read' ? [{ id, name, arguments: read.value }] : [];
  });
  const { content } = choice?.message ?? {};
  return {
    model: run.model,
    text: typeof content === 'string' ? content : '',
    calls,
    stopReason: calls.length > 0 ? 'toolUse' : choice?.finish_reason === 'length' ? 'maxTokens' : 'endTurn',
  };
}

async function askPerson(
  { agent, options }: SampledRun,
  { provider, messages, maxTokens }: SampleRequest,
): Promise<void> {
  const approve = options.approve ?? agent.approve;
  const id = `sample/${provider}`;
  const args: JsonObject = { messages: asJson(messages), maxTokens };
  const isAllowed = await approve?.({ id, callId: id, toolName: `${provider} (asks the model)`, arguments: args });
  if (isAllowed !== true) throw new Error('A person did not allow it.');
}

/** Counted for the limits at once, and told with the value of the step under way. */
function countUse({ budget, notes }: SampledRun, usage: Usage | null): void {
  const tokens = usage?.total_tokens ?? 0;
  budget?.spendInside('tokens', tokens);
  notes.addUse({
    usage: usage === null ? NO_USAGE : addUsage(NO_USAGE, usage),
    spent: { ...NOTHING_SPENT, turns: 1, tokens },
  });
}

function paramsOf(
  { model, sessionId, params }: SampledRun,
  request: SampleRequest,
): ChatParams & { readonly stream: false } {
  const { tools, toolChoice, temperature, stopSequences } = request;
  return {
    ...params,
    stream: false,
    model,
    session_id: sessionOf(sessionId, params),
    messages: toWire('', request.messages),
    max_tokens: request.maxTokens,
    ...(temperature !== undefined && { temperature }),
    ...(stopSequences !== undefined && { stop: [...stopSequences] }),
    ...(tools !== undefined && {
      tools: tools.filter(isObject).map((tool) => ({ type: 'function', function: tool }) as const),
      ...(toolChoice !== undefined && { tool_choice: toolChoice }),
    }),
  };
}

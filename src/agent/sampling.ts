// Owns answering a provider that asks the run's model something: only where the agent allows it, counted against the run's limits.

import type { ChatParams } from '../client/chat-params.ts';
import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { readArguments } from '../schema/read-arguments.ts';
import type { SampleAnswer, SampleRequest } from '../tool/tool-provider.ts';
import { toWire } from './history.ts';
import type { RunContext } from './run-context.ts';

/** Asks the model. Rejects with the reason when the agent, a person or a limit does not allow it. */
export async function answerSample(
  run: RunContext,
  request: SampleRequest,
  signal: AbortSignal,
): Promise<SampleAnswer> {
  const { sampling } = run.agent;
  const approve = run.hooks.approve ?? run.agent.approve;
  if (sampling === undefined) throw new Error('This agent does not let servers ask its model.');
  const over = run.budget.over('turns', 1) ?? run.budget.over('tokens', request.maxTokens);
  if (over?.type === 'limit') throw new Error(over.message);
  if (sampling === 'ask') {
    const asked = { callId: `sample/${request.provider}`, toolName: `${request.provider} (asks the model)` };
    const shown = { messages: request.messages, maxTokens: request.maxTokens } as unknown as JsonObject; // plain data
    if ((await approve?.({ ...asked, arguments: shown })) !== true) throw new Error('A person did not allow it.');
  }
  run.budget.spend('turns', 1);
  const response = await run.client.chat.completions.create(paramsOf(run, request), {
    signal: AbortSignal.any([signal, run.signal]),
  });
  run.budget.spend('tokens', response.usage?.total_tokens ?? 0);
  const [choice] = response.choices;
  const calls = (choice?.message.tool_calls ?? []).flatMap(({ id, function: { name, arguments: text } }) => {
    const read = readArguments(text, choice?.finish_reason === 'length');
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

function paramsOf(run: RunContext, request: SampleRequest): ChatParams & { readonly stream: false } {
  const { tools, toolChoice, temperature, stopSequences } = request;
  return {
    ...run.params,
    stream: false,
    model: run.model,
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

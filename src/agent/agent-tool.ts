// Owns an agent as a tool of another: a run of its own inside the call's step, its events among the outer run's, its use in the outer
// run's limits.

import { DefinitionError } from '../core/definition-error.ts';
import type { JsonObject } from '../core/json.ts';
import { unknownOption } from '../core/known-names.ts';
import type { RunEvent } from '../core/run-event.ts';
import type { ModelParams } from '../model/model-params.ts';
import { defineTool } from '../tool/define-tool.ts';
import type { Tool, ToolContext } from '../tool/tool.ts';
import type { Agent } from './agent.ts';
import { checkAgent } from './check-input.ts';
import { RunStream } from './run.ts';
import type { RunOptions, RunResult } from './run-options.ts';
import { outerRunOf } from './tasks/call-context.ts';

export interface AgentToolOptions {
  /** Default: the agent's name. */
  readonly name?: string;
  /** For the outer model. Default: the agent's description. */
  readonly description?: string;
}

/**
 * Makes an agent a tool of another one: it is given a task as text and answers with its text, or with its structured
 * output. Each call is a run with a history of its own; client, model, parameters and context are those of the outer run's options.
 * The run has the same id and the same step keys on every attempt at the call.
 */
export function agentTool(agent: Agent, options: AgentToolOptions = {}): Tool {
  checkAgent(agent);
  const unknown = unknownOption(options, { names: ['name', 'description'] });
  if (unknown !== undefined) throw new DefinitionError(`agentTool of \`${agent.name}\`: ${unknown}`);
  const tool = defineTool({
    name: options.name ?? agent.name,
    description: options.description ?? agent.description,
    parameters: TASK,
    // Its own limits end it, in words that tell which.
    timeoutMs: 0,
    execute: async (args, context) => answerOf(await runInner(agent, String(args.task), context)),
  });
  return { ...tool, holdsRun: true };
}

const TASK: JsonObject = {
  type: 'object',
  properties: { task: { type: 'string', description: 'What to do, with all that is needed to do it.' } },
  required: ['task'],
  additionalProperties: false,
};

async function runInner(agent: Agent, task: string, context: ToolContext): Promise<RunResult> {
  const outer = outerRunOf(context);
  if (outer === undefined) throw new Error('An agent can be a tool only inside a run.');
  const { signal, callId: parentCallId } = context;
  const { setting, idempotencyKey: runId, io } = outer;
  const { client, budget } = setting;
  const options = { ...inherited(setting.options), signal, runId };
  const stream = new RunStream({ agent, input: task, options, client, host: io.inner, budget });
  for await (const event of stream) {
    // The innermost call is the parent: a view finds the outer ones by their own events.
    const nested: RunEvent = { ...event, parentCallId: event.parentCallId ?? parentCallId };
    io.emit(nested);
    await io.ready();
  }
  const result = await stream.result;
  const { usage, spent } = result.state;
  outer.addUse({ usage, spent });
  return result;
}

function inherited({ model, context, approve, thinking, params, rescue }: RunOptions): RunOptions {
  return {
    ...(approve !== undefined && { approve }),
    ...(params !== undefined && { params: withoutSession(params) }),
    ...(rescue !== undefined && { rescue }),
    model,
    context,
    thinking,
  };
}

/** An inner run is a conversation of its own, which a router may keep elsewhere. */
function withoutSession({ session_id: _session, ...params }: ModelParams): ModelParams {
  return params;
}

/** What the outer model reads. A run that did not complete is a failure of the tool, with its reason. */
function answerOf(result: RunResult): unknown {
  const { outcome, text, output } = result;
  switch (outcome.type) {
    case 'completed':
      return output ?? text;
    case 'limit':
    case 'empty':
      throw new Error(`${outcome.message}${text.trim() === '' ? '' : ` It had come so far: ${text}`}`);
    case 'failed':
      throw new Error(outcome.error.message);
    case 'waiting':
      throw new Error('It needs the approval of a person, which an inner agent cannot wait for.');
    case 'aborted':
      throw new Error('It was cancelled.');
    default:
      return outcome satisfies never;
  }
}

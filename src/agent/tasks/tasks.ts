// Owns the tasks of an agent: everything that its runs do to the world, by name and JSON, so that a host can run any of it in any process
// that has the agent. The order of things is left to `src/agent/loop`.

import type { VllmClient } from '../../client/client.ts';
import type { StepIo, Task, Tasks } from '../../core/host.ts';
import { resolveModel, weightsOf } from '../../model/server-facts.ts';
import type { Agent } from '../agent.ts';
import type { AddedInput, AddedValue, StartValue, TaskTypes } from '../loop/task-values.ts';
import type { TaskSetting } from './agent-worker.ts';
import { AgentWorker } from './agent-worker.ts';
import { callTask } from './call-task.ts';
import { modelTask, prepareTask } from './model-task.ts';

export interface AgentTasks {
  readonly tasks: Tasks;
  /** Closes the providers that the tasks opened. Never rejects. */
  readonly close: () => Promise<void>;
}

/**
 * The tasks of an agent in this process. They may serve one run or many; whoever makes them closes them. Providers are opened with the first
 * task that needs them.
 */
export function tasksOf(agent: Agent, client: VllmClient, setting: TaskSetting = {}): AgentTasks {
  const worker = new AgentWorker(agent, client, setting);
  return {
    tasks: {
      start: task<'start'>((_input, io) => startTask(worker, io)),
      added: task<'added'>((input, io) => addedTask(worker, input, io)),
      model: task<'model'>((input, io) => modelTask(worker, input, io)),
      prepare: task<'prepare'>((input, io) => prepareTask(worker, input, io)),
      call: task<'call'>((input, io) => callTask(worker, input, io)),
    },
    close: () => worker.tools.close(),
  };
}

type Typed<Name extends keyof TaskTypes> = (
  input: TaskTypes[Name]['input'],
  io: StepIo,
) => Promise<TaskTypes[Name]['value']>;

/** The loop gives a task its own input, and takes its own value: see `TaskTypes`. Both are JSON, declared as interfaces. */
function task<Name extends keyof TaskTypes>(run: Typed<Name>): Task {
  return run as unknown as Task;
}

async function startTask(worker: AgentWorker, { signal }: StepIo): Promise<StartValue> {
  const { agent, client, options, tools } = worker;
  const hasProviders = agent.providers.length > 0;
  // Side by side: each may wait for somebody else.
  const [{ model, weights }, own, provided] = await Promise.all([
    readModel(client, options.model ?? agent.model, signal),
    typeof agent.instructions === 'function' ? agent.instructions() : agent.instructions,
    hasProviders ? tools.providers() : undefined,
  ]);
  return {
    model,
    weights,
    instructions: [own, provided?.instructions ?? ''].filter((text) => text !== '').join('\n\n'),
    hasTools: tools.own.tools.length > 0 || (hasProviders && (await tools.list(false)).length > 0),
    at: worker.now(),
    facts: worker.notes.take(),
  };
}

async function readModel(
  client: VllmClient,
  given: string | undefined,
  signal: AbortSignal,
): Promise<Pick<StartValue, 'model' | 'weights'>> {
  const model = await resolveModel(client, given, signal);
  return { model, weights: await weightsOf(client, model, signal) };
}

async function addedTask(worker: AgentWorker, { timeMs, since }: AddedInput, io: StepIo): Promise<AddedValue> {
  const received = (await io.received?.()) ?? [];
  const messages = [...received, ...(await worker.takeSteering())];
  const at = worker.now();
  return { messages, timeMs: since === null ? timeMs : timeMs + Math.max(0, at - since), at };
}

// Owns what one process holds for the runs of an agent: the client, the hooks, the opened providers. What a run needs to go on is not here
// but in its state and in the values of its steps.

import type { VllmClient } from '../../client/client.ts';
import type { Message } from '../../core/message.ts';
import type { ModelParams } from '../../model/model-params.ts';
import { mergeParams } from '../../model/model-params.ts';
import type { Profile } from '../../model/profile/profile.ts';
import { profileOf, thinkingParams } from '../../model/profile/profile-of.ts';
import { contextLength, resolveModel } from '../../model/server-facts.ts';
import type { SampleAnswer, SampleRequest } from '../../tool/tool-provider.ts';
import type { Agent } from '../agent.ts';
import type { Budget } from '../loop/budget.ts';
import type { RunHead } from '../loop/task-values.ts';
import type { RunOptions } from '../run-options.ts';
import { openProviders } from './providers.ts';
import { answerSample } from './sampling.ts';
import { StepNotes } from './step-notes.ts';
import { ToolSource } from './tool-source.ts';

export interface TaskSetting {
  /** Hooks, parameters and context of the runs. */
  readonly options?: RunOptions;
  /** Ends what the providers do. */
  readonly signal?: AbortSignal;
  /** Of the one run that these tasks are for; absent where they serve many, each of which counts elsewhere. */
  readonly budget?: Budget;
  /** Messages that were sent to the run since the last time. */
  readonly takeSteering?: () => readonly Message[] | Promise<readonly Message[]>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** What follows from the model that a run asks. */
interface ModelSetting extends Pick<RunHead, 'model' | 'weights'> {
  readonly profile: Profile;
  readonly params: ModelParams;
}

export class AgentWorker {
  readonly agent: Agent;
  readonly client: VllmClient;
  readonly options: RunOptions;
  readonly budget: Budget | undefined;
  readonly signal: AbortSignal;
  readonly takeSteering: NonNullable<TaskSetting['takeSteering']>;
  readonly now: () => number;
  readonly tools: ToolSource;
  /** Warnings and use of providers, which may come at any time: the next step that ends takes them into its value. */
  readonly notes = new StepNotes();
  /** What the schema made of arguments that were prepared here, so that they are not checked again to run. */
  readonly checked = new WeakMap<object, { readonly value: unknown }>();
  #head: RunHead | undefined;
  #model: ModelSetting | undefined;

  constructor(agent: Agent, client: VllmClient, setting: TaskSetting) {
    this.agent = agent;
    this.client = client;
    this.options = setting.options ?? {};
    this.budget = setting.budget;
    this.signal = setting.signal ?? new AbortController().signal;
    this.takeSteering = setting.takeSteering ?? (() => []);
    this.now = setting.now ?? (() => performance.timeOrigin + performance.now());
    this.tools = new ToolSource(
      agent,
      () => this.#openProviders(),
      () => this.#contextTokens(),
    );
  }

  /** What the run under way has read at its start: for providers that ask its model. */
  use(head: RunHead): void {
    this.#head = head;
  }

  /** The family of the model, and the parameters of the run for it. */
  modelOf({ model, weights }: RunHead): ModelSetting {
    const known = this.#model;
    if (known?.model === model && known.weights === weights) return known;
    const { agent, options } = this;
    const profile = profileOf(model, weights);
    const switches = thinkingParams(profile, options.thinking ?? agent.thinking);
    const params = mergeParams(mergeParams(switches, agent.params), options.params ?? {});
    this.#model = { model, weights, profile, params };
    return this.#model;
  }

  async #contextTokens(): Promise<number | undefined> {
    const { client, agent, options, signal } = this;
    try {
      return await contextLength(client, await resolveModel(client, options.model ?? agent.model, signal), signal);
    } catch {
      // The request to the model says what is wrong with the server.
      return undefined;
    }
  }

  #openProviders(): ReturnType<typeof openProviders> {
    const { agent, options, signal, notes } = this;
    const askUser = options.askUser ?? agent.askUser;
    return openProviders(agent.providers, {
      signal,
      warn: notes.warn,
      ...(askUser !== undefined && { askUser }),
      ...(agent.sampling !== undefined && {
        sample: (request: SampleRequest, given: AbortSignal) => this.#sample(request, given),
      }),
    });
  }

  #sample(request: SampleRequest, signal: AbortSignal): Promise<SampleAnswer> {
    const head = this.#head;
    if (head === undefined) throw new Error('The run has not started: its model cannot be asked yet.');
    const { agent, client, options, budget, notes } = this;
    const { model, sessionId } = head;
    const { params } = this.modelOf(head);
    const run = { agent, client, options, budget, notes, model, sessionId, params };
    return answerSample(run, request, AbortSignal.any([signal, this.signal]));
  }
}

// Owns what surrounds the turns of one run: its parts put together, `run_start` and `run_end`, its time, its result.
// The consumer's side is left to `run.ts`, the turns to `loop.ts`.

import { randomUUID } from 'node:crypto';
import { DefinitionError } from '../core/definition-error.ts';
import type { Host, StepIo } from '../core/host.ts';
import type { JsonValue } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { Outcome, PendingApproval, RunEvent, RunWarning } from '../core/run-event.ts';
import type { Canceller } from '../flow/canceller.ts';
import { mergeParams } from '../model/model-params.ts';
import { thinkingParams } from '../model/profile/profile-of.ts';
import { checkThinking } from '../model/profile/thinking.ts';
import type { SampleRequest } from '../tool/tool-provider.ts';
import type { Toolbox } from '../tool/toolbox.ts';
import { toolboxOf } from './agent-toolbox.ts';
import { Budget } from './budget.ts';
import { CALL_TASK } from './call-round.ts';
import type { CallInput, CallServices } from './call-task.ts';
import { doCall } from './call-task.ts';
import { resolveLimits } from './limits.ts';
import type { Ending } from './loop.ts';
import { takeTurns } from './loop.ts';
import { failureFrom } from './model-answer.ts';
import type { OpenProviders } from './providers.ts';
import { openProviders } from './providers.ts';
import type { ResultStore } from './result-store.ts';
import { createResultStore, RESULT_TOOL } from './result-store.ts';
import type { RunContext } from './run-context.ts';
import { createRunFold } from './run-fold.ts';
import type { RunJob, RunResult } from './run-options.ts';
import type { RunState } from './run-state.ts';
import { answerSample } from './sampling.ts';
import { resolveModel, resolveProfile } from './served-models.ts';

/** The stream's side of a run. */
export interface RunEnds {
  /** The consumer's. */
  readonly canceller: Canceller;
  readonly takeSteering: () => Promise<readonly Message[]>;
  readonly push: (event: RunEvent) => Promise<void> | undefined;
}

/** Checks a job; gives the function that does it. Throws a DefinitionError on misuse. */
export function prepareRun(job: RunJob, ends: RunEnds): () => Promise<RunResult> {
  const { agent, options, client, outer } = job;
  if (options.state !== undefined && options.messages !== undefined) {
    throw new DefinitionError('A run continues by `state` or by `messages`, not by both.');
  }
  const toolbox = toolboxOf(agent);
  checkThinking(options.thinking, 'The options of the run');
  const limits = options.limits === undefined ? agent.limits : resolveLimits(options.limits, agent.limits);
  const budget = new Budget(limits, outer?.budget);
  return () => new Execution(job, ends, { toolbox, limits, budget, client }).execute();
}

type Parts = Pick<RunContext, 'toolbox' | 'limits' | 'budget' | 'client'>;

class Execution {
  readonly #job: RunJob;
  readonly #ends: RunEnds;
  readonly #parts: Parts;
  readonly #runId: string;
  readonly #controller = new AbortController();
  readonly #told = new Set<string>();
  readonly #fold = createRunFold();
  #isOverTime = false;
  #hookError: unknown;
  #host: Host | undefined;
  #toolbox: Toolbox;
  /** Made with the first long result: few runs have one. */
  #results: ResultStore | undefined;
  #providers: OpenProviders | undefined;
  readonly #asked = new Map<string, PendingApproval>();

  constructor(job: RunJob, ends: RunEnds, parts: Parts) {
    this.#job = job;
    this.#ends = ends;
    this.#parts = parts;
    this.#toolbox = parts.toolbox;
    const earlier = job.options.state;
    this.#runId = job.options.runId ?? (earlier?.pending ? earlier.runId : randomUUID());
  }

  async execute(): Promise<RunResult> {
    const release = this.#watch();
    let ending: Ending;
    try {
      await this.#emit(this.#startEvent());
      ending = await takeTurns(await this.#context());
    } catch (error) {
      const { contextLimit: _limit, promptTokens: _tokens, ...failure } = failureFrom(error);
      ending = { outcome: { type: 'failed', error: failure } };
    } finally {
      await this.#providers?.close();
      release();
    }
    const outcome = this.#outcomeOf(ending.outcome);
    const output = outcome.type === 'completed' ? ending.output : undefined;
    await this.#emit({ type: 'run_end', runId: this.#runId, outcome, ...(output !== undefined && { output }) });
    return resultOf(this.#fold.state());
  }

  /** Everything that ends a run from outside aborts the same signal; here it is told apart again. */
  #outcomeOf(outcome: Outcome): Outcome {
    if (this.#hookError !== undefined) {
      const reason = this.#hookError instanceof Error ? this.#hookError.message : String(this.#hookError);
      const message = `\`onEvent\` threw: ${reason}`;
      return { type: 'failed', error: { code: 'hook_failed', message, retryable: false } };
    }
    const isStopped = outcome.type === 'aborted' || (outcome.type === 'failed' && outcome.error.code === 'aborted');
    if (!isStopped) return outcome;
    if (!this.#isOverTime) return { type: 'aborted' };
    const message = `The run took longer than its limit of ${this.#parts.limits.timeMs} ms (\`limits.timeMs\`).`;
    return { type: 'limit', limit: 'time', message };
  }

  /** Ties the run's end to the caller's signal, the consumer and the time limit; gives the way to untie it. */
  #watch(): () => void {
    const { timeMs } = this.#parts.limits;
    const { canceller } = this.#ends;
    const { signal } = this.#job.options;
    const abort = (): void => this.#controller.abort();
    canceller.onCancel = abort;
    signal?.addEventListener('abort', abort);
    if (canceller.isCancelled || signal?.aborted) abort();
    const onTime = (): void => {
      this.#isOverTime = true;
      abort();
    };
    const timer = timeMs > 0 && timeMs < MAX_TIMER_MS ? setTimeout(onTime, timeMs) : undefined;
    return () => {
      clearTimeout(timer);
      canceller.onCancel = undefined;
      signal?.removeEventListener('abort', abort);
    };
  }

  #startEvent(): RunEvent {
    const { agent, input, options } = this.#job;
    const { state } = options;
    const added: readonly Message[] =
      typeof input !== 'string' ? input : input === '' ? [] : [{ role: 'user', content: input }];
    const messages = [...(state?.messages ?? options.messages ?? []), ...added];
    const start = { type: 'run_start', runId: this.#runId, agent: agent.name, messages } as const;
    if (!state?.pending) return start;
    const { turns, toolCalls, usage, warnings, pending } = state;
    return { ...start, resumed: { turns, toolCalls, usage, warnings, pending } };
  }

  async #context(): Promise<RunContext> {
    const { agent, options } = this.#job;
    const { client, limits, budget, toolbox } = this.#parts;
    const { signal } = this.#controller;
    const model = await resolveModel(client, options.model ?? agent.model, signal);
    const instructions = typeof agent.instructions === 'function' ? await agent.instructions() : agent.instructions;
    const thinking = options.thinking ?? agent.thinking;
    const profile = await resolveProfile(client, model, signal);
    const providers = await this.#openProviders(() => context);
    const switches = thinkingParams(profile, thinking);
    const context: RunContext = {
      client,
      limits,
      budget,
      toolbox,
      agent,
      model,
      instructions: [instructions, providers.instructions].filter((text) => text !== '').join('\n\n'),
      providedTools: () => providers.tools((name) => name === RESULT_TOOL || toolbox.find(name) !== undefined),
      signal,
      hooks: options,
      host: this.#createHost(),
      params: mergeParams(mergeParams(switches, agent.params), options.params ?? {}),
      toolChoice: options.toolChoice ?? agent.toolChoice,
      state: this.#fold.settled,
      useToolbox: (toolbox) => {
        this.#toolbox = toolbox;
      },
      emit: (event) => this.#emit(event),
      warn: (warning) => this.#warn(warning),
      takeSteering: this.#ends.takeSteering,
      extraTools: () => this.#results?.tools() ?? [],
      profile,
    };
    return context;
  }

  /** `context` is asked for only when a provider asks the model: the run is under way then. */
  async #openProviders(context: () => RunContext): Promise<OpenProviders> {
    const { agent, options } = this.#job;
    const askUser = options.askUser ?? agent.askUser;
    this.#providers = await openProviders(agent.providers, {
      signal: this.#controller.signal,
      warn: (warning) => this.#warn(warning),
      ...(askUser !== undefined && { askUser }),
      ...(agent.sampling !== undefined && {
        sample: (request: SampleRequest, signal: AbortSignal) => answerSample(context(), request, signal),
      }),
    });
    return this.#providers;
  }

  #createHost(): Host {
    const services = this.#callServices();
    // The round made the input, and the outcome is plain data.
    const callTask = (input: JsonValue, io: StepIo): Promise<JsonValue> =>
      doCall(input as unknown as CallInput, services, io) as Promise<unknown> as Promise<JsonValue>;
    this.#host = this.#job.host({
      runId: this.#runId,
      signal: this.#controller.signal,
      emit: (event) => this.#emit(event),
      tasks: { [CALL_TASK]: callTask },
      answer: (name) => this.#answer(name),
    });
    return this.#host;
  }

  #callServices(): CallServices {
    return {
      runId: this.#runId,
      budget: this.#parts.budget,
      options: this.#job.options,
      client: this.#job.client,
      host: this.#job.host,
      messages: () => this.#fold.settled().messages,
      toolbox: () => this.#toolbox,
      warn: (warning) => this.#warn(warning),
      approve: (callId, toolName, args) => this.#approve(callId, toolName, args),
      keep: (callId, text) => this.#keep(callId, text),
      now: () => performance.now(),
    };
  }

  #keep(callId: string, text: string): string {
    const { toolbox } = this.#parts;
    this.#results ??= createResultStore((name) => toolbox.find(name) !== undefined);
    return this.#results.keep(callId, text);
  }

  /** Asks the host for the decision on a call: a durable one may wait for it, this process can only ask its own people. */
  async #approve(callId: string, toolName: string, args: JsonValue): Promise<boolean | undefined> {
    const name = `approval/${callId}`;
    this.#asked.set(name, { callId, toolName, arguments: args });
    const decision = await this.#host?.signal(name);
    return typeof decision === 'boolean' ? decision : undefined;
  }

  async #answer(name: string): Promise<boolean | undefined> {
    const request = this.#asked.get(name);
    if (request === undefined) return undefined;
    const { options, agent } = this.#job;
    const decided = options.approvals?.[request.callId];
    return decided ?? (await (options.approve ?? agent.approve)?.(request));
  }

  #warn(warning: RunWarning): void {
    const told = `${warning.code} ${warning.toolName ?? ''} ${warning.callId ?? ''} ${warning.message}`;
    if (this.#told.has(told)) return;
    this.#told.add(told);
    const { turns } = this.#fold.settled();
    void this.#emit({ type: 'warning', warning: { ...(turns > 0 && { turn: turns }), ...warning } });
  }

  /** A hook that throws ends the run as failed, by the way out that keeps every start paired with its end. */
  #emit(event: RunEvent): Promise<void> | undefined {
    this.#fold.add(event);
    const wait = this.#ends.push(event);
    if (this.#hookError !== undefined) return wait;
    try {
      this.#job.agent.onEvent?.(event);
      this.#job.options.onEvent?.(event);
    } catch (error) {
      this.#hookError = error ?? new Error('nothing');
      this.#controller.abort();
    }
    return wait;
  }
}

/** Longest wait that the system's timers can keep. */
const MAX_TIMER_MS = 2 ** 31 - 1;

function resultOf(state: RunState): RunResult {
  const { messages, usage, turns, warnings, outcome, output, current } = state;
  const last = messages.at(-1);
  const said = last?.role === 'assistant' && typeof last.content === 'string' ? last.content : '';
  return {
    outcome: outcome ?? { type: 'aborted' }, // there always is one after `run_end`
    text: said === '' ? (current?.content ?? '') : said,
    output: output ?? undefined,
    messages,
    usage,
    turns,
    state,
    warnings,
  };
}

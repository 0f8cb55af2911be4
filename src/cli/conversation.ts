// Owns the conversation of a program from question to question: in a session of the store, or in this process alone. Choosing the session is
// left to `session-choice.ts`, showing runs to the callers.

import { randomUUID } from 'node:crypto';
import type { Agent } from '../agent/agent.ts';
import type { RunStream } from '../agent/run.ts';
import type { RunInput, RunOptions, RunResult } from '../agent/run-options.ts';
import type { JsonValue } from '../core/json.ts';
import type { RunState } from '../core/run-state.ts';
import { stateAt } from '../session/session-state.ts';
import type { Store } from '../session/store.ts';
import type { StoredRun } from '../session/stored-run.ts';
import type { StoredSession } from '../session/stored-session.ts';
import { resumeStream } from '../setup/resume-run.ts';
import { stream } from '../setup/run.ts';

export interface ConversationParts {
  /** Undefined: nothing is stored. */
  readonly store: Store | undefined;
  /** The one that goes on; undefined: a new one is begun with the first question. */
  readonly session: StoredSession | undefined;
  /** Of a new one. */
  readonly name: string | null;
  readonly folder: string;
  /** Kept with each run. */
  readonly settings: JsonValue;
}

export class Conversation {
  readonly store: Store | undefined;
  readonly #parts: ConversationParts;
  #session: StoredSession | undefined;
  #state: RunState | undefined;

  constructor(parts: ConversationParts) {
    this.store = parts.store;
    this.#parts = parts;
    this.#session = parts.session;
  }

  /** Undefined before the first question, and when nothing is stored. */
  get session(): StoredSession | undefined {
    return this.#session;
  }

  /** What was said so far; undefined before the first answer. */
  get state(): RunState | undefined {
    return this.#state;
  }

  /** Goes on with another session, or reads this one again. */
  async use(session: StoredSession): Promise<void> {
    const found = (await this.store?.readSession(session.sessionId)) ?? session;
    this.#session = found;
    if (this.store === undefined) return;
    const { sessionId, length, agent } = found;
    this.#state =
      length === 0 ? undefined : await stateAt(this.store, { sessionId, length }, { agent, runId: sessionId });
  }

  /** Runs the agent on an input. Rejects with a StoreError. */
  async ask(agent: Agent, input: RunInput, options: RunOptions): Promise<RunStream> {
    const { store, folder, name, settings } = this.#parts;
    if (store === undefined) {
      return stream(agent, input, { ...options, ...(this.#state !== undefined && { state: this.#state }) });
    }
    this.#session ??= await store.createSession({ sessionId: randomUUID(), agent: agent.name, name, folder });
    return stream(agent, input, { ...options, store, session: this.#session.sessionId, settings });
  }

  /** The run of it that was interrupted or that waits. */
  async unfinished(): Promise<StoredRun | undefined> {
    if (this.store === undefined || this.#session === undefined) return undefined;
    const [last] = await this.store.listRuns({ sessionId: this.#session.sessionId, limit: 1 });
    return last?.status === 'open' || last?.status === 'waiting' ? last : undefined;
  }

  resume(agent: Agent, runId: string, options: RunOptions): RunStream {
    const { store } = this;
    if (store === undefined) throw new Error('Nothing is stored, so no run can be resumed.');
    const { state: _, messages: __, host: ___, ...rest } = options;
    return resumeStream(agent, { ...rest, store, runId });
  }

  remember({ state }: RunResult): void {
    this.#state = state;
  }
}

// Owns the embedded host: the runs of this process that are recorded in a store, opened, taken over from processes that died, let go.
// Recording is left to `embedded/run-journal.ts` and `embedded/event-log.ts`, executing to the agent.

import { randomUUID } from 'node:crypto';
import type { CreateHost } from '../core/host.ts';
import type { Outcome, RunEvent } from '../core/run-event.ts';
import type { RunState } from '../core/run-state.ts';
import { stateAt } from '../session/session-state.ts';
import type { Store } from '../session/store.ts';
import { StoreError } from '../session/store-error.ts';
import type { Lease, NewRun, StoredRun } from '../session/stored-run.ts';
import { EventLog } from './embedded/event-log.ts';
import { createJournalHost } from './embedded/journal-host.ts';
import type { Repeat } from './embedded/lease-keeper.ts';
import { LeaseKeeper } from './embedded/lease-keeper.ts';
import { RunJournal } from './embedded/run-journal.ts';

export interface EmbeddedHostOptions {
  /** Names this process in the store. Default: a random one. */
  readonly owner?: string;
  /** Whether the process of an owner is known to have died: its runs are then opened before their leases end. Default: never known. */
  readonly isDead?: (owner: string) => boolean;
  /** How long a run waits, after its process has died, before another may take it. A third of it is how soon a cancel is seen. Default 15 s. */
  readonly leaseMs?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Default: a timer that does not keep the process alive. */
  readonly repeat?: Repeat;
}

/** A run that this process holds. */
export interface OpenRun {
  readonly run: StoredRun;
  /** For `run` and `stream`, beside those of the caller. */
  readonly options: {
    readonly runId: string;
    readonly host: CreateHost;
    /** Aborted when somebody cancels the run. */
    readonly signal: AbortSignal;
    readonly onEvent: (event: RunEvent) => void;
    /** The conversation of its session before it. */
    readonly state?: RunState;
    readonly sessionId?: string;
  };
  /**
   * Records how the run ended and gives it back. Call it when the run's result is there, whatever it is. Rejects with a StoreError when the
   * run has ended and that could not be recorded.
   */
  readonly close: () => Promise<void>;
}

export interface EmbeddedHost {
  /** Creates a run, or opens the one that has this id, to go on with it. Rejects with `run_busy` while another process holds it. */
  readonly openRun: (run: NewRun) => Promise<OpenRun>;
  /** Takes over open runs of an agent that no process holds, oldest first. */
  readonly takeOver: (agent: string, limit?: number) => Promise<readonly OpenRun[]>;
  /** Lets all runs go: they reject with `run_released`, and any process may go on with them. The store stays open. */
  readonly close: () => Promise<void>;
}

const DEFAULT_LEASE_MS = 15_000;
const DEFAULT_TAKE_OVER = 10;

/** One per process and store. */
export function createEmbeddedHost(store: Store, options: EmbeddedHostOptions = {}): EmbeddedHost {
  const { owner = randomUUID(), leaseMs = DEFAULT_LEASE_MS, now = Date.now, repeat = repeatQuietly } = options;
  const { isDead = () => false } = options;
  const keeper = new LeaseKeeper(store, { owner, leaseMs, now, repeat });
  const opened = new Set<HeldRun>();

  async function open(lease: Lease): Promise<OpenRun> {
    const { runId } = lease;
    const [run, steps] = await Promise.all([store.readRun(runId), store.readSteps(runId)]);
    if (run === undefined) throw new StoreError('not_found', `The store has no run ${runId}.`);
    const { session, agent } = run;
    const state = session && (await stateAt(store, session, { agent, runId }));
    const held = new HeldRun({ store, keeper, lease, run, steps, state, onClose: () => opened.delete(held) });
    opened.add(held);
    return held;
  }

  return {
    openRun: async (run) => {
      await store.createRun(run);
      const lease = await store.claimRun(run.runId, keeper.claim);
      if (lease !== undefined) return await open(lease);
      const holder = (await store.readRun(run.runId))?.owner ?? 'another process';
      const taken = isDead(holder) && (await store.claimRun(run.runId, { ...keeper.claim, takeFrom: holder }));
      if (taken) return await open(taken);
      throw new StoreError('run_busy', `The run ${run.runId} is under way: ${holder} holds it.`);
    },
    takeOver: async (agent, limit = DEFAULT_TAKE_OVER) => {
      const leases = await store.claimRuns(agent, limit, keeper.claim);
      return await Promise.all(leases.map(open));
    },
    close: async () => {
      await Promise.all([...opened].map((held) => held.release()));
    },
  };
}

interface HeldRunParts {
  readonly store: Store;
  readonly keeper: LeaseKeeper;
  readonly lease: Lease;
  readonly run: StoredRun;
  readonly steps: Awaited<ReturnType<Store['readSteps']>>;
  readonly state: RunState | undefined;
  readonly onClose: () => void;
}

class HeldRun implements OpenRun {
  readonly run: StoredRun;
  readonly options: OpenRun['options'];
  readonly #journal: RunJournal;
  readonly #close: () => Promise<void>;
  #closing: Promise<void> | undefined;

  constructor({ store, keeper, lease, run, steps, state, onClose }: HeldRunParts) {
    const held = keeper.add(lease);
    const cancel = new AbortController();
    const journal = new RunJournal(store, held, steps);
    const events = new EventLog({ store, held, run, onFailure: (error) => journal.leave(error) });
    held.onCancel = () => cancel.abort();
    if (run.isCancelRequested) cancel.abort();
    this.run = run;
    this.options = {
      runId: run.runId,
      host: createJournalHost(journal),
      signal: cancel.signal,
      onEvent: (event) => events.add(event),
      ...(state !== undefined && { state }),
      ...(run.session !== undefined && { sessionId: run.session.sessionId }),
    };
    this.#journal = journal;
    this.#close = async () => {
      keeper.drop(held);
      onClose();
      const { outcome } = events;
      const isOver = outcome !== undefined && !journal.left.aborted;
      const end = isOver ? outcome : endFrom(journal.leavingError);
      try {
        await store.releaseRun(held.lease, end && { outcome: end, inbox: journal.seen });
        await events.settled();
        if (isOver) journal.check();
      } catch (error) {
        // A run that was let go has rejected with the reason; its lease ends by itself.
        if (isOver) throw error;
      }
    };
  }

  readonly close = async (): Promise<void> => {
    this.#closing ??= this.#close();
    await this.#closing;
  };

  /** Not before what runs has ended: whoever takes the run over would run it at the same time. */
  async release(): Promise<void> {
    const message = `This process lets go of the run ${this.run.runId}: open it again to go on.`;
    this.#journal.leave(new StoreError('run_released', message));
    await this.#journal.idle();
    await this.close();
  }
}

/** A run that was let go stays open, except one whose conversation was continued by somebody else: it can never go on. */
function endFrom(error: Error | undefined): Outcome | undefined {
  if (!(error instanceof StoreError) || error.code !== 'session_conflict') return undefined;
  return { type: 'failed', error: { code: error.code, message: error.message, retryable: false } };
}

const repeatQuietly: Repeat = (work, everyMs) => {
  const timer = setInterval(work, everyMs).unref();
  return () => clearInterval(timer);
};

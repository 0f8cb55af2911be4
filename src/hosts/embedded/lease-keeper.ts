// Owns the leases of the runs of this process: renewing all of them together, before they end. What is done with the runs is left to
// their journals.

import type { Store } from '../../session/store.ts';
import { StoreError } from '../../session/store-error.ts';
import type { Claim, Lease } from '../../session/stored-run.ts';

/** Calls a function again and again; returns how to stop it. */
export type Repeat = (work: () => void, everyMs: number) => () => void;

export interface LeaseKeeperOptions extends Claim {
  readonly repeat: Repeat;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** So many renewals fit into a lease: one may fail or come late. */
const RENEWALS = 3;

export class LeaseKeeper {
  readonly #store: Store;
  readonly #options: LeaseKeeperOptions;
  readonly #held = new Set<HeldLease>();
  #stop: (() => void) | undefined;

  constructor(store: Store, options: LeaseKeeperOptions) {
    this.#store = store;
    this.#options = options;
  }

  get claim(): Claim {
    const { owner, leaseMs } = this.#options;
    return { owner, leaseMs };
  }

  add(lease: Lease): HeldLease {
    const held = new HeldLease(lease, () => this.#ensure(held));
    this.#held.add(held);
    const { repeat, leaseMs } = this.#options;
    // A renewal that fails is tried again with the next; a lease that has ended stops its run before its next step.
    this.#stop ??= repeat(() => void this.renew([...this.#held]).catch(() => {}), leaseMs / RENEWALS);
    return held;
  }

  /** The lease is not renewed any more. */
  drop(held: HeldLease): void {
    this.#held.delete(held);
    if (this.#held.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Renews leases and tells their holders what has happened meanwhile. Rejects when the store fails. */
  async renew(all: readonly HeldLease[]): Promise<void> {
    const leases = all.map(({ lease }) => lease);
    const states = await this.#store.renewLeases(leases, this.#options.leaseMs);
    for (const [at, held] of all.entries()) {
      const state = states[at];
      if (state === undefined || !this.#held.has(held)) continue;
      if (state.lease === null) held.onLost(lostLease(held.lease));
      else held.lease = state.lease;
      if (state.isCancelRequested) held.onCancel();
    }
  }

  /** A process that stood still for long may have lost its lease: it asks before it does anything more. */
  async #ensure(held: HeldLease): Promise<void> {
    if (held.lease.until <= this.#options.now()) await this.renew([held]);
  }
}

/** The lease of one run. */
export class HeldLease {
  lease: Lease;
  /** Renews the lease if it has ended. Rejects when the store fails. */
  readonly ensure: () => Promise<void>;
  onLost: (error: Error) => void = () => {};
  onCancel: () => void = () => {};

  constructor(lease: Lease, ensure: () => Promise<void>) {
    this.lease = lease;
    this.ensure = ensure;
  }
}

function lostLease({ runId }: Lease): StoreError {
  return new StoreError('lease_lost', `Another process has taken over the run ${runId}: this one stops it.`);
}

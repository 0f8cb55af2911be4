// Owns the store of a program: the one that the flags name, else the one that programs share; and what happens to its runs when the program
// is asked to end. What is stored is left to the runs.

import type { Store } from '../session/store.ts';
import { StoreError } from '../session/store-error.ts';
import { releaseRuns } from '../setup/resume-run.ts';
import { expandHome } from './home-path.ts';
import type { Io } from './io.ts';
import type { StoreChoice } from './store-choice.ts';
import { block, styled } from './styled.ts';

export interface ProgramStore extends AsyncDisposable {
  /** Undefined: nothing is stored. */
  readonly store: Store | undefined;
}

/** The caller disposes it. A store that cannot be opened is a warning, unless the flags ask for something in it: then it throws the StoreError. */
export async function openProgramStore({ isEphemeral, file, session }: StoreChoice, io: Io): Promise<ProgramStore> {
  const store = isEphemeral ? undefined : await openIfPossible(file, session.type !== 'new', io);
  const release = (): void => {
    // Those who wait for the runs see why they end.
    if (store !== undefined) void releaseRuns(store);
  };
  io.terminated.addEventListener('abort', release);
  return {
    store,
    [Symbol.asyncDispose]: async () => {
      io.terminated.removeEventListener('abort', release);
      if (store === undefined) return;
      await releaseRuns(store);
      await store.close();
    },
  };
}

async function openIfPossible(file: string | undefined, isNeeded: boolean, io: Io): Promise<Store | undefined> {
  try {
    return await io.openStore?.(file === undefined ? undefined : expandHome(file));
  } catch (error) {
    if (!(error instanceof StoreError) || file !== undefined || isNeeded) throw error;
    io.err.write(styled`! Nothing is stored (--ephemeral says so): ${block(error.message)}\n`);
    return undefined;
  }
}

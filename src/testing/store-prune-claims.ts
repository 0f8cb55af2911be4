// Owns what a store must do when it is told to remove what is old: what goes, and what stays. The rest is left to `store-run-claims.ts` and
// `store-session-claims.ts`.

import type { Store } from '../session/store.ts';
import { expectSame } from './expect-same.ts';
import { newRun, startRun } from './store-run-claims.ts';
import { userMessages } from './store-session-claims.ts';
import type { StoreClaim } from './store-under-test.ts';

const COMPLETED = { outcome: { type: 'completed' } } as const;
const WAITING = { outcome: { type: 'waiting', approvals: [] } } as const;

/** Later than whatever a test has written. */
const LATER = 8_000_000_000_000_000;

async function end(store: Store, runId: string, ended: Parameters<Store['releaseRun']>[1], sessionId?: string) {
  const session = sessionId === undefined ? {} : { session: { sessionId, length: 0 } };
  const lease = await startRun(store, runId, undefined, session);
  await store.recordStep(lease, { key: 'start', value: { large: 'x'.repeat(300_000) } });
  await store.recordEvent(lease, 0, { type: 'run_start', runId, agent: 'tested', messages: [] });
  await store.releaseRun(lease, ended);
}

const left = async (store: Store): Promise<unknown> => ({
  runs: (await store.listRuns()).map(({ runId }) => runId),
  sessions: (await store.listSessions()).map(({ sessionId }) => sessionId).toSorted(),
});

export const pruneClaims: Readonly<Record<string, StoreClaim>> = {
  'runs that have ended are removed when they are old, and the others stay': async (store) => {
    await end(store, 'done', COMPLETED);
    await end(store, 'waits', WAITING);
    await store.createRun(newRun('open'));
    await startRun(store, 'held');
    expectSame('nothing is old', { runs: 0, sessions: 0 }, await store.prune(0));
    expectSame('one is', { runs: 1, sessions: 0 }, await store.prune(LATER));
    expectSame('what is left', { runs: ['held', 'open', 'waits'], sessions: [] }, await left(store));
    expectSame('it is a new one now', true, (await store.createRun(newRun('done'))).isNew);
    expectSame('without steps', [], await store.readSteps('done'));
  },

  'a session is removed with its runs and messages, unless one of them has not ended': async (store) => {
    for (const sessionId of ['ended', 'waiting']) {
      await store.createSession({ sessionId, agent: 'tested', name: sessionId });
      await store.appendMessages(sessionId, { at: 0, messages: userMessages('a') });
    }
    await end(store, 'one', COMPLETED, 'ended');
    await end(store, 'two', COMPLETED, 'waiting');
    await end(store, 'three', WAITING, 'waiting');
    expectSame('one is old', { runs: 1, sessions: 1 }, await store.prune(LATER));
    expectSame('what is left', { runs: ['three', 'two'], sessions: ['waiting'] }, await left(store));
    await store.createSession({ sessionId: 'ended', agent: 'tested', name: 'ended' });
    expectSame('a new one', [], await store.readMessages('ended'));
  },

  'a session goes after its forks, and stays while one of them does': async (store) => {
    await store.createSession({ sessionId: 'first', agent: 'tested' });
    await store.appendMessages('first', { at: 0, messages: userMessages('a', 'b') });
    await store.forkSession('first', { sessionId: 'second', length: 1 });
    await store.forkSession('second', { sessionId: 'third', length: 1 });
    await end(store, 'run', WAITING, 'third');
    expectSame('nothing goes', { runs: 0, sessions: 0 }, await store.prune(LATER));
    await store.cancelRun('run');
    expectSame('all go', { runs: 1, sessions: 3 }, await store.prune(LATER));
    expectSame('nothing is left', { runs: [], sessions: [] }, await left(store));
  },
};

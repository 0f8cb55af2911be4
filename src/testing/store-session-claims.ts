// Owns what a store must do with sessions: names, logs, forks. Faults are left to `store-faults.ts`.

import type { Message } from '../core/message.ts';
import type { Store } from '../session/store.ts';
import type { Lease } from '../session/stored-run.ts';
import { expectRefused, expectSame } from './expect-same.ts';
import { LONG_CLAIM, startRun } from './store-run-claims.ts';
import type { StoreClaim } from './store-under-test.ts';

export function userMessages(...texts: readonly string[]): readonly Message[] {
  return texts.map((content) => ({ role: 'user', content }));
}

async function texts(store: Store, sessionId: string, from?: number): Promise<readonly unknown[]> {
  return (await store.readMessages(sessionId, from)).map(({ message }) => message.content);
}

/** A session with these messages. */
async function createLog(store: Store, sessionId: string, ...log: readonly string[]): Promise<void> {
  await store.createSession({ sessionId, agent: 'tested' });
  await store.appendMessages(sessionId, { at: 0, messages: userMessages(...log) });
}

/** A run in the session `s`. */
async function startIn(store: Store, runId: string, length: number): Promise<Lease> {
  return await startRun(store, runId, LONG_CLAIM, { session: { sessionId: 's', length } });
}

export const sessionClaims: Readonly<Record<string, StoreClaim>> = {
  'a session has an id and a name': async (store) => {
    const created = await store.createSession({ sessionId: 's', agent: 'tested', name: 'Grüße', folder: '/tmp' });
    const { createdAt, updatedAt, ...rest } = created;
    const expected = { sessionId: 's', agent: 'tested', name: 'Grüße', folder: '/tmp', parent: null, length: 0 };
    expectSame('the session', expected, rest);
    expectSame('the session read', created, await store.readSession('s'));
    expectSame('one that is not there', undefined, await store.readSession('z'));
    await expectRefused('the same id', 'name_taken', store.createSession({ sessionId: 's', agent: 'other' }));
    const twin = { sessionId: 't', agent: 'tested', name: 'Grüße' };
    await expectRefused('the same name', 'name_taken', store.createSession(twin));
    await store.createSession({ ...twin, agent: 'other' });
    await expectRefused('a name with a line', 'invalid', store.createSession({ ...twin, name: 'a\nb' }));
  },

  'a session is renamed': async (store) => {
    await store.createSession({ sessionId: 's', agent: 'tested', name: 'one' });
    await store.createSession({ sessionId: 't', agent: 'tested' });
    await expectRefused('a name that is taken', 'name_taken', store.renameSession('t', 'one'));
    await store.renameSession('s', null);
    await store.renameSession('t', 'one');
    await store.renameSession('t', 'one');
    expectSame(
      'the names',
      [null, 'one'],
      [(await store.readSession('s'))?.name, (await store.readSession('t'))?.name],
    );
    await expectRefused('one that is not there', 'not_found', store.renameSession('z', 'two'));
  },

  'sessions are listed by agent, name and folder': async (store) => {
    await store.createSession({ sessionId: 'a', agent: 'tested', folder: '/x', name: 'one' });
    await store.createSession({ sessionId: 'b', agent: 'tested', folder: '/y' });
    await store.createSession({ sessionId: 'c', agent: 'other', folder: '/x' });
    const ids = async (filter?: Parameters<Store['listSessions']>[0]): Promise<readonly string[]> =>
      (await store.listSessions(filter)).map(({ sessionId }) => sessionId);
    expectSame('all', ['a', 'b', 'c'], (await ids()).toSorted());
    expectSame('of an agent', ['a', 'b'], (await ids({ agent: 'tested' })).toSorted());
    expectSame('in a folder', ['a'], await ids({ agent: 'tested', folder: '/x' }));
    expectSame('by name', ['a'], await ids({ name: 'one' }));
    expectSame('the first', 1, (await ids({ limit: 1 })).length);
  },

  'a log grows at its end': async (store) => {
    await createLog(store, 's', 'a', 'b');
    expectSame(
      'its length',
      4,
      await store.appendMessages('s', { at: 2, messages: userMessages('c', 'x'.repeat(300_000)) }),
    );
    expectSame('the session', 4, (await store.readSession('s'))?.length);
    expectSame('the log', ['a', 'b', 'c', 'x'.repeat(300_000)], await texts(store, 's'));
    expectSame('from a place on', ['c', 'x'.repeat(300_000)], await texts(store, 's', 2));
    expectSame('from its end on', [], await texts(store, 's', 4));
    for (const at of [0, 3, 5]) {
      const messages = userMessages('z');
      await expectRefused(`at ${at}`, 'session_conflict', store.appendMessages('s', { at, messages }));
    }
    await expectRefused('no place', 'invalid', store.appendMessages('s', { at: -1, messages: [] }));
    await expectRefused('none', 'not_found', store.appendMessages('z', { at: 0, messages: [] }));
    await expectRefused('the log of none', 'not_found', store.readMessages('z'));
  },

  'a run appends where it began and after its own messages, and may write its last ones again': async (store) => {
    await createLog(store, 's', 'a');
    await createLog(store, 't');
    const one = await startIn(store, 'one', 1);
    const append = (lease: Lease, at: number, ...log: readonly string[]): Promise<number> =>
      store.appendMessages('s', { at, messages: userMessages(...log), lease });
    await append(one, 1, 'b', 'c');
    await append(one, 2, 'd');
    expectSame('the log', ['a', 'b', 'd'], await texts(store, 's'));
    const runIds = (await store.readMessages('s')).map(({ runId }) => runId);
    expectSame('whose they are', [null, 'one', 'one'], runIds);
    await expectRefused('what was before it', 'session_conflict', append(one, 0, 'z'));
    await expectRefused('a gap', 'session_conflict', append(one, 4, 'z'));
    const elsewhere = { at: 0, messages: userMessages('z'), lease: one };
    await expectRefused('another session', 'session_conflict', store.appendMessages('t', elsewhere));
    const late = await startIn(store, 'late', 1);
    await expectRefused('what another run has written', 'session_conflict', append(late, 1, 'z'));
    // It does not become possible by what is there.
    await expectRefused('after another run', 'session_conflict', append(late, 3, 'z'));
    await append(await startIn(store, 'two', 3), 3, 'e');
    await expectRefused('what others follow', 'session_conflict', append(one, 1, 'z'));
    expectSame('the log', ['a', 'b', 'd', 'e'], await texts(store, 's'));
  },

  'a fork begins with the messages of its parent and goes its own way': async (store) => {
    await createLog(store, 's', 'a', 'b', 'c');
    const fork = await store.forkSession('s', { sessionId: 'f', length: 2, name: 'fork' });
    expectSame('the parent', { sessionId: 's', length: 2 }, fork.parent);
    await store.appendMessages('s', { at: 3, messages: userMessages('d') });
    await store.appendMessages('f', { at: 2, messages: userMessages('x', 'y') });
    await store.forkSession('f', { sessionId: 'g', length: 3 });
    await store.forkSession('g', { sessionId: 'h', length: 1 });
    await store.appendMessages('h', { at: 1, messages: userMessages('z') });
    expectSame('the parent', ['a', 'b', 'c', 'd'], await texts(store, 's'));
    expectSame('the fork', ['a', 'b', 'x', 'y'], await texts(store, 'f'));
    expectSame('its fork', ['a', 'b', 'x'], await texts(store, 'g'));
    expectSame('of that', ['a', 'z'], await texts(store, 'h'));
    expectSame('from a place on', ['b', 'x'], await texts(store, 'g', 1));
    await expectRefused('too long a fork', 'invalid', store.forkSession('s', { sessionId: 'i', length: 5 }));
    await expectRefused('a fork of none', 'not_found', store.forkSession('z', { sessionId: 'i', length: 0 }));
    await expectRefused(
      'a name that is taken',
      'name_taken',
      store.forkSession('s', { sessionId: 'i', length: 0, name: 'fork' }),
    );
  },

  'what a fork points to is not written again': async (store) => {
    await store.createSession({ sessionId: 's', agent: 'tested' });
    const lease = await startIn(store, 'one', 0);
    await store.appendMessages('s', { at: 0, messages: userMessages('a', 'b', 'c'), lease });
    await store.forkSession('s', { sessionId: 'f', length: 2 });
    const [early, late] = [1, 2].map((at) => ({ at, messages: userMessages('z'), lease }));
    if (early === undefined || late === undefined) return;
    await expectRefused('what is in the fork', 'session_conflict', store.appendMessages('s', early));
    await store.appendMessages('s', late);
    expectSame('the session', ['a', 'b', 'z'], await texts(store, 's'));
    expectSame('the fork', ['a', 'b'], await texts(store, 'f'));
  },
};

// Owns claims about what a server of 2026-07-28 reports by itself: one subscription, opened again when it ends.

import { expect, test } from 'vitest';
import type { Received } from './scripted-server.ts';
import { mountScripted, openServer, ScriptedServer } from './scripted-server.ts';

const CHANGES = {
  ...{ resultType: 'complete', supportedVersions: ['2026-07-28'], ttlMs: 0, cacheScope: 'private' },
  capabilities: { tools: { listChanged: true }, resources: { subscribe: true } },
};

/** A server that reports changes, and what was subscribed to, in order. */
function reporting() {
  const filters: unknown[] = [];
  const ids: unknown[] = [];
  const arrivals: (() => void)[] = [];
  const scripted = new ScriptedServer({
    'server/discover': () => ({ result: CHANGES }),
    'subscriptions/listen': ({ id, params }: Received) => {
      filters.push(params?.notifications);
      ids.push(id);
      const _meta = { 'io.modelcontextprotocol/subscriptionId': id };
      scripted.send({
        method: 'notifications/subscriptions/acknowledged',
        params: { _meta, notifications: params?.notifications },
      });
      for (const arrived of arrivals.splice(0)) arrived();
      return undefined;
    },
  });
  const next = (): Promise<void> => new Promise((resolve) => arrivals.push(resolve));
  return { scripted, filters, ids, next };
}

test('one that the server ends is opened again, and the list is read again', async () => {
  const { scripted, filters, ids, next } = reporting();
  const first = next();
  await using _user = await openServer(mountScripted(scripted, { protocol: '2026-07-28' }));
  await first;
  const second = next();
  scripted.send({ id: ids[0], result: { resultType: 'complete' } });
  await second;
  await expect.poll(() => scripted.count('tools/list'), { timeout: 60_000 }).toBe(2);
  expect(filters).toEqual([{ toolsListChanged: true }, { toolsListChanged: true }]);
});

test('a further resource makes it one for all, and the old one ends', async () => {
  const { scripted, filters, ids, next } = reporting();
  const first = next();
  const server = mountScripted(scripted, { protocol: '2026-07-28' });
  await using _user = await openServer(server);
  await first;
  const { signal } = new AbortController();
  const connection = await server.connection();
  await connection.subscribe('a:1', signal);
  await connection.subscribe('a:2', signal);
  expect(filters).toEqual([
    { toolsListChanged: true },
    { toolsListChanged: true, resourceSubscriptions: ['a:1'] },
    { toolsListChanged: true, resourceSubscriptions: ['a:1', 'a:2'] },
  ]);
  await expect.poll(() => scripted.count('notifications/cancelled'), { timeout: 60_000 }).toBe(2);
  const ended = scripted.received.filter(({ method }) => method === 'notifications/cancelled');
  expect(ended.map(({ params }) => params?.requestId)).toEqual(ids.slice(0, 2));
  const updated = new Promise<string>((resolve) => server.onResourceUpdated(resolve));
  scripted.send({ method: 'notifications/resources/updated', params: { uri: 'a:2' } });
  expect(await updated).toBe('a:2');
});

test('one that is refused is an error of whoever asked, and the resource is not asked for again', async () => {
  const { scripted, filters } = reporting();
  const refused = new ScriptedServer({
    ...scripted.answers,
    'server/discover': () => ({ result: { ...CHANGES, capabilities: { tools: {}, resources: { subscribe: true } } } }),
    'subscriptions/listen': () => ({ error: { code: -32_603, message: 'too many' } }),
  });
  const server = mountScripted(refused, { protocol: '2026-07-28' });
  await using _user = await openServer(server);
  const connection = await server.connection();
  await expect(connection.subscribe('a:1', new AbortController().signal)).rejects.toThrow('too many');
  expect(filters).toEqual([]);
});

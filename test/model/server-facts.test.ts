// Owns the rules of what is remembered of a server.

import { expect, test } from 'vitest';
import type { VllmClient } from '../../src/index.ts';
import {
  contextLength,
  knownToolMode,
  rememberToolMode,
  resolveModel,
  templateShowsTools,
  weightsOf,
} from '../../src/model/server-facts.ts';

interface Card {
  readonly id: string;
  readonly parent?: string | null;
  readonly root?: string;
  readonly max_model_len?: number;
}

/** A client whose list of models is what the next function in the line gives. */
function clientOf(...lists: (() => Promise<readonly Card[]>)[]) {
  let asked = 0;
  const list = async () => ({ object: 'list', data: await (lists[asked++] ?? lists.at(-1))?.() });
  const client = { baseUrl: 'http://x/v1', models: { list } } as unknown as VllmClient; // all that is asked of it here
  return { client, asked: () => asked };
}

const { signal } = new AbortController();

test('the models are asked for once, and a failure is not remembered', async () => {
  const { client, asked } = clientOf(
    async () => {
      throw new Error('away');
    },
    async () => [{ id: 'm', max_model_len: 10 }],
  );
  await expect(resolveModel(client, undefined, signal)).rejects.toThrow('away');
  expect([await resolveModel(client, undefined, signal), await contextLength(client, 'm', signal)]).toEqual(['m', 10]);
  expect(asked()).toBe(2);
});

test('a name that is given is taken without asking', async () => {
  const { client, asked } = clientOf(async () => []);
  expect([await resolveModel(client, 'given', signal), asked()]).toEqual(['given', 0]);
});

test.each<[string, readonly Card[], string]>([
  ['none', [], 'http://x/v1 serves no model.'],
  [
    'several',
    [{ id: 'a' }, { id: 'b' }],
    'http://x/v1 serves several models: a, b. Say which one (`model`, VLLM_MODEL or --model).',
  ],
])('a name that is not given is an error where the server serves %s', async (_name, cards, message) => {
  await expect(resolveModel(clientOf(async () => cards).client, '', signal)).rejects.toThrow(message);
});

test('an adapter beside its base does not make the model unclear', async () => {
  const { client } = clientOf(async () => [
    { id: 'base', parent: null },
    { id: 'adapter', parent: 'base' },
  ]);
  expect(await resolveModel(client, undefined, signal)).toBe('base');
});

test('one waiter’s abort ends its own wait and no other', async () => {
  let release = (_cards: readonly Card[]): void => {};
  const { client, asked } = clientOf(() => new Promise((resolve) => (release = resolve)));
  const controller = new AbortController();
  const first = resolveModel(client, undefined, controller.signal);
  const other = resolveModel(client, undefined, signal);
  controller.abort();
  await expect(first).rejects.toThrow('The run was cancelled.');
  release([{ id: 'm' }]);
  expect([await other, asked()]).toEqual(['m', 1]);
});

test('the path of the weights is asked for only when the name does not tell the family', async () => {
  const { client, asked } = clientOf(async () => [{ id: 'alias', root: '/models/Qwen3-8B' }]);
  expect([await weightsOf(client, 'Qwen3-8B', signal), asked()]).toEqual([null, 0]);
  expect([await weightsOf(client, 'alias', signal), asked()]).toEqual(['/models/Qwen3-8B', 1]);
});

test('a server without the list leaves family and length unknown', async () => {
  const { client } = clientOf(async () => {
    throw new Error('404');
  });
  expect([await weightsOf(client, 'alias', signal), await contextLength(client, 'alias', signal)]).toEqual([
    null,
    undefined,
  ]);
});

test('how tools are asked for is remembered by client and model', () => {
  const [one, other] = [clientOf(async () => []).client, clientOf(async () => []).client];
  rememberToolMode(one, 'm', 'client');
  expect([knownToolMode(one, 'm'), knownToolMode(one, 'n'), knownToolMode(other, 'm')]).toEqual([
    'client',
    undefined,
    undefined,
  ]);
});

test('whether the template shows tools is found out once; a failure counts as no and is not remembered', async () => {
  const { client } = clientOf(async () => []);
  const failing = async (): Promise<boolean> => {
    throw new Error('404');
  };
  expect(await templateShowsTools(client, 'm', failing)).toBe(false);
  expect(await templateShowsTools(client, 'm', async () => true)).toBe(true);
  expect(await templateShowsTools(client, 'm', failing)).toBe(true);
});

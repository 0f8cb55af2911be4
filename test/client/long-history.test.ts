// Owns the claims about requests with a long history: messages that cannot change are written once, all others as they are now.

import { expect, test } from 'vitest';
import type { Message } from '../../src/index.ts';
import { answer } from '../../src/testing/index.ts';
import { pair, rejection } from '../support/client-helpers.ts';

/** From so many messages on, texts are kept. */
const LONG = 100;

const history = (last: Message): Message[] => [
  ...Array.from({ length: LONG - 1 }, (_, at): Message => ({ role: 'user', content: `${at}` })),
  last,
];

/** The bodies of requests that each send the same messages after a change. */
async function bodiesOf(messages: readonly Message[], ...changes: (() => void)[]): Promise<readonly unknown[]> {
  await using both = await pair(['first', ...changes].map(() => answer({ content: 'ok' })));
  for (const change of [() => {}, ...changes]) {
    change();
    await both.client.chat.completions.create({ model: 'fake', messages, temperature: 0 });
  }
  return both.vllm.requests.map(({ body }) => body);
}

const bodyWith = (messages: readonly Message[]): unknown => ({
  model: 'fake',
  messages,
  temperature: 0,
  stream: false,
});

test.each([LONG - 1, LONG, LONG + 1])('%i messages arrive as they are, those of every kind', async (count) => {
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{"a": "\\u00e9"}' } } as const;
  const kinds: Message[] = [
    { role: 'user', content: 'naïve "quoted" \u2028 \ud83d\ude00 \ud83d' },
    Object.freeze({ role: 'assistant', content: null, tool_calls: [call] }),
    Object.freeze({ role: 'tool', tool_call_id: 'c', content: 'line\nline' }),
    Object.freeze({ role: 'user', content: [{ type: 'text', text: 'part' } as const] }),
  ];
  const messages = Array.from({ length: count }, (_, at) => kinds[at % kinds.length] ?? kinds[0]) as Message[];
  expect(await bodiesOf(messages, () => {})).toEqual([bodyWith(messages), bodyWith(messages)]);
});

test('a message that was changed is sent as it is now', async () => {
  const message = { role: 'user', content: 'before' } satisfies Message;
  const messages = history(message);
  const before = structuredClone(messages);
  const bodies = await bodiesOf(messages, () => {
    message.content = 'after';
  });
  expect(bodies).toEqual([bodyWith(before), bodyWith(history({ role: 'user', content: 'after' }))]);
});

test('a change inside of a frozen message is sent too', async () => {
  const part: { type: 'text'; text: string } = { type: 'text', text: 'before' };
  const messages = history(Object.freeze({ role: 'user', content: [part] }));
  const before = structuredClone(messages);
  const bodies = await bodiesOf(messages, () => {
    part.text = 'after';
  });
  const after = history({ role: 'user', content: [{ type: 'text', text: 'after' }] });
  expect(bodies).toEqual([bodyWith(before), bodyWith(after)]);
});

test('a message that cannot change is written once', async () => {
  let reads = 0;
  const message = Object.freeze({
    role: 'user',
    get content() {
      reads++;
      return 'Hi';
    },
  } as const);
  const messages = history(message);
  let readByFirst = 0;
  const bodies = await bodiesOf(messages, () => {
    readByFirst = reads;
  });
  const readByBoth = reads;
  expect(bodies).toEqual([bodyWith(messages), bodyWith(messages)]);
  expect(readByFirst).toBeGreaterThan(0);
  expect(readByBoth).toBe(readByFirst);
});

test('an entry that is no message is sent as JSON has it', async () => {
  const messages = history(undefined as unknown as Message);
  expect(await bodiesOf(messages)).toEqual([bodyWith(history(null as unknown as Message))]);
});

test('what is not JSON is refused in words before anything is sent', async () => {
  await using both = await pair();
  const cycle: { role: 'user'; content: string; self?: unknown } = { role: 'user', content: 'Hi' };
  cycle.self = cycle;
  const request = both.client.chat.completions.create({ model: 'fake', messages: history(cycle) });
  expect(await rejection(request)).toMatchObject({
    name: 'MissingParameterError',
    message: 'The request cannot be written as JSON: Converting circular structure to JSON.',
  });
  expect(both.vllm.requests).toEqual([]);
});

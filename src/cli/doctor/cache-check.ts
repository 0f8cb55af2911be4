// Owns the probe for a prefix cache that gives wrong prompts: one request cold, another one, the first again warm. Users were seen to blame
// their agents for what such a cache does. https://github.com/vllm-project/vllm/issues/43559

import { randomUUID } from 'node:crypto';
import type { CheckContext } from './check-context.ts';
import type { Finding } from './finding.ts';
import { bad, good, skipped } from './finding.ts';
import { messageOf } from './server-checks.ts';

/** More than a block of the cache holds, which on some models is over 700 tokens. */
const ITEMS = 160;

/** A list that the model reads back from its end, so that a wrong prompt shows. */
function listOf(kind: string): readonly [{ readonly role: 'user'; readonly content: string }] {
  const items = Array.from({ length: ITEMS }, (_, at) => `${kind} ${at + 1}: code ${(at * 7919 + 104_729) % 9973}`);
  return [
    { role: 'user', content: `${items.join('\n')}\n\nSay the codes of ${kind} ${ITEMS - 1} and ${kind} ${ITEMS}.` },
  ];
}

export async function checkCache({ ask }: CheckContext): Promise<Finding> {
  // Nobody else's prompts share a salt.
  const salt = randomUUID();
  const first = listOf('tool');
  const texts: string[] = [];
  for (const [messages, cache_salt] of [
    [first, salt],
    [listOf('city'), salt],
    [first, salt],
    [first, randomUUID()],
  ] as const) {
    const { response, error } = await ask({ messages, cache_salt });
    if (error !== undefined) return skipped('prefix cache', `not probed: ${messageOf(error)}`);
    const message = response.choices[0]?.message;
    texts.push(`${message?.reasoning ?? ''}${message?.content ?? ''}`);
  }
  const [cold, , warm, coldAgain] = texts;
  if (cold === '') return skipped('prefix cache', 'not probed: the server gave no text');
  if (cold === warm) return good('prefix cache', 'the same answer from a cold and from a warm cache');
  if (cold !== coldAgain)
    return skipped('prefix cache', 'not probed: the server answers the same request in different ways');
  const message = 'the same request has another answer from a warm cache than from a cold one, twice the same';
  return bad(
    'prefix cache',
    message,
    'Try the server with --no-enable-prefix-caching, or without speculative decoding.',
  );
}

// Owns the claim that what enters the history of a run cannot be edited: nothing that was sent is.

import { expect, test } from 'vitest';
import type { Message, RunHooks } from '../../src/index.ts';
import { run, VllmClient } from '../../src/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import { weatherAgent } from '../support/run-helpers.ts';

const PARIS = { name: 'get_weather', arguments: { city: 'Paris' } };

const CALL = answer({ reasoning: 'Hm.', toolCalls: [PARIS] });
const ANSWER = answer({ content: 'Warm.' });

async function runWith(hooks: RunHooks, steps = [CALL, ANSWER]): ReturnType<typeof run> {
  await using vllm = await startFakeVllm();
  vllm.script(...steps);
  await using client = new VllmClient(vllm.baseUrl, { maxRetries: 0 });
  return await run(weatherAgent(hooks), 'Is it warm in Paris?', { client });
}

/** Every object in it that can be changed. */
function changeable(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [...(Object.isFrozen(value) ? [] : [value]), ...Object.values(value).flatMap(changeable)];
}

test('messages that a run makes are frozen with all that is in them', async () => {
  const { messages } = await runWith({});
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
  expect(changeable(messages.filter(({ role }) => role !== 'user'))).toEqual([messages.slice(1)]);
});

test('a hook that edits one in place fails the run', async () => {
  const prepareTurn: RunHooks['prepareTurn'] = (plan) => {
    const result = plan.messages.find(({ role }) => role === 'tool') as { content: string } | undefined;
    if (result !== undefined) result.content = 'cold';
    return plan;
  };
  const { outcome } = await runWith({ prepareTurn }, [CALL]);
  expect(outcome).toEqual({
    type: 'failed',
    error: {
      code: 'unexpected',
      message: "TypeError: Cannot assign to read only property 'content' of object '#<Object>'",
      retryable: false,
    },
  });
});

test('a hook that gives changed copies changes what is sent', async () => {
  const sent: (readonly Message[])[] = [];
  const { outcome } = await runWith({
    prepareTurn: (plan) => {
      const messages = plan.messages.map((message) =>
        message.role === 'tool' ? { ...message, content: 'cold' } : message,
      );
      sent.push(messages);
      return { ...plan, messages };
    },
  });
  expect(outcome).toEqual({ type: 'completed' });
  expect(sent.at(-1)?.at(-1)).toMatchObject({ role: 'tool', content: 'cold' });
});

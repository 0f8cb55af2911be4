// Owns the claim that no stream, wherever it is cut or the run aborted, breaks a history, leaves a start without its end, or
// hangs.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/index.ts';
import { INITIAL_RUN_STATE, reduceRun, stream, VllmClient } from '../../src/index.ts';
import type { Step } from '../../src/testing/index.ts';
import { answer, raw, startFakeVllm } from '../../src/testing/index.ts';
import { findUnpaired, findUnsendable, weatherAgent } from '../support/run-helpers.ts';

const text = fc.constantFrom(
  '',
  ' ',
  'Hello',
  '<think>',
  '</think>',
  '<tool_call>',
  '{"name": "get_weather", "arguments": {"city": "Paris"}}',
  '</tool_call>',
  '[TOOL_CALLS]',
  'get_weather{"city":',
  '"Rome"}',
  '```\n',
  'é🗼',
);

const fragment = fc.record(
  {
    index: fc.constantFrom<unknown>(0, 1, 3, null, 'x'),
    id: fc.constantFrom<unknown>('a', 'b', '', null),
    type: fc.constant('function'),
    function: fc.record(
      {
        name: fc.constantFrom<unknown>('get_weather', 'list_cities', 'explode', 'nope', '', null),
        arguments: fc.constantFrom<unknown>(
          '{"city":',
          '"Paris"}',
          '{"city":"Oslo"}',
          '{}',
          '',
          '}',
          '{"city": 3',
          null,
          { city: 'Bonn' },
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

const delta = fc.record(
  {
    role: fc.constant('assistant'),
    content: fc.oneof(text, fc.constant(null)),
    reasoning: text,
    reasoning_content: text,
    tool_calls: fc.array(fragment, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

const chunk = fc.oneof(
  { weight: 12, arbitrary: delta.map((value) => ({ choices: [{ index: 0, delta: value }] })) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('stop', 'tool_calls', 'length', 'abort', null)
      .map((finish) => ({ choices: [{ index: 0, delta: {}, finish_reason: finish }] })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<object>(
      { choices: [], usage: { prompt_tokens: 3, completion_tokens: 9, total_tokens: 12 } },
      { error: { message: 'engine died', type: 'InternalServerError', code: 500 } },
      { choices: null },
      {},
    ),
  },
);

const body = fc.record({
  chunks: fc.array(chunk, { maxLength: 12 }),
  isDone: fc.boolean(),
  size: fc.constantFrom<'event' | 'whole' | number>('event', 'whole', 1, 7),
  cut: fc.option(
    fc.record({ at: fc.nat({ max: 1500 }), how: fc.constantFrom('endAfter', 'resetAfter', 'stallAfter') }),
  ),
});

function step({ chunks, isDone, size, cut }: typeof body extends fc.Arbitrary<infer T> ? T : never): Step {
  const events = chunks.map((value) => `data: ${JSON.stringify({ object: 'chat.completion.chunk', ...value })}\n\n`);
  const bytes = Buffer.from([...events, ...(isDone ? ['data: [DONE]\n\n'] : [])].join(''));
  return raw({ bytes, chunking: size, ...(cut !== null && { [cut.how]: cut.at }) });
}

test('whatever streams come, cut or aborted anywhere', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(body, { minLength: 1, maxLength: 5 }),
      fc.option(fc.nat({ max: 40 })),
      async (bodies, abortAt) => {
        const steps = bodies.map(step);
        await using vllm = await startFakeVllm({ respond: () => steps.shift() ?? answer({ content: 'FINAL answer' }) });
        await using client = new VllmClient(vllm.baseUrl, { maxRetries: 0, firstByteTimeoutMs: 60, idleTimeoutMs: 60 });
        const ran: string[] = [];
        const running = stream(weatherAgent({}, ran), 'Is it warm in Paris?', { client });
        const events: RunEvent[] = [];
        for await (const event of running) {
          events.push(event);
          if (events.length - 1 === abortAt) running.abort();
        }
        const result = await running.result;
        expect(findUnpaired(events)).toEqual([]);
        expect(findUnsendable(result.messages)).toEqual([]);
        expect(events.reduce(reduceRun, INITIAL_RUN_STATE)).toEqual(result.state);
        expect(
          result.outcome.type === 'failed' && result.outcome.error.code === 'unexpected' ? result.outcome : null,
        ).toBe(null);
        // Every city that a tool saw is one that some fragment said whole.
        expect(ran.filter((city) => !['Paris', 'Oslo', 'Bonn', 'Rome', '3', '(list)'].includes(city))).toEqual([]);
      },
    ),
    { numRuns: 250 },
  );
});

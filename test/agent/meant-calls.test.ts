// Owns calls that a model writes as JSON, without marks, as the whole of its answer: they are not run from the text, but asked for again.

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { run, VllmClient } from '../../src/index.ts';
import type { Step } from '../support/fake.ts';
import { answer, reply, startFakeVllm } from '../support/fake.ts';
import type { ChatBody } from '../support/run-helpers.ts';
import { findUnpaired, tryRun, weatherAgent } from '../support/run-helpers.ts';

const CALL = '{"name": "get_weather", "arguments": {"city": "Paris"}}';
const FENCED = '```json\n{\n  "name": "get_weather",\n  "arguments": {\n    "city": "Paris"\n  }\n}\n```';
const PARSED = { name: 'get_weather', arguments: '{"city":"Paris"}' };

/** Whether a request asks for calls or words under a grammar. */
const isEither = ({ tool_choice: choice, response_format: format }: ChatBody): boolean =>
  choice === 'none' && JSON.stringify(format ?? null).includes('"type":"or"');

const deltas = (events: Awaited<ReturnType<typeof tryRun>>['events']): string =>
  events.map((event) => (event.type === 'content' ? event.delta : '')).join('');

describe.each([
  ['a server whose parser does not read it', {}, 1],
  ['a server without a parser', { toolParser: false }, 2],
])('on %s', (_name, server, plain) => {
  test.each([
    ['bare', CALL],
    ['in a fence', FENCED],
    ['in a fence without a language', FENCED.replace('json', '')],
    ['as OpenAI nests it', '{"type": "function", "function": {"name": "get_weather", "arguments": {"city": "Paris"}}}'],
    ['as a list', `[${CALL}]`],
    ['twice', `${CALL}\n${CALL.replace('Paris', 'Rome')}`],
    ['twice in fences', `${FENCED}\n\n${FENCED.replace('Paris', 'Rome')}\n`],
    ['with white space around it', `\n\n  ${CALL}\n\n`],
  ])('a call %s is asked for again, and runs only when it is made', async (_form, text) => {
    const steps = [answer({ content: text }), answer({ content: CALL }), answer({ content: 'FINAL answer' })];
    const { result, events, bodies, ran } = await tryRun(steps, { server });
    expect(ran).toEqual(['Paris']);
    expect(bodies.map(isEither)).toEqual([...Array<boolean>(plain).fill(false), true, true]);
    expect(result.warnings.map(({ code }) => code)).toContain('call_meant');
    expect([result.text, deltas(events), findUnpaired(events)]).toEqual(['FINAL answer', 'FINAL answer', []]);
    // Nothing of the text is left for the model to read.
    expect(result.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
  });
});

test('the model may answer in words when it is asked again', async () => {
  const { result, ran } = await tryRun([answer({ content: CALL }), answer({ content: 'It is warm.' })]);
  expect([ran, result.text, result.outcome]).toEqual([[], 'It is warm.', { type: 'completed' }]);
});

test.each([
  ['a text after it', `${CALL}\nThis is how a call looks.`],
  ['a text before it', `This is how a call looks:\n${CALL}`],
  ['a tool that is not there', '{"name": "get_time", "arguments": {}}'],
  ['other JSON', '{"city": "Paris", "degrees": 18}'],
  ['other JSON in a fence', '```json\n{"city": "Paris"}\n```'],
  ['a fence of another language', '```python\nprint(1)\n```'],
])('an answer with %s is an answer', async (_name, text) => {
  const { result, events, bodies, ran } = await tryRun([answer({ content: text })]);
  expect([ran, result.text, result.outcome.type, deltas(events), bodies.length]).toEqual([
    [],
    text,
    'completed',
    text,
    1,
  ]);
});

test('what the conversation says is an answer when the model repeats it', async () => {
  const input = `Say exactly this: ${CALL}`;
  const { result, ran } = await tryRun([answer({ content: CALL })], { input });
  expect([ran, result.text, result.outcome.type]).toEqual([[], CALL, 'completed']);
});

test('with rescue off nothing is looked for', async () => {
  const { result, ran } = await tryRun([answer({ content: CALL })], { rescue: 'off' });
  expect([ran, result.text, result.outcome.type]).toEqual([[], CALL, 'completed']);
});

test('no output is made of it', async () => {
  const output = z.object({ degrees: z.number() });
  const steps = [
    answer({ content: CALL }),
    answer({ content: CALL }),
    answer({ content: 'It is 21 degrees.' }),
    answer({ content: '{"degrees": 21}' }),
  ];
  const { result, bodies, ran } = await tryRun(steps, { agent: { output } });
  expect([ran, result.output]).toEqual([['Paris'], { degrees: 21 }]);
  expect(bodies.map(isEither)).toEqual([false, true, true, false]);
});

test('a call that keeps coming again leads to an answer in words', async () => {
  const calls = [
    answer({ content: CALL }),
    answer({ content: CALL }),
    answer({ content: CALL }),
    answer({ content: CALL }),
  ];
  const { bodies, ran, result } = await tryRun([...calls, answer({ content: 'It is warm.' })]);
  expect([ran, result.text, result.outcome.type]).toEqual([['Paris'], 'It is warm.', 'completed']);
  const formats = bodies.map(({ response_format: format }) => (format as { format?: { type: string } })?.format?.type);
  expect(formats).toEqual([undefined, 'or', 'or', 'or', 'regex']);
});

test('one call written over and over runs once', async () => {
  const other = CALL.replace('Paris', 'Rome');
  const steps = [
    answer({ content: CALL }),
    answer({ content: [CALL, other, CALL, '{"name":"get_weather","arguments":{"city":"Paris"}}', other].join('\n') }),
    answer({ content: 'FINAL' }),
  ];
  const { ran, result } = await tryRun(steps);
  expect([ran, result.text]).toEqual([['Paris', 'Rome'], 'FINAL']);
});

test('a forced choice leaves no words', async () => {
  const { bodies } = await tryRun(
    [answer({ content: CALL }), answer({ content: CALL }), answer({ content: 'FINAL' })],
    { toolChoice: 'required' },
  );
  const [, second, third] = bodies.map(({ response_format: format }) =>
    JSON.stringify(format ?? null).includes('"regex"'),
  );
  expect([second, third]).toEqual([false, true]);
});

test('a server that refuses the grammar is asked as before, and the text is the answer', async () => {
  const refusal = reply({ status: 400, body: { error: { message: 'unsupported structural tag', code: 400 } } });
  const { result, bodies, ran } = await tryRun([answer({ content: CALL }), refusal, answer({ content: CALL })]);
  expect([ran, result.text, result.outcome.type]).toEqual([[], CALL, 'completed']);
  expect(bodies.map(isEither)).toEqual([false, true, false]);
});

test('where calls are forbidden such a text is taken out, as any call, and the model is asked once more', async () => {
  const steps = [answer({ content: CALL }), answer({ content: 'It is warm.' })];
  const { result, ran } = await tryRun(steps, { toolChoice: 'none' });
  expect([ran, result.text]).toEqual([[], 'It is warm.']);
  expect(result.warnings.map(({ code }) => code)).toEqual(['call_in_text', 'answer_nothing']);
});

describe('other runs with the client', () => {
  async function twoRuns(first: readonly Step[]): Promise<readonly boolean[]> {
    await using fake = await startFakeVllm();
    fake.script(...first, answer({ content: 'FINAL' }));
    await using client = new VllmClient(fake.baseUrl);
    for (const input of ['Paris?', 'And Rome?']) await run(weatherAgent(), input, { client });
    return fake.requests.flatMap(({ path, body }) =>
      path === '/v1/chat/completions' ? [isEither(body as unknown as ChatBody)] : [],
    );
  }

  test('are asked so from their first turn', async () => {
    const steps = [answer({ content: CALL }), answer({ content: CALL }), answer({ content: 'FINAL' })];
    expect(await twoRuns(steps)).toEqual([false, true, true, true]);
  });

  test("are asked so also after a refusal that was not the grammar's", async () => {
    await using fake = await startFakeVllm();
    const refusal = reply({ status: 400, body: { error: { message: 'the image cannot be read', code: 400 } } });
    fake.script(answer({ content: CALL }), refusal, refusal, answer({ content: CALL }), answer({ content: 'FINAL' }));
    fake.script(answer({ content: 'FINAL' }));
    await using client = new VllmClient(fake.baseUrl);
    const first = await run(weatherAgent(), 'Paris?', { client });
    expect(first.outcome.type).toBe('failed');
    await run(weatherAgent(), 'Paris?', { client });
    const asked = fake.chatBodies().map((body) => isEither(body as unknown as ChatBody));
    expect(asked.slice(0, 3)).toEqual([false, true, false]);
    expect(asked.slice(3)).toEqual([false, true]);
    await run(weatherAgent(), 'Rome?', { client });
  });

  test('are not where the server was seen to parse', async () => {
    const steps = [
      answer({ toolCalls: [PARSED] }),
      answer({ content: FENCED.replace('Paris', 'Rome') }),
      answer({ content: 'FINAL' }),
    ];
    expect(await twoRuns(steps)).toEqual([false, false, true, false]);
  });
});

test('a state tells it to the process that goes on', async () => {
  const steps = [answer({ content: CALL }), answer({ content: CALL }), answer({ content: 'FINAL' })];
  const { result } = await tryRun(steps);
  expect(result.state.loop?.toolMode).toBe('client_json');
});

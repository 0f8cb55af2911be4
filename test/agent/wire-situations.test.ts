// Owns the odd answers that servers were seen to give, each with what a run is to make of it.

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineTool } from '../../src/index.ts';
import { answer, raw, reply } from '../support/fake.ts';
import { findUnpaired, findUnsendable, tryRun } from '../support/run-helpers.ts';

const PARIS = { name: 'get_weather', arguments: { city: 'Paris' } };
const FINAL = answer({ content: 'FINAL answer' });
const DONE = 'data: [DONE]\n\n';

function frame(delta: object, finish: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
}

describe('reasoning', () => {
  test.each(['reasoning', 'reasoning_content'] as const)('%s is shown and sent back in both fields', async (field) => {
    const step = answer({ reasoning: 'Look it up.', toolCalls: [PARIS] });
    const { result, events, bodies } = await tryRun([step, FINAL], {
      server: { reasoningParser: true, reasoningField: field },
    });
    const shown = events.flatMap((event) => (event.type === 'reasoning' ? [event.delta] : [])).join('');
    expect(shown).toBe('Look it up.');
    expect(bodies[1]?.messages[1]).toMatchObject({ reasoning: 'Look it up.', reasoning_content: 'Look it up.' });
    expect(result.outcome).toEqual({ type: 'completed' });
  });
});

describe('calls', () => {
  test('with the last brace missing are repaired, checked and run, and the run says so', async () => {
    const { result, ran } = await tryRun([
      answer({ toolCalls: [{ name: 'get_weather', arguments: '{"city": "Paris"' }] }),
      FINAL,
    ]);
    expect(ran).toEqual(['Paris']);
    expect(result.warnings.map((warning) => warning.code)).toEqual(['arguments_repaired']);
    expect(result.messages[1]).toMatchObject({ tool_calls: [{ function: { arguments: '{"city":"Paris"}' } }] });
  });

  test('broken in any other way go back to the model with what is wrong', async () => {
    const { result, ran, bodies } = await tryRun([
      answer({ toolCalls: [{ name: 'get_weather', arguments: '{city: Paris}' }] }),
      FINAL,
    ]);
    expect(ran).toEqual([]);
    expect(bodies[1]?.messages.at(-1)).toMatchObject({
      role: 'tool',
      content: expect.stringContaining('the arguments are not valid'),
    });
    expect(result.outcome).toEqual({ type: 'completed' });
  });

  const cutCall = (text: string) =>
    answer({ toolCalls: [{ name: 'get_weather', arguments: text }], finishReason: 'length' });

  test('cut at max_tokens are not run: the same turn is asked again, with twice the room each time', async () => {
    const steps = [cutCall('{"ci'), cutCall('{"city": "Par'), answer({ toolCalls: [PARIS] }), FINAL];
    const { ran, bodies, result } = await tryRun(steps, { params: { max_tokens: 50 } });
    expect(ran).toEqual(['Paris']);
    expect(bodies.map((body) => body.max_tokens)).toEqual([50, 100, 200, 200]);
    expect(bodies.slice(1, 3).map(({ messages }) => messages)).toEqual([bodies[0]?.messages, bodies[0]?.messages]);
    expect(result.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
    expect(result.warnings.map(({ code }) => code)).toEqual(['cut']);
  });

  test('cut at max_tokens are not run although their arguments parse: servers close cut JSON', async () => {
    const { ran, bodies } = await tryRun([cutCall('{"city": "Par"}'), answer({ toolCalls: [PARIS] }), FINAL], {
      params: { max_completion_tokens: 50 },
    });
    expect(ran).toEqual(['Paris']);
    expect(bodies.map((body) => body.max_completion_tokens)).toEqual([50, 100, 100]);
  });

  test('cut by a limit of the server are asked for with a limit of their own', async () => {
    const { bodies } = await tryRun([cutCall('{"city": "Par'), answer({ toolCalls: [PARIS] }), FINAL]);
    expect(bodies.map((body) => body.max_tokens)).toEqual([undefined, 1024, 1024]);
  });

  test('before a cut one run, and the cut one is kept out of the history', async () => {
    const toolCalls = [PARIS, { name: 'get_weather', arguments: '{"city": "Tok' }];
    const { ran, result, bodies } = await tryRun([answer({ toolCalls, finishReason: 'length' }), FINAL], {
      params: { max_tokens: 50 },
    });
    expect(ran).toEqual(['Paris']);
    expect(result.messages.map((message) => ('tool_calls' in message ? message.tool_calls?.length : 0))).toEqual([
      0, 1, 0, 0,
    ]);
    expect(bodies.map((body) => body.max_tokens)).toEqual([50, 100]);
  });

  test('cut at max_tokens though the server says tool_calls are not run either', async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 50, total_tokens: 60 };
    const cut = answer({
      toolCalls: [{ name: 'get_weather', arguments: '{"city": "Paris"' }],
      finishReason: 'tool_calls',
      usage,
    });
    const { ran } = await tryRun([cut, FINAL], { params: { max_tokens: 50 } });
    expect(ran).toEqual([]);
  });

  test('that do not fit the schema go back with path, expectation and value', async () => {
    const { ran, bodies } = await tryRun([
      answer({ toolCalls: [{ name: 'get_weather', arguments: { town: 'Paris' } }] }),
      FINAL,
    ]);
    expect(ran).toEqual([]);
    expect(bodies[1]?.messages.at(-1)).toMatchObject({ content: expect.stringMatching(/city.*string/s) });
  });

  test('wrong twice in a row are asked for again with that tool named', async () => {
    const wrong = answer({ toolCalls: [{ name: 'get_weather', arguments: { town: 'Paris' } }] });
    const { bodies, ran, result } = await tryRun([wrong, wrong, answer({ toolCalls: [PARIS] }), FINAL]);
    expect(bodies.map((body) => body.tool_choice)).toEqual([
      undefined,
      undefined,
      { type: 'function', function: { name: 'get_weather' } },
      undefined,
    ]);
    expect(bodies[2]?.tools?.map(({ function: { name, strict } }) => [name, strict])).toContainEqual([
      'get_weather',
      true,
    ]);
    expect(ran).toEqual(['Paris']);
    expect(result.warnings.map((warning) => warning.code)).toEqual([
      'invalid_arguments',
      'invalid_arguments',
      'tool_forced',
    ]);
  });

  test.each(['', 'null', '{}'])('without arguments run when the server sends %j', async (args) => {
    const { ran, result } = await tryRun([answer({ toolCalls: [{ name: 'list_cities', arguments: args }] }), FINAL]);
    expect(ran).toEqual(['(list)']);
    expect(result.messages[1]).toMatchObject({ tool_calls: [{ function: { arguments: '{}' } }] });
  });

  test('that share an index all run', async () => {
    const both = [
      frame({ tool_calls: [{ index: 0, id: 'a', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } }] }),
      frame(
        { tool_calls: [{ index: 0, id: 'b', function: { name: 'get_weather', arguments: '{"city":"Tokyo"}' } }] },
        'tool_calls',
      ),
    ];
    const { ran } = await tryRun([raw({ bytes: both.join('') + DONE }), FINAL]);
    expect(ran).toEqual(['Paris', 'Tokyo']);
  });

  test('run though the finish reason is stop', async () => {
    const { ran } = await tryRun([answer({ toolCalls: [PARIS], finishReason: 'stop' }), FINAL]);
    expect(ran).toEqual(['Paris']);
  });

  test('of a tool that there is not go back with the names there are, nearest first', async () => {
    const { bodies } = await tryRun([answer({ toolCalls: [{ name: 'list_city', arguments: {} }] }), FINAL]);
    const told = 'There is no tool `list_city`. There are: list_cities, get_weather, explode.';
    expect(bodies[1]?.messages.at(-1)).toMatchObject({ content: told });
  });

  test('without id run under an id of our own, the same in both places', async () => {
    const call = frame(
      { tool_calls: [{ index: 0, id: null, function: { name: 'get_weather', arguments: '{"city":"Paris"}' } }] },
      'tool_calls',
    );
    const { result, ran } = await tryRun([raw({ bytes: call + DONE }), FINAL]);
    expect(ran).toEqual(['Paris']);
    expect(findUnsendable(result.messages)).toEqual([]);
    expect(result.messages[1]).toMatchObject({
      tool_calls: [{ id: expect.stringMatching(/^chatcmpl-tool-[0-9a-f]{16}$/) }],
    });
  });

  test('that throw are answered with name and message, and no stack', async () => {
    const { bodies, events } = await tryRun([answer({ toolCalls: [{ name: 'explode', arguments: {} }] }), FINAL]);
    expect(bodies[1]?.messages.at(-1)).toMatchObject({ role: 'tool', content: 'RangeError: out of cities' });
    expect(events.find((event) => event.type === 'tool_end')).toMatchObject({
      isError: true,
      result: 'RangeError: out of cities',
    });
  });
});

describe('a broken stream', () => {
  const error = `${frame({ content: 'half an ' })}data: {"error":{"message":"engine died","code":500}}\n\n${DONE}`;
  const cut = frame({ content: 'half an ' });

  test.each([
    ['an error frame', error, 'error_frame'],
    ['an end without finish reason', cut, 'stream_cut'],
  ])('%s twice fails the run and keeps what came', async (_name, bytes, code) => {
    const { result, events } = await tryRun([raw({ bytes }), raw({ bytes })]);
    expect(result.outcome).toMatchObject({ type: 'failed', error: { code } });
    expect(result.text).toBe('half an ');
    expect(result.messages).toEqual([{ role: 'user', content: 'Is it warm in Paris?' }]);
    expect(findUnpaired(events)).toEqual([]);
  });

  test('is tried again once as a whole turn, for nothing of it was executed', async () => {
    const { result } = await tryRun([raw({ bytes: error }), FINAL]);
    expect(result.outcome).toEqual({ type: 'completed' });
    expect(result.warnings.map((warning) => warning.code)).toEqual(['turn_retried']);
  });
});

describe('the rest', () => {
  test('a busy server with Retry-After is waited for', async () => {
    const busy = reply({
      status: 503,
      headers: { 'retry-after': '0' },
      body: { error: { message: 'busy', code: 503 } },
    });
    const { result } = await tryRun([busy, FINAL], { retries: 1 });
    expect(result.text).toBe('FINAL answer');
  });

  test('usage is asked for in every stream and summed', async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    const { result, bodies } = await tryRun([
      answer({ toolCalls: [PARIS], usage }),
      answer({ content: 'FINAL answer', usage }),
    ]);
    expect(bodies.map((body) => body.stream_options)).toEqual([{ include_usage: true }, { include_usage: true }]);
    expect(result.usage).toMatchObject({ promptTokens: 20, completionTokens: 10, totalTokens: 30 });
  });

  test('a model that never stops calling ends at a limit, with a history that can be sent', async () => {
    const steps = Array.from({ length: 5 }, (_, at) =>
      answer({ toolCalls: [{ name: 'get_weather', arguments: { city: `${at}` } }] }),
    );
    const { result } = await tryRun(steps, { limits: { turns: 5 } });
    expect(result.outcome).toMatchObject({ type: 'limit', limit: 'turns' });
    expect(findUnsendable(result.messages)).toEqual([]);
  });

  test('a tool that is repeatable runs every time', async () => {
    let polls = 0;
    const poll = defineTool({
      name: 'poll',
      description: 'Says how far it is.',
      parameters: z.object({}),
      repeatable: true,
      execute: () => `waiting ${++polls > 4 ? 'no more' : ''}`,
    });
    const again = answer({ toolCalls: [{ name: 'poll', arguments: {} }] });
    const { result } = await tryRun([again, again, again, again, again, FINAL], {
      agent: { tools: [poll] },
      notReplayed: 'the tool counts',
    });
    expect([result.outcome, polls]).toEqual([{ type: 'completed' }, 5]);
  });

  test('the same call after a new message of the user runs again', async () => {
    const call = answer({ toolCalls: [PARIS] });
    const first = await tryRun([call, FINAL]);
    const second = await tryRun([call, FINAL], { input: 'And now?', state: first.result.state });
    expect(second.ran).toEqual(['Paris']);
  });

  test('a call repeated runs once: its result is given again with the question, until the limit ends the run', async () => {
    const steps = Array.from({ length: 4 }, () => answer({ toolCalls: [PARIS] }));
    const { result, ran, bodies } = await tryRun(steps);
    expect(ran).toEqual(['Paris']);
    const again =
      'This call ran already, so it did not run again. Its result was:\n{"city":"Paris","temperature":20}\n\n' +
      'Answer now, from the results above: Is it warm in Paris?';
    expect(bodies.slice(2).map(({ messages }) => messages.at(-1)?.content)).toEqual([again, again]);
    expect(result.outcome).toMatchObject({ type: 'limit', limit: 'same_call' });
    expect(findUnsendable(result.messages)).toEqual([]);
  });
});

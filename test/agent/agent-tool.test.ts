// Owns the rules of an agent as a tool: the same run on every attempt, its events among the outer run's, its end in words for the outer model.

import { describe, expect, test } from 'vitest';
import type { AgentDefinition, RunEvent, ToolContext } from '../../src/index.ts';
import { agentTool, defineAgent, defineTool } from '../../src/index.ts';
import type { Step } from '../support/fake.ts';
import { answer, reply } from '../support/fake.ts';
import { tryRun, weatherTools } from '../support/run-helpers.ts';

const FINAL = answer({ content: 'FINAL answer' });

function asks(name: string, id: string): Step {
  return answer({ toolCalls: [{ name, arguments: { task: 'Do it.' }, id }] });
}

function expert(name: string, change: Partial<AgentDefinition> = {}) {
  return agentTool(defineAgent({ name, description: 'Knows.', model: 'fake', ...change }));
}

test('its run, and the calls in it, have ids that follow from the call', async () => {
  const seen: string[] = [];
  const look = defineTool({
    name: 'look',
    description: 'x',
    parameters: { type: 'object', properties: {} },
    execute: (_args, { runId, idempotencyKey }) => {
      seen.push(runId, idempotencyKey);
      return 'seen';
    },
  });
  const steps = [asks('expert', 'o'), answer({ toolCalls: [{ name: 'look', arguments: {} }] }), FINAL, FINAL];
  const { events } = await tryRun(steps, { agent: { tools: [expert('expert', { tools: [look] })] }, runId: 'outer' });
  expect(seen.slice(0, 2)).toEqual(['outer/t1/call/0', 'outer/t1/call/0/t1/call/0']);
  const start = events.find((event) => event.type === 'run_start' && event.parentCallId === 'o');
  expect(start).toMatchObject({ runId: 'outer/t1/call/0' });
});

test('its events name the innermost call that they answer', async () => {
  const steps = [asks('outer', 'a'), asks('inner', 'b'), answer({ content: 'deep' }), answer({ content: 'up' }), FINAL];
  const tool = expert('outer', { tools: [expert('inner')] });
  const { events } = await tryRun(steps, { agent: { tools: [tool] } });
  const texts = events.flatMap((event: RunEvent) =>
    event.type === 'turn_end' ? event.messages.map(({ content }) => [event.parentCallId, content]) : [],
  );
  expect(texts.filter(([, content]) => content !== null && content !== '')).toEqual([
    ['b', 'deep'],
    ['a', 'deep'],
    ['a', 'up'],
    [undefined, 'up'],
    [undefined, 'FINAL answer'],
  ]);
});

describe('its end is a result for the outer model', () => {
  async function resultOf(steps: readonly Step[], change: Partial<AgentDefinition> = {}): Promise<unknown> {
    const { result } = await tryRun([asks('expert', 'o'), ...steps, FINAL], {
      agent: { tools: [expert('expert', change)] },
    });
    return result.messages.find((message) => message.role === 'tool')?.content;
  }

  const call = answer({ toolCalls: [{ name: 'list_cities', arguments: {} }] });
  const output = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] } as const;

  test.each<[string, readonly Step[], Partial<AgentDefinition>, string]>([
    ['its text', [answer({ content: 'mild' })], {}, 'mild'],
    ['its structured output', [answer({ content: '{"a": 1}' })], { output }, '{"a":1}'],
    [
      'a limit, with what it had said',
      [call, answer({ content: 'So far', toolCalls: [{ name: 'list_cities', arguments: {} }] })],
      { tools: weatherTools(), limits: { turns: 2, sameCall: 0 } },
      'Error: The run reached its limit of 2 turns (`limits.turns`).',
    ],
    ['an empty answer', [answer({}), answer({})], {}, 'Error: The model gave an empty answer.'],
    [
      'an approval that it cannot wait for',
      [answer({ toolCalls: [{ name: 'pay', arguments: {} }] })],
      {
        tools: [
          defineTool({
            name: 'pay',
            description: 'x',
            parameters: { type: 'object', properties: {} },
            needsApproval: true,
            execute: () => 'paid',
          }),
        ],
      },
      'Error: It needs the approval of a person, which an inner agent cannot wait for.',
    ],
  ])('%s', async (_name, steps, change, content) => {
    expect(await resultOf(steps, change)).toBe(content);
  });

  test('a failure, by its message', async () => {
    const refused = reply({ status: 401, body: { error: { message: 'No key.', code: 401 } } });
    expect(await resultOf([refused])).toEqual(expect.stringMatching(/^Error: /));
  });
});

test('outside of a run it says that it needs one', async () => {
  const context = { signal: new AbortController().signal, callId: 'c' } as unknown as ToolContext;
  await expect(expert('expert').execute({ task: 'x' }, context)).rejects.toThrow(
    'An agent can be a tool only inside a run.',
  );
});

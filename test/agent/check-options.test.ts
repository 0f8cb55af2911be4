// Owns claims about definitions and options that cannot work: each is refused when it is made, by name, with what to write instead.

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { TurnPlan } from '../../src/index.ts';
import { agentTool, DefinitionError, defineAgent, defineTool, run, stream, VllmClient } from '../../src/index.ts';

const tool = defineTool({ name: 'look', description: 'Looks.', parameters: z.object({}), execute: () => 'seen' });
const agent = defineAgent({ name: 'a', description: 'An agent.', model: 'fake', tools: [tool] });
const client = new VllmClient('http://127.0.0.1:9/v1');

function refusalOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof DefinitionError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('an agent', () => {
  test.each<[string, unknown, string]>([
    ['a tool for a list', { tools: tool }, '`tools` is one tool; it must be a list: write [look].'],
    ['an object of tools', { tools: { look: tool } }, '`tools` is an object; it must be a list of tools.'],
    ['null for tools', { tools: null }, '`tools` is null; it must be a list of tools.'],
    [
      'a plain object among the tools',
      { tools: [tool, { name: 'x', execute: () => 1 }] },
      '`tools[1]` is an object: make it with defineTool({ … }).',
    ],
    ['a function among the tools', { tools: [() => 1] }, '`tools[0]` is a function: make it with defineTool({ … }).'],
    ['nothing among the tools', { tools: [undefined] }, '`tools[0]` is undefined: make it with defineTool({ … }).'],
    ['an agent among the tools', { tools: [agent] }, '`tools[0]` is an agent: make it a tool with agentTool(agent).'],
    ['a list among the tools', { tools: [[tool]] }, '`tools[0]` is a list: write its tools one by one, or ...list.'],
    ['a promise among the tools', { tools: [Promise.resolve(tool)] }, '`tools[0]` is a promise: await it.'],
    [
      'a provider that is none',
      { providers: [{ name: 'x' }] },
      '`providers` is a list; it must be a list of tool providers.',
    ],
    [
      'instructions that are no text',
      { instructions: 5 },
      '`instructions` is 5; it must be a text or a function that gives one.',
    ],
    ['a model that is no text', { model: ['m'] }, '`model` is a list; it must be a text.'],
    ['a hook that is no function', { approve: true }, '`approve` is true; it must be a function.'],
    [
      'a tool choice by name',
      { toolChoice: 'look' },
      "`toolChoice` is a text; it must be 'auto', 'required', 'none' or { type: 'function', function: { name } }.",
    ],
    ['sampling by a wrong word', { sampling: 'always' }, "`sampling` is a text; it must be 'ask' or 'allow'."],
    ['no parallel calls', { parallelCalls: 0 }, '`parallelCalls` is 0; it must be a whole number, 1 or more.'],
    ['params that are no object', { params: 'temperature=0' }, '`params` is a text; it must be an object.'],
    ['answers by the number', { params: { n: 3 } }, '`params.n` cannot be set: a run goes on from one answer.'],
    [
      'answers by the number, in extra',
      { params: { extra: { n: 3 } } },
      '`params.extra.n` cannot be set: a run goes on from one answer.',
    ],
    ['a misspelt option', { instruction: 'x' }, 'there is no option `instruction`. Did you mean `instructions`?'],
    [
      'a misspelt option that the door reads',
      { mcpServer: {} },
      'there is no option `mcpServer`. Did you mean `mcpServers`?',
    ],
    ['an option of another library', { system: 'x' }, 'there is no option `system`: use `instructions`.'],
    ['a limit in the wrong place', { maxTurns: 3 }, 'there is no option `maxTurns`: use `limits: { turns }`.'],
    [
      'a request parameter in the wrong place',
      { temperature: 0 },
      'there is no option `temperature`: use `params: { temperature }`.',
    ],
  ])('with %s', (_name, change, message) => {
    expect(refusalOf(() => defineAgent({ name: 'a', ...(change as object) }))).toBe(`Agent \`a\`: ${message}`);
  });

  test.each<[string, unknown, string]>([
    ['nothing', undefined, '`defineAgent` takes an object: { name, instructions, tools }.'],
    ['a text', 'a', '`defineAgent` takes an object: { name, instructions, tools }.'],
    ['no name', {}, 'An agent needs a `name`.'],
    ['servers as a list', { name: 'a', mcpServers: [] }, 'MCP servers are given as an object: { name: { command } }.'],
    [
      'a server that is nothing',
      { name: 'a', mcpServers: { x: undefined } },
      'MCP server `x`: its configuration is not an object.',
    ],
    [
      'a server with a misspelt field',
      { name: 'a', mcpServers: { x: { command: 'node', arg: [] } } },
      'MCP server `x`: there is no field `arg`. Did you mean `args`?',
    ],
  ])('of %s', (_name, definition, message) => {
    expect(refusalOf(() => defineAgent(definition as never))).toBe(message);
  });

  test('as a tool is made of an agent and of options that there are', () => {
    expect(refusalOf(() => agentTool(tool as never))).toBe(
      'The agent to run is a tool: make it with defineAgent({ … }).',
    );
    expect(refusalOf(() => agentTool(agent, { descripton: 'x' } as never))).toBe(
      'agentTool of `a`: there is no option `descripton`. Did you mean `description`?',
    );
  });
});

describe('a run', () => {
  test.each<[string, unknown, string]>([
    ['a misspelt option', { modle: 'x' }, 'there is no option `modle`. Did you mean `model`?'],
    ['a limit in the wrong place', { maxTurns: 3 }, 'there is no option `maxTurns`: use `limits: { turns }`.'],
    ['an option of another library', { abortSignal: 1 }, 'there is no option `abortSignal`: use `signal`.'],
    [
      'a controller for a signal',
      { signal: new AbortController() },
      '`signal` is an object; it must be an AbortSignal, such as that of an AbortController.',
    ],
    ['an address for a client', { client: 'http://x/v1' }, '`client` is a text; it must be a VllmClient.'],
    ['a hook that is no function', { onEvent: 'x' }, '`onEvent` is a text; it must be a function.'],
    ['a run id that is empty', { runId: '' }, '`runId` is a text; it must be a text that is not empty.'],
    ['no stream', { params: { stream: false } }, '`params.stream` cannot be set: a run always reads a stream.'],
    [
      'messages as a parameter',
      { params: { messages: [] } },
      '`params.messages` cannot be set: the conversation is the input of the run.',
    ],
  ])('with %s is refused before anything is sent', (_name, options, message) => {
    expect(refusalOf(() => stream(agent, 'x', options as never))).toBe(`The options of the run: ${message}`);
  });

  test.each<[string, readonly unknown[], string]>([
    [
      'without input',
      [agent],
      "The run has no input: give it a question, a list of messages, or '' to go on with a state.",
    ],
    ['on null', [agent, null], 'The input of the run is null: give a text or a list of messages.'],
    [
      'on one message',
      [agent, { role: 'user', content: 'x' }],
      'The input of the run is an object: put the message into a list.',
    ],
    [
      'on a list of texts',
      [agent, ['x']],
      "The input of the run: message 1 of 1 is no message: it must be { role, content } with the role 'system', 'user', 'assistant' or 'tool'.",
    ],
    [
      'after a conversation that is none',
      [agent, 'x', { messages: 'hello' }],
      'The option `messages` of the run is a text: give a text or a list of messages.',
    ],
    ['with null for options', [agent, 'x', null], 'The options of the run must be an object.'],
    ['of no agent', [undefined, 'x'], 'The agent to run is undefined: make it with defineAgent({ … }).'],
    [
      'of a definition',
      [{ name: 'a', tools: [] }, 'x'],
      'The agent to run is an object: make it with defineAgent({ … }).',
    ],
    ['of a question first', ['x', agent], 'The agent to run is a text: make it with defineAgent({ … }).'],
  ])('%s is refused', async (_name, [first, input, options = { client }], message) => {
    const misuse = run(first as never, input as never, options as never);
    await expect(misuse).rejects.toThrow(new DefinitionError(message));
  });
});

describe('a hook that gives a plan which cannot be sent fails the run:', () => {
  test.each<[string, (plan: TurnPlan) => unknown, string]>([
    ['nothing', () => undefined, '`prepareTurn` must return the plan, changed or not.'],
    [
      'a parameter that a run sets',
      (plan) => ({ ...plan, params: { n: 3 } }),
      '`prepareTurn`: `params.n` cannot be set: a run goes on from one answer.',
    ],
  ])('%s', async (_name, prepareTurn, message) => {
    const { outcome } = await run(agent, 'x', { client, prepareTurn: prepareTurn as never });
    expect(outcome).toEqual({
      type: 'failed',
      error: { code: 'unexpected', message: `DefinitionError: ${message}`, retryable: false },
    });
  });
});

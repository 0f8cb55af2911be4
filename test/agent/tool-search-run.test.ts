// Owns claims about whole runs of an agent with more tools than fit well into each request.

import { describe, expect, test } from 'vitest';
import type { Tool, ToolContext, ToolProvider } from '../../src/index.ts';
import { defineAgent, defineTool, run, VllmClient } from '../../src/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import { findUnsendable } from '../support/run-helpers.ts';

function tool(name: string, more: object = {}): Tool {
  const parameters = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] };
  const execute = ({ path }: { path: string }, { toolName }: ToolContext) => `${toolName} of ${path}`;
  const description = `Works on ${name.replaceAll('_', ' ')} of a project. ${'It is described at length. '.repeat(8)}`;
  return defineTool({ name, description, parameters, timeoutMs: 0, execute, ...more } as never);
}

const MANY = [
  ...Array.from({ length: 60 }, (_, at) => tool(`kind${at}__list`)),
  tool('budget__report'),
  tool('budget__erase', { needsApproval: true }),
];

function provide(tools: () => readonly Tool[]): ToolProvider {
  return {
    name: 'many',
    isRequired: true,
    open: async () => ({ tools, instructions: '', close: async () => undefined }),
  };
}

const call = (name: string, args: object) => answer({ toolCalls: [{ name, arguments: args as never }] });
const DONE = answer({ content: 'done' });

describe('a run', () => {
  test('finds a tool and calls it, and every request has the same tools', async () => {
    await using vllm = await startFakeVllm({ models: [{ id: 'fake', maxModelLen: 32_768 }] });
    await using client = new VllmClient(vllm.baseUrl);
    vllm.script(
      call('find_tools', { query: 'budget report', most: 1 }),
      call('call_tool', { name: 'budget__report', arguments: { path: 'a' } }),
      // Found tools are called by their own names, too.
      call('budget__report', { path: 'b' }),
      call('kind61__list', { path: 'c' }),
      DONE,
    );
    let tools = MANY;
    const agent = defineAgent({ name: 'a', model: 'fake', providers: [provide(() => tools)] });
    const grow = (event: { type: string }) => {
      // A list that changes does not change the prompt.
      if (event.type === 'turn_end') tools = [...MANY, tool('late__list')];
    };
    const { outcome, messages, warnings } = await run(agent, 'go', { client, onEvent: grow });
    const results = messages.flatMap(({ role, content }) => (role === 'tool' ? [content] : []));
    expect(results).toEqual([
      expect.stringMatching(/^budget__report: Works on budget[\s\S]*\n\nCall one with call_tool\.$/),
      'budget__report of a',
      'budget__report of b',
      'There is no tool `kind61__list`. There are: find_tools, call_tool.',
    ]);
    const codes = warnings.map(({ code }) => code);
    expect([outcome, codes, findUnsendable(messages)]).toEqual([{ type: 'completed' }, ['unknown_tool'], []]);
    const sent = vllm.chatBodies().map((body) => JSON.stringify(body.tools));
    expect(new Set(sent).size).toBe(1);
    expect(sent[0]?.length).toBeLessThan(2500);
  });

  test('that waits for an approval of a found tool goes on in another process', async () => {
    await using vllm = await startFakeVllm({ models: [{ id: 'fake', maxModelLen: 32_768 }] });
    await using client = new VllmClient(vllm.baseUrl);
    vllm.script(call('call_tool', { name: 'budget__erase', arguments: { path: 'a' } }), DONE);
    const start = () => defineAgent({ name: 'a', model: 'fake', providers: [provide(() => MANY)] });
    const waiting = await run(start(), 'go', { client });
    const [approval] = waiting.outcome.type === 'waiting' ? waiting.outcome.approvals : [];
    expect(approval).toMatchObject({
      toolName: 'call_tool',
      arguments: { name: 'budget__erase', arguments: { path: 'a' } },
    });
    const state = JSON.parse(JSON.stringify(waiting.state));
    const { messages } = await run(start(), '', { client, state, approvals: { [approval?.id ?? '']: true } });
    expect(messages.filter(({ role }) => role === 'tool').map(({ content }) => content)).toEqual([
      'budget__erase of a',
    ]);
  });

  test('with few tools has them in its requests', async () => {
    await using vllm = await startFakeVllm({ models: [{ id: 'fake', maxModelLen: 32_768 }] });
    await using client = new VllmClient(vllm.baseUrl);
    vllm.script(DONE);
    const agent = defineAgent({ name: 'a', model: 'fake', providers: [provide(() => MANY.slice(0, 3))] });
    await run(agent, 'go', { client });
    const offered = vllm.chatBodies().flatMap(({ tools }) => (tools ?? []) as { function: { name: string } }[]);
    expect(offered.map((one) => one.function.name)).toEqual(MANY.slice(0, 3).map(({ name }) => name));
  });
});

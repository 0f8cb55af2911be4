// Owns the claim that a decision given with a state of version 1 counts for the turn that waits, and for no later call of the same id.

import { expect, test } from 'vitest';
import type { RunState } from '../../src/index.ts';
import { defineAgent, defineTool, run, VllmClient } from '../../src/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';

test('a decision of a version 1 state lets its call run, and no later one with the same id', async () => {
  const paid: unknown[] = [];
  const pay = defineTool({
    name: 'pay',
    description: 'Pays.',
    parameters: { type: 'object', properties: { amount: { type: 'integer' } } },
    needsApproval: true,
    execute: ({ amount }) => {
      paid.push(amount);
      return 'paid';
    },
  });
  const agent = defineAgent({ name: 'payer', model: 'fake', tools: [pay] });
  const waiting = {
    version: 1,
    runId: 'r',
    agent: 'payer',
    messages: [{ role: 'user', content: 'Pay.' }],
    turns: 1,
    toolCalls: 0,
    usage: { promptTokens: 0, completionTokens: 0, totalTokens: 0, cachedTokens: null, reasoningTokens: null },
    warnings: [],
    pending: {
      message: {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'pay', arguments: '{"amount":5}' } }],
      },
      results: [null],
    },
    current: null,
    outcome: { type: 'waiting', approvals: [] },
    output: null,
  };
  await using vllm = await startFakeVllm();
  await using client = new VllmClient(vllm.baseUrl, { maxRetries: 0 });
  vllm.script(answer({ toolCalls: [{ name: 'pay', arguments: { amount: 5000 }, id: 'call_0' }] }));
  const state = waiting as unknown as RunState; // as it was stored by the release before
  const { outcome } = await run(agent, '', { client, state, approvals: { call_0: true }, limits: { turns: 2 } });
  const asked = outcome.type === 'waiting' ? outcome.approvals.map(({ arguments: args }) => args) : outcome;
  expect([paid, asked]).toEqual([[5], [{ amount: 5000 }]]);
});

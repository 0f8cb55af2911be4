// Owns the claim that what an agent used as a tool is in the state of the outer run.

import { expect, test } from 'vitest';
import { agentTool, defineAgent, defineTool } from '../../src/index.ts';
import { answer } from '../support/fake.ts';
import { tryRun } from '../support/run-helpers.ts';

test('the turns, calls and tokens of agents as tools count in the outer run', async () => {
  const parameters = { type: 'object', properties: {} } as const;
  const look = defineTool({ name: 'look', description: 'Looks.', parameters, execute: () => 'seen' });
  const expert = agentTool(defineAgent({ name: 'expert', description: 'Knows.', tools: [look] }));
  const boss = agentTool(defineAgent({ name: 'boss', description: 'Leads.', tools: [expert] }));
  const usage = { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 };
  const task = { task: 'Do it.' };
  const steps = [
    answer({ toolCalls: [{ name: 'boss', arguments: task, id: 'outer' }], usage }),
    answer({ toolCalls: [{ name: 'expert', arguments: task, id: 'middle' }], usage }),
    answer({ toolCalls: [{ name: 'look', arguments: {}, id: 'inner' }], usage }),
    answer({ content: 'I know.', usage }),
    answer({ content: 'I hear.', usage }),
    answer({ content: 'Done.', usage }),
  ];
  const { result } = await tryRun(steps, { agent: { tools: [boss] } });
  const { turns, toolCalls, usage: total, spent } = result.state;
  expect({ turns, toolCalls, total: total.totalTokens, spent: { ...spent, timeMs: 0 } }).toEqual({
    turns: 2,
    toolCalls: 3,
    total: 66,
    spent: { turns: 6, toolCalls: 3, tokens: 66, corrections: 0, timeMs: 0 },
  });
});

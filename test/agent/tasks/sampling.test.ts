// Owns the rules by which a provider may ask the run's model. The client is made up: it answers as each test wants.

import { describe, expect, test } from 'vitest';
import type { AgentDefinition } from '../../../src/agent/agent.ts';
import { defineAgent } from '../../../src/agent/define-agent.ts';
import { resolveLimits } from '../../../src/agent/limits.ts';
import { Budget } from '../../../src/agent/loop/budget.ts';
import type { RunOptions } from '../../../src/agent/run-options.ts';
import { answerSample } from '../../../src/agent/tasks/sampling.ts';
import { StepNotes } from '../../../src/agent/tasks/step-notes.ts';
import type { VllmClient } from '../../../src/client/client.ts';
import type { ToolCall } from '../../../src/core/message.ts';
import { NOTHING_SPENT } from '../../../src/core/run-state.ts';
import { NO_USAGE } from '../../../src/core/usage.ts';
import type { SampleRequest } from '../../../src/tool/tool-provider.ts';

const REQUEST: SampleRequest = { provider: 'files', messages: [{ role: 'user', content: 'Sum up.' }], maxTokens: 50 };
const USAGE = { prompt_tokens: 30, completion_tokens: 10, total_tokens: 40 };

interface Setting {
  readonly sampling?: AgentDefinition['sampling'];
  readonly approve?: RunOptions['approve'];
  readonly agentApprove?: RunOptions['approve'];
  readonly budget?: Budget;
  readonly message?: { readonly content: string | null; readonly tool_calls?: readonly ToolCall[] };
  readonly finishReason?: string;
  readonly usage?: typeof USAGE | null;
  readonly params?: Readonly<Record<string, number>>;
}

async function sample(setting: Setting, request: SampleRequest = REQUEST) {
  const { sampling, approve, agentApprove, message = { content: 'In short: no.' }, finishReason = 'stop' } = setting;
  const { usage = USAGE, budget, params = {} } = setting;
  const asked: unknown[] = [];
  const create = async (body: object, { signal }: { readonly signal: AbortSignal }) => {
    asked.push({ body, isAborted: signal.aborted });
    return { choices: [{ message, finish_reason: finishReason }], ...(usage !== null && { usage }) };
  };
  const notes = new StepNotes();
  const definition = { name: 'tested', ...(agentApprove !== undefined && { approve: agentApprove }) };
  const run = {
    agent: defineAgent({ ...definition, ...(sampling !== undefined && { sampling }) }),
    client: { chat: { completions: { create } } } as unknown as VllmClient, // nothing else of it is used
    options: approve === undefined ? {} : { approve },
    budget,
    notes,
    model: 'fake',
    sessionId: 'run_1',
    params,
  };
  const outcome = await answerSample(run, request, new AbortController().signal).catch((error: Error) => error.message);
  return { outcome, asked, facts: notes.take() };
}

function budgetOf(limits: Parameters<typeof resolveLimits>[0]): Budget {
  return new Budget(resolveLimits(limits), { ...NOTHING_SPENT, turns: 3, tokens: 100 });
}

describe('a request is refused', () => {
  test.each<[string, Setting, string]>([
    ["without the agent's word", {}, 'This agent does not let servers ask its model.'],
    [
      'over the limit of turns',
      { sampling: 'allow', budget: budgetOf({ turns: 3 }) },
      'The run reached its limit of 3 turns (`limits.turns`).',
    ],
    [
      'when what it asks for is over the limit of tokens',
      { sampling: 'allow', budget: budgetOf({ tokens: 149 }) },
      'The run reached its limit of 149 tokens (`limits.tokens`).',
    ],
    ['when a person does not allow it', { sampling: 'ask', approve: () => false }, 'A person did not allow it.'],
    ['when there is nobody to ask', { sampling: 'ask' }, 'A person did not allow it.'],
    [
      "when the run's person does not, whatever the agent's does",
      { sampling: 'ask', approve: async () => false, agentApprove: () => true },
      'A person did not allow it.',
    ],
  ])('%s, and nothing is asked or spent', async (_, setting, message) => {
    expect(await sample(setting)).toEqual({ outcome: message, asked: [], facts: {} });
    expect(setting.budget?.over('turns', 0)).toBe(undefined);
  });
});

describe('a request is answered', () => {
  const ANSWER = { model: 'fake', text: 'In short: no.', calls: [], stopReason: 'endTurn' };
  const CALL = { id: 'a', type: 'function', function: { name: 'read', arguments: '{"path": "x"}' } } as const;

  test('when the agent allows it, and at the very limits', async () => {
    const budget = budgetOf({ turns: 4, tokens: 150 });
    const { outcome } = await sample({ sampling: 'allow', budget });
    expect(outcome).toEqual(ANSWER);
  });

  test('when a person allows it, who is shown what is asked', async () => {
    const shown: unknown[] = [];
    const approve: RunOptions['approve'] = (request) => {
      shown.push(request);
      return true;
    };
    const outcomes = [
      (await sample({ sampling: 'ask', approve })).outcome,
      (await sample({ sampling: 'ask', agentApprove: approve })).outcome,
    ];
    const request = {
      id: 'sample/files',
      callId: 'sample/files',
      toolName: 'files (asks the model)',
      arguments: { messages: REQUEST.messages, maxTokens: 50 },
    };
    expect([outcomes, shown]).toEqual([
      [ANSWER, ANSWER],
      [request, request],
    ]);
  });

  test.each<[string, Setting, object]>([
    ['without text', { message: { content: null } }, { ...ANSWER, text: '' }],
    ['that was cut', { finishReason: 'length' }, { ...ANSWER, stopReason: 'maxTokens' }],
    [
      'with calls',
      { message: { content: null, tool_calls: [CALL] }, finishReason: 'tool_calls' },
      { ...ANSWER, text: '', calls: [{ id: 'a', name: 'read', arguments: { path: 'x' } }], stopReason: 'toolUse' },
    ],
    [
      'without a call that was cut, although the server closed its JSON',
      { message: { content: null, tool_calls: [{ ...CALL, id: 'b' }, CALL] }, finishReason: 'length' },
      { ...ANSWER, text: '', calls: [{ id: 'b', name: 'read', arguments: { path: 'x' } }], stopReason: 'toolUse' },
    ],
    [
      'without a call that was cut',
      {
        message: { content: null, tool_calls: [{ ...CALL, function: { name: 'read', arguments: '{"pa' } }] },
        finishReason: 'length',
      },
      { ...ANSWER, text: '', stopReason: 'maxTokens' },
    ],
  ])('%s', async (_, setting, answer) => {
    expect((await sample({ sampling: 'allow', ...setting })).outcome).toEqual(answer);
  });
});

describe('what is asked', () => {
  test("has the run's parameters and the request's own over them", async () => {
    const tool = { name: 'read', description: 'Reads.', parameters: { type: 'object' } };
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'system', content: 'S' },
      { role: 'user', content: 'b' },
    ] as const;
    const more = { messages, temperature: 0.5, stopSequences: ['END'], tools: [tool], toolChoice: 'required' } as const;
    const params = { temperature: 1, max_tokens: 9, top_k: 3 };
    const { asked } = await sample({ sampling: 'allow', params }, { ...REQUEST, ...more });
    const body = {
      top_k: 3,
      stream: false,
      model: 'fake',
      session_id: 'run_1',
      messages: [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'a\n\nb' },
      ],
      max_tokens: 50,
      temperature: 0.5,
      stop: ['END'],
      tools: [{ type: 'function', function: tool }],
      tool_choice: 'required',
    };
    expect(asked).toEqual([{ body, isAborted: false }]);
  });

  test('has nothing that the request does not name', async () => {
    const { asked } = await sample({ sampling: 'allow' });
    const body = { stream: false, model: 'fake', session_id: 'run_1', messages: REQUEST.messages, max_tokens: 50 };
    expect(asked).toEqual([{ body, isAborted: false }]);
  });
});

describe('what is used', () => {
  test('counts against the limits at once', async () => {
    const budget = budgetOf({ turns: 4, tokens: 150 });
    await sample({ sampling: 'allow', budget });
    const limit = (name: string, noun: string) => ({
      type: 'limit',
      limit: name,
      message: `The run reached its limit of ${noun}.`,
    });
    expect([budget.over('tokens', 10), budget.over('tokens', 11), budget.over('turns', 1)]).toEqual([
      undefined,
      limit('tokens', '150 tokens (`limits.tokens`)'),
      limit('turns', '4 turns (`limits.turns`)'),
    ]);
  });

  test.each([
    [
      'with its counts',
      USAGE,
      {
        usage: { promptTokens: 30, completionTokens: 10, totalTokens: 40, cachedTokens: null, reasoningTokens: null },
        spent: { ...NOTHING_SPENT, turns: 1, tokens: 40 },
      },
    ],
    ['as a turn when the server sends no counts', null, { usage: NO_USAGE, spent: { ...NOTHING_SPENT, turns: 1 } }],
  ])('is told with the value of the step, %s', async (_, usage, used) => {
    const { facts } = await sample({ sampling: 'allow', usage });
    expect(facts).toEqual({ warnings: [], kept: [], inner: [used] });
  });
});

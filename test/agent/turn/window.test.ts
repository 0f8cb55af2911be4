// Owns the rules by which a request is fitted into the model's context.

import { describe, expect, test } from 'vitest';
import type { TurnPlan } from '../../../src/agent/agent.ts';
import type { ModelInput } from '../../../src/agent/loop/task-values.ts';
import type { TurnContext } from '../../../src/agent/turn/turn-context.ts';
import { fitContext, refit } from '../../../src/agent/turn/window.ts';
import type { ChatParams, Message, RunWarning } from '../../../src/index.ts';

interface Server {
  readonly limit?: number;
  /** What `/tokenize` counts; absent: there is no such route. */
  readonly count?: number;
}

const HISTORY: readonly Message[] = [
  { role: 'user', content: 'x'.repeat(10_000) },
  { role: 'assistant', content: 'y' },
  { role: 'user', content: 'z'.repeat(100) },
];

function place(server: Server, context: ModelInput['context'] = null) {
  const asked: string[] = [];
  const warnings: RunWarning[] = [];
  const client = {
    models: {
      list: async () => {
        asked.push('models');
        return { object: 'list', data: [{ id: 'fake', max_model_len: server.limit ?? null }] };
      },
    },
    tokenize: async () => {
      asked.push('tokenize');
      if (server.count === undefined) throw new Error('There is no such route.');
      return { count: server.count };
    },
  };
  const input = { messages: HISTORY, context };
  // All that is asked of them here.
  const turn = { client, input, signal: new AbortController().signal, warn: (w: RunWarning) => warnings.push(w) };
  const plan = { messages: HISTORY };
  return { turn: turn as unknown as TurnContext, plan: plan as unknown as TurnPlan, asked, warnings };
}

function request(change: Partial<ChatParams> = {}): ChatParams {
  return { model: 'fake', messages: HISTORY, ...change };
}

describe('a request', () => {
  test('that every model takes asks nothing', async () => {
    const { turn, plan, asked } = place({ limit: 100 }, { tokens: 50, messages: 3 });
    const fitted = await fitContext(turn, plan, request({ max_tokens: 100 }));
    expect([fitted, asked]).toEqual([{ request: request({ max_tokens: 100 }), outcome: undefined, tokens: 50 }, []]);
  });

  test('is estimated by the last count of the server and what came since', async () => {
    const { turn, plan } = place({}, { tokens: 3000, messages: 2 });
    expect((await fitContext(turn, plan, request())) as object).toMatchObject({ tokens: 3000 + (100 + 16) / 2 });
  });

  test('that a hook changed is measured whole', async () => {
    const { turn, plan } = place({}, { tokens: 3000, messages: 3 });
    const changed = { ...plan, messages: [...HISTORY] };
    const whole = (10_016 + JSON.stringify(HISTORY[1]).length + 116 + 2) / 2;
    expect((await fitContext(turn, changed, request())) as object).toMatchObject({ tokens: whole });
  });

  test('far from the limit is not counted', async () => {
    const { turn, plan, asked } = place({ limit: 100_000, count: 1 }, { tokens: 3000, messages: 3 });
    await fitContext(turn, plan, request());
    expect(asked).toEqual(['models']);
  });

  test('near the limit is counted, and gets as much room as there is', async () => {
    const { turn, plan, warnings } = place({ limit: 4000, count: 3500 }, { tokens: 3000, messages: 3 });
    const fitted = await fitContext(turn, plan, request({ max_tokens: 1000 }));
    expect(fitted).toEqual({ request: request({ max_tokens: 500 }), outcome: undefined, tokens: 3500 });
    const message = "`max_tokens` was lowered from 1000 to 500: the prompt has 3500 of the model's 4000 tokens.";
    expect(warnings).toEqual([{ code: 'max_tokens_clamped', message }]);
  });

  test('that leaves no room for an answer is not sent', async () => {
    const { turn, plan } = place({ limit: 4000, count: 4000 }, { tokens: 3900, messages: 3 });
    expect((await fitContext(turn, plan, request())).outcome).toEqual({
      type: 'limit',
      limit: 'context',
      message:
        'The conversation has 4000 tokens: the model takes 4000, its answer included. Nothing was dropped: start from a shorter history.',
    });
  });

  test('that cannot be counted is sent', async () => {
    const { turn, plan } = place({ limit: 4000 }, { tokens: 3900, messages: 3 });
    expect((await fitContext(turn, plan, request())).outcome).toBeUndefined();
  });
});

describe('a request that the server refused for its length', () => {
  test('is sent with less room, by the numbers of the refusal', async () => {
    const { turn } = place({});
    const overflow = { contextLimit: 100, promptTokens: 60 };
    const fitted = await refit(turn, request({ max_completion_tokens: 80 }), overflow);
    expect(fitted.request?.max_completion_tokens).toBe(40);
  });

  test('is not sent again when it asked for no room', async () => {
    const { turn } = place({ limit: 100 });
    const fitted = await refit(turn, request(), { contextLimit: null, promptTokens: null });
    expect(fitted.outcome).toMatchObject({ limit: 'context', message: expect.stringContaining('too many tokens') });
  });
});

// Owns the rules of what a process holds for a run: providers, tools, contexts of calls, kept results, questions of servers to the model.

import { describe, expect, test } from 'vitest';
import { Budget } from '../../../src/agent/loop/budget.ts';
import { createCallContext, outerRunOf } from '../../../src/agent/tasks/call-context.ts';
import { keptNote, resultToolWith } from '../../../src/agent/tasks/kept-results.ts';
import { openProviders } from '../../../src/agent/tasks/providers.ts';
import type { SampledRun } from '../../../src/agent/tasks/sampling.ts';
import { answerSample } from '../../../src/agent/tasks/sampling.ts';
import { StepNotes } from '../../../src/agent/tasks/step-notes.ts';
import { ToolSource } from '../../../src/agent/tasks/tool-source.ts';
import type { RunWarning, StepIo, Tool, ToolContext, ToolProvider } from '../../../src/index.ts';
import { createInProcessHost, DEFAULT_LIMITS, defineAgent, defineTool } from '../../../src/index.ts';

const NOTHING = { turns: 0, toolCalls: 0, tokens: 0, corrections: 0, timeMs: 0 };

function tool(name: string): Tool {
  return defineTool({ name, description: 'x', parameters: { type: 'object', properties: {} }, execute: () => name });
}

function provider(
  name: string,
  change: Partial<ToolProvider> & { tools?: () => readonly Tool[]; log?: string[] } = {},
): ToolProvider {
  const { tools = () => [], log = [], ...rest } = change;
  const open = async () => {
    log.push(`open ${name}`);
    return {
      tools,
      instructions: `About ${name}.`,
      close: async () => {
        log.push(`close ${name}`);
      },
    };
  };
  return { name, isRequired: false, open, ...rest };
}

const failing = async (): Promise<never> => {
  throw new Error('not there');
};

describe('providers', () => {
  const place = () => {
    const warnings: RunWarning[] = [];
    return { warnings, context: { signal: new AbortController().signal, warn: (w: RunWarning) => warnings.push(w) } };
  };

  test('that are required and fail take the run with them, and the others are closed', async () => {
    const log: string[] = [];
    const all = [provider('a', { log }), provider('b', { isRequired: true, open: failing }), provider('c', { log })];
    await expect(openProviders(all, place().context)).rejects.toThrow('The tool provider `b` failed: not there');
    expect(log).toEqual(['open a', 'open c', 'close a', 'close c']);
  });

  test('that are not required and fail are left out with a warning', async () => {
    const { warnings, context } = place();
    const opened = await openProviders([provider('a', { open: failing }), provider('b')], context);
    expect(warnings.map(({ code }) => code)).toEqual(['provider_failed']);
    expect(opened.instructions).toBe('Notes of the tool server b:\nAbout b.');
  });

  test('bring no tool under a name that is taken', async () => {
    const { warnings, context } = place();
    const [first, second] = [tool('a'), tool('b')];
    const all = [
      provider('x', { tools: () => [first] }),
      provider('y', { tools: () => [tool('a'), second, tool('own')] }),
    ];
    const opened = await openProviders(all, context);
    expect(opened.tools((name) => name === 'own')).toEqual([first, second]);
    expect(warnings.map(({ code }) => code)).toEqual(['tool_name_taken', 'tool_name_taken']);
  });
});

describe('the tools of a run', () => {
  function source(own: readonly Tool[], provided?: () => readonly Tool[]) {
    const log: string[] = [];
    const providers = provided === undefined ? [] : [provider('p', { tools: provided, log })];
    const agent = defineAgent({ name: 'tested', tools: own, providers });
    const { signal } = new AbortController();
    const made = new ToolSource(agent, () => openProviders(providers, { signal, warn: () => {} }));
    return { source: made, log };
  }

  test('are the agent’s own list itself while there are no others', async () => {
    const { source: tools } = source([tool('a')]);
    expect(await tools.list(false)).toBe(tools.own.tools);
  });

  test('are the same list and the same toolbox as long as nothing changes', async () => {
    let provided = [tool('b')];
    const { source: tools, log } = source([tool('a')], () => provided);
    const first = await tools.list(false);
    const toolbox = tools.toolboxOf(first);
    expect(await tools.list(false)).toBe(first);
    expect(tools.toolboxOf(await tools.list(false))).toBe(toolbox);
    provided = [tool('c')];
    expect((await tools.list(false)).map(({ name }) => name)).toEqual(['a', 'c']);
    await tools.close();
    expect(log).toEqual(['open p', 'close p']);
  });

  test('have one for kept results when there are any, unless the agent has one of that name', async () => {
    const names = async (own: readonly Tool[]) => (await source(own).source.list(true)).map(({ name }) => name);
    expect(await names([tool('a')])).toEqual(['a', 'read_result']);
    expect(await names([tool('read_result')])).toEqual(['read_result']);
  });

  test('that a provider failed to bring are asked for again with the next need', async () => {
    let isThere = false;
    const open = async () => {
      if (!isThere) throw new Error('not there');
      return { tools: () => [tool('late')], instructions: '', close: async () => {} };
    };
    const providers = [provider('p', { isRequired: true, open })];
    const agent = defineAgent({ name: 'tested', providers });
    const { signal } = new AbortController();
    const tools = new ToolSource(agent, () => openProviders(providers, { signal, warn: () => {} }));
    await expect(tools.list(false)).rejects.toThrow('The tool provider `p` failed: not there');
    isThere = true;
    expect((await tools.list(false)).map(({ name }) => name)).toEqual(['late']);
  });

  test('close without having been opened', async () => {
    const { source: tools, log } = source([], () => []);
    await tools.close();
    expect(log).toEqual([]);
  });
});

describe('the context of a call', () => {
  const io: StepIo = {
    runId: 'run',
    key: 't1/call/0',
    signal: new AbortController().signal,
    idempotencyKey: 'run/t1/call/0',
    emit: () => {},
    ready: () => undefined,
    inner: createInProcessHost,
  };
  const subject = { callId: 'c', toolName: 't', messages: [], idempotencyKey: 'run/t1/call/0', addUse: () => {} };
  const setting = { options: { context: 'mine' }, client: {} as never, budget: undefined };

  test('has a signal that is aborted when the call is stopped, before or after it was asked for', () => {
    const early = createCallContext(subject, setting, io);
    const { signal } = early.context;
    early.stop();
    const late = createCallContext(subject, setting, io);
    late.stop();
    expect([signal.aborted, late.context.signal.aborted]).toEqual([true, true]);
  });

  test('knows its run, and so does a copy of it; another object does not', () => {
    const { context } = createCallContext(subject, setting, io);
    const copy: ToolContext = { ...context };
    expect([outerRunOf(copy)?.setting === setting, copy.context]).toEqual([true, 'mine']);
    const { runId, messages, progress, signal, callId, toolName, idempotencyKey } = context;
    const other = { runId, messages, progress, signal, callId, toolName, idempotencyKey, context: 1 };
    expect(outerRunOf(other)).toBeUndefined();
  });
});

describe('kept results', () => {
  const read = (keptText: string | null, from: number) =>
    resultToolWith({ keptText }).execute({ call_id: 'c', from }, {} as never);

  test('are read in pieces, up to the end', () => {
    const text = 'ab'.repeat(6000);
    expect(read(text, 0)).toBe(`${text.slice(0, 10_000)}\n[2000 more characters, from 10000 on]`);
    expect(read(text, 10_000)).toBe(`${text.slice(10_000)}\n[the end]`);
    expect(read(text, 99_999)).toBe('\n[the end]');
  });

  test('that are gone say what to do', () => {
    expect(() => read(null, 0)).toThrow('The result of c is not kept any more: make the call again.');
  });

  test('are pointed to only where the model can read them', () => {
    expect(keptNote('c', true)).toBe('`read_result` with call_id "c" reads them.');
    expect(keptNote('c', false)).toBe('Ask for a narrower part to see them.');
  });
});

describe('a question of a server to the model', () => {
  const request = { provider: 'p', messages: [{ role: 'user', content: 'Hi' } as const], maxTokens: 10 };

  function asked(
    change: Partial<SampledRun> & { sampling?: 'ask' | 'allow'; limits?: Partial<typeof DEFAULT_LIMITS> } = {},
  ) {
    const { sampling = 'allow', limits, ...rest } = change;
    const bodies: unknown[] = [];
    const create = async (params: unknown) => {
      bodies.push(params);
      const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
      return { choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }], usage };
    };
    const budget = new Budget({ ...DEFAULT_LIMITS, ...limits }, NOTHING);
    const notes = new StepNotes();
    const run: SampledRun = {
      agent: defineAgent({ name: 'tested', sampling }),
      client: { chat: { completions: { create } } } as never,
      options: {},
      budget,
      notes,
      model: 'fake',
      sessionId: 'run_1',
      params: {},
      ...rest,
    };
    return { answer: answerSample(run, request, new AbortController().signal), bodies, budget, notes };
  }

  test('is answered, counted for the limits at once, and noted for the step', async () => {
    const { answer, budget, notes } = asked();
    expect(await answer).toEqual({ model: 'fake', text: 'Hello', calls: [], stopReason: 'endTurn' });
    expect(budget.over('tokens', DEFAULT_LIMITS.tokens - 6)).toMatchObject({ limit: 'tokens' });
    expect(budget.over('turns', DEFAULT_LIMITS.turns)).toMatchObject({ limit: 'turns' });
    expect(notes.take().inner).toEqual([
      {
        usage: { promptTokens: 3, completionTokens: 4, totalTokens: 7, cachedTokens: null, reasoningTokens: null },
        spent: { ...NOTHING, turns: 1, tokens: 7 },
      },
    ]);
  });

  test('is refused where the agent does not allow it, a person does not, or a limit is reached', async () => {
    const bare = defineAgent({ name: 'tested' });
    await expect(asked({ agent: bare }).answer).rejects.toThrow('This agent does not let servers ask its model.');
    await expect(asked({ sampling: 'ask' }).answer).rejects.toThrow('A person did not allow it.');
    const tokens = asked({ limits: { tokens: 9 } });
    await expect(tokens.answer).rejects.toThrow('The run reached its limit of 9 tokens');
    expect(tokens.bodies).toEqual([]);
  });

  test('is asked of a person with what it says', async () => {
    const seen: unknown[] = [];
    const options = {
      approve: (approval: unknown) => {
        seen.push(approval);
        return true;
      },
    };
    await asked({ sampling: 'ask', options }).answer;
    const { messages, maxTokens } = request;
    expect(seen).toEqual([
      { id: 'sample/p', callId: 'sample/p', toolName: 'p (asks the model)', arguments: { messages, maxTokens } },
    ]);
  });
});

test('notes are taken once, those of others included', () => {
  const notes = new StepNotes();
  notes.warn({ code: 'a', message: 'A' });
  notes.add({ warnings: [{ code: 'b', message: 'B' }], kept: [{ callId: 'c', text: 't' }] });
  expect(notes.take()).toEqual({
    warnings: [
      { code: 'a', message: 'A' },
      { code: 'b', message: 'B' },
    ],
    kept: [{ callId: 'c', text: 't' }],
    inner: [],
  });
  expect(notes.take()).toEqual({});
});

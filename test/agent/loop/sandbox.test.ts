// Owns the claim that the loop needs nothing but the language: it runs in a bare context, as an engine's sandbox is one.

import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { modelValue, readyCall } from '../../support/loop-helpers.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

async function bundle() {
  const contents = `
    export { runLoop } from './src/agent/loop/run-loop.ts';
    export { Budget } from './src/agent/loop/budget.ts';
    export { NOTHING_SPENT } from './src/core/run-state.ts';`;
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'loop',
    platform: 'neutral',
    metafile: true,
    absWorkingDir: ROOT,
  });
  return {
    code: outputFiles[0]?.text ?? '',
    inputs: Object.keys(metafile.inputs).filter((path) => path !== '<stdin>'),
  };
}

/** Answers of the steps by key; the decision of the signal. */
const JOURNAL = {
  start: { model: 'fake', weights: null, instructions: '', hasTools: true, at: 0, facts: {} },
  't1/added': { messages: [], timeMs: 0, at: 1 },
  't1/model': modelValue({ calls: [readyCall(0), readyCall(1, { approvalId: 'id' })], contextTokens: 20 }),
  't1/call/0': { hasRun: true, result: { isError: false, content: 'zero' }, problem: null, facts: {} },
  't1/call/1/decided': true,
  't1/call/1': { hasRun: true, result: { isError: false, content: 'one' }, problem: null, facts: {} },
  't2/added': { messages: [], timeMs: 2, at: 3 },
  't2/model': modelValue({ text: 'Done.', contextTokens: 30 }),
  't3/added': { messages: [], timeMs: 4, at: 5 },
};

const PROGRAM = `
  const journal = JSON.parse(text);
  const value = (key) => {
    if (journal[key] === undefined) throw new Error('Nothing is recorded under ' + key);
    return journal[key];
  };
  const host = {
    step: async ({ key }) => value(key),
    all: async (steps) => steps.map(({ key }) => ({ status: 'fulfilled', value: value(key) })),
    signal: async (name) => value(name),
  };
  const limits = { turns: 32, toolCalls: 128, tokens: 1e6, timeMs: 3600000, corrections: 16, sameCall: 3 };
  const start = { type: 'run_start', runId: 'r', agent: 'a', messages: [{ role: 'user', content: 'Do it.' }] };
  const request = { start, limits, parallelCalls: 8, toolChoice: null, hasOutput: false };
  const budget = new loop.Budget(limits, loop.NOTHING_SPENT);
  const failed = (error) => ({ type: 'failed', error: { code: 'x', message: String(error), retryable: false } });
  const ports = { host, emit: () => {}, signal: { aborted: false }, budget, failed };
  loop.runLoop(request, ports).then((state) => JSON.stringify(state));`;

test('a run of two turns, with calls side by side and an approval, completes in a bare context', async () => {
  const { code } = await bundle();
  const context = createContext({ text: JSON.stringify(JOURNAL) });
  runInContext(code, context);
  const state = JSON.parse(await (runInContext(PROGRAM, context) as Promise<string>));
  expect(state).toEqual({
    version: 2,
    serverParses: false,
    runId: 'r',
    agent: 'a',
    messages: [
      { role: 'user', content: 'Do it.' },
      { role: 'assistant', content: '' },
      { role: 'tool', tool_call_id: 'c0', content: 'zero' },
      { role: 'tool', tool_call_id: 'c1', content: 'one' },
      { role: 'assistant', content: 'Done.' },
    ],
    turns: 2,
    toolCalls: 2,
    usage: { promptTokens: 0, completionTokens: 0, totalTokens: 0, cachedTokens: null, reasoningTokens: null },
    warnings: [],
    spent: { turns: 2, toolCalls: 2, tokens: 0, corrections: 0, timeMs: 2 },
    loop: {
      phase: 'work',
      toolChoice: null,
      added: [],
      request: { nudge: null, isWithoutThinking: false },
      retry: null,
      room: null,
      failures: {},
      outputFailures: 0,
      lastCall: { toolName: 'look', arguments: { at: 1 }, times: 1 },
      ran: {
        calls: [
          { message: 1, call: 0, isError: false, isChange: true, times: 1 },
          { message: 1, call: 1, isError: false, isChange: true, times: 1 },
        ],
        isWorldChanging: false,
      },
      context: { tokens: 30, messages: 5 },
      toolMode: 'server',
    },
    kept: [],
    pending: null,
    unfinished: null,
    outcome: { type: 'completed' },
    output: null,
  });
});

test('what it bundles is the loop and core alone', async () => {
  const { code, inputs } = await bundle();
  expect(inputs.toSorted()).toEqual([
    'src/agent/loop/answers.ts',
    'src/agent/loop/budget.ts',
    'src/agent/loop/call-again.ts',
    'src/agent/loop/calls.ts',
    'src/agent/loop/cut-answer.ts',
    'src/agent/loop/empty-answer.ts',
    'src/agent/loop/loop-run.ts',
    'src/agent/loop/loop.ts',
    'src/agent/loop/question.ts',
    'src/agent/loop/ran-calls.ts',
    'src/agent/loop/remedies.ts',
    'src/agent/loop/repetition.ts',
    'src/agent/loop/run-calls.ts',
    'src/agent/loop/run-loop.ts',
    'src/agent/loop/task-values.ts',
    'src/core/call.ts',
    'src/core/json-nesting.ts',
    'src/core/json.ts',
    'src/core/loop-state.ts',
    'src/core/run-state.ts',
    'src/core/usage.ts',
  ]);
  expect(code).not.toMatch(/node:|\brequire\(/);
});

// Owns the claim that a run ends for every way to abort it, and leaves nothing on the signal of its caller.

import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import type { RunOptions } from '../../src/index.ts';
import { defineAgent, defineTool, run, stream, VllmClient } from '../../src/index.ts';
import { answer, startFakeVllm } from '../support/fake.ts';

const CALL = answer({ toolCalls: [{ name: 'look', arguments: {}, id: 'c' }] });

function agentWith(execute: () => unknown) {
  const parameters = { type: 'object', properties: {} } as const;
  return defineAgent({
    name: 'a',
    model: 'fake',
    tools: [defineTool({ name: 'look', description: 'Looks.', parameters, execute })],
  });
}

/** How a run ends whose tool does this, its turns, and the questions that its model was asked. */
async function tryAborted(execute: () => unknown, options: RunOptions, ...steps: readonly (typeof CALL)[]) {
  await using vllm = await startFakeVllm();
  await using client = new VllmClient(vllm.baseUrl, { maxRetries: 0 });
  vllm.script(...steps);
  const { outcome, turns, messages } = await run(agentWith(execute), 'Go.', { ...options, client });
  const asked = vllm.requests.filter(({ path }) => path === '/v1/chat/completions').length;
  return { outcome, turns, asked, last: messages.at(-1) };
}

test('a run whose signal was aborted before asks for nothing', async () => {
  expect(await tryAborted(() => 'seen', { signal: AbortSignal.abort() })).toEqual({
    outcome: { type: 'aborted' },
    turns: 0,
    asked: 0,
    last: { role: 'user', content: 'Go.' },
  });
});

test('a run that was aborted before it began asks for nothing', async () => {
  await using vllm = await startFakeVllm();
  await using client = new VllmClient(vllm.baseUrl, { maxRetries: 0 });
  const running = stream(
    agentWith(() => 'seen'),
    'Go.',
    { client },
  );
  running.abort();
  expect((await running.result).outcome).toEqual({ type: 'aborted' });
  expect(vllm.requests.filter(({ path }) => path === '/v1/chat/completions')).toEqual([]);
});

test('a run whose signal is aborted by its own tool takes no further turn', async () => {
  const controller = new AbortController();
  const execute = (): string => {
    controller.abort();
    return 'seen';
  };
  expect(await tryAborted(execute, { signal: controller.signal }, CALL)).toEqual({
    outcome: { type: 'aborted' },
    turns: 1,
    asked: 1,
    last: { role: 'tool', tool_call_id: 'c', content: 'seen' },
  });
});

test('a run leaves no listener on the signal of its caller', async () => {
  const { signal } = new AbortController();
  const counts: number[] = [];
  const execute = (): string => {
    counts.push(getEventListeners(signal, 'abort').length);
    return 'seen';
  };
  const { outcome } = await tryAborted(execute, { signal }, CALL, answer({ content: 'Done.' }));
  counts.push(getEventListeners(signal, 'abort').length);
  expect([outcome, counts]).toEqual([{ type: 'completed' }, [1, 0]]);
});

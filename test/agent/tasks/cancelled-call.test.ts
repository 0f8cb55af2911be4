// Owns the claim that a call whose run is cancelled before its task begins did not run, and says so.

import { expect, test } from 'vitest';
import type { CallInput } from '../../../src/agent/loop/task-values.ts';
import { tasksOf } from '../../../src/agent/tasks/tasks.ts';
import { asJson } from '../../../src/core/json.ts';
import type { RunEvent } from '../../../src/index.ts';
import { createInProcessHost, defineAgent, defineTool, VllmClient } from '../../../src/index.ts';

test('a call of a run that was cancelled before emits nothing and is not counted as run', async () => {
  await using client = new VllmClient('http://127.0.0.1:9/v1');
  const ran: string[] = [];
  const look = defineTool({
    name: 'look',
    description: 'Looks.',
    parameters: { type: 'object' },
    execute: () => ran.push('look'),
  });
  const { tasks } = tasksOf(defineAgent({ name: 'looker', tools: [look] }), client);
  const input: CallInput = {
    turn: 1,
    call: {
      type: 'ready',
      key: 't1/call/0',
      callId: 'c',
      toolName: 'look',
      arguments: {},
      approvalId: null,
      isSequential: false,
      holdsRun: false,
    },
    head: { model: 'made', weights: null, instructions: '', hasTools: true, sessionId: 'run_1' },
    messages: [],
    keptText: null,
  };
  const events: RunEvent[] = [];
  const value = await tasks.call?.(asJson(input), {
    runId: 'run',
    key: 't1/call/0',
    signal: AbortSignal.abort(),
    idempotencyKey: 'run/t1/call/0',
    emit: (event) => events.push(event),
    ready: () => undefined,
    inner: createInProcessHost,
  });
  const content = 'The run was cancelled before this call ran.';
  expect([value, events, ran]).toEqual([
    { hasRun: false, result: { isError: true, content }, problem: 'cancelled', facts: {} },
    [],
    [],
  ]);
});

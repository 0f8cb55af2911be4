// Owns the rules of gathering an answer from the client's events.

import { describe, expect, test } from 'vitest';
import { assistantTurn, toWire, withNudge, withUniqueIds } from '../../../src/agent/turn/history.ts';
import type { ModelCall } from '../../../src/agent/turn/model-call.ts';
import { callModel } from '../../../src/agent/turn/model-call.ts';
import type { DoneEvent, Message, RunEvent, RunWarning, StepIo, StreamEvent, ToolCall } from '../../../src/index.ts';
import { ContextOverflowError, createInProcessHost, VllmError } from '../../../src/index.ts';
import type { TextScanner } from '../../../src/model/scanner/text-scanner.ts';

const DONE: DoneEvent = {
  type: 'done',
  id: null,
  model: null,
  finishReasons: ['stop'],
  stopReasons: [null],
  systemFingerprint: null,
  timings: { firstByteMs: 1, firstTokenMs: 1, lastTokenMs: 1, totalMs: 1 },
};

function content(delta: string): StreamEvent {
  return { type: 'content', delta, index: 0 };
}

function toolCall(id: string, name = 'look', args = '{}'): ToolCall {
  return { id, type: 'function', function: { name, arguments: args } };
}

function usage(completion: number, total: number): StreamEvent {
  const counts = { prompt_tokens: total - completion, completion_tokens: completion, total_tokens: total };
  return { type: 'usage', usage: counts };
}

async function gather(events: readonly StreamEvent[], change: Partial<ModelCall> = {}) {
  const shown: RunEvent[] = [];
  const warnings: RunWarning[] = [];
  let waits = 0;
  const io: StepIo = {
    runId: 'run',
    key: 't1/model',
    signal: new AbortController().signal,
    idempotencyKey: 'run/t1/model',
    emit: (event) => shown.push(event),
    ready: () => (++waits % 2 === 0 ? Promise.resolve() : undefined),
    inner: createInProcessHost,
  };
  async function* stream(): AsyncGenerator<StreamEvent> {
    yield* events;
  }
  const client = { chat: { completions: { stream } } } as unknown as ModelCall['client']; // all that a call asks of it
  const call: ModelCall = {
    client,
    request: { model: 'fake', messages: [] },
    createScanner: undefined,
    delimiters: undefined,
    mintId: (name, index) => `minted ${name} ${index}`,
    warn: (warning) => warnings.push(warning),
    isClientSide: false,
    ...change,
  };
  return { answer: await callModel(call, io), shown, warnings, waits };
}

/** Finds the call `look({})` where the text says so, at the end. */
function scanner(cut = false): TextScanner {
  let text = '';
  return {
    feed: (delta) => {
      text += delta;
      return { text: delta, calls: [] };
    },
    end: () => ({
      text: '',
      calls: text.includes('CALL') && !cut ? [{ name: 'look', arguments: '{}' }] : [],
      hasCutCall: cut,
    }),
  };
}

describe('an answer', () => {
  test('is its text, its thinking and its calls, shown as they come; the consumer is waited for', async () => {
    const call = toolCall('a');
    const events: StreamEvent[] = [
      { type: 'reasoning', delta: 'Hm.', index: 0 },
      content('Hel'),
      content('lo'),
      { type: 'tool_call_complete', toolCall: call, toolIndex: 0, index: 0 },
      usage(1, 3),
      DONE,
    ];
    const { answer, shown, waits } = await gather(events);
    expect(answer).toEqual({
      content: 'Hello',
      reasoning: 'Hm.',
      calls: [call],
      finishReason: 'stop',
      usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 },
      timings: DONE.timings,
      wasCut: false,
      hasCutCall: false,
      failure: null,
      overflow: null,
    });
    expect([shown, waits]).toEqual([events.slice(0, -1), events.length]);
  });

  test('has the last of continuous counts', async () => {
    const { answer } = await gather([usage(1, 3), content('a'), usage(2, 4), DONE]);
    expect(answer.usage?.total_tokens).toBe(4);
  });

  test.each([
    ['by its finish reason', [{ ...DONE, finishReasons: ['length'] }], {}, true],
    ['by as many tokens as were allowed', [usage(5, 9), DONE], { max_tokens: 5 }, true],
    ['by the newer name of that', [usage(5, 9), DONE], { max_completion_tokens: 5, max_tokens: 99 }, true],
    ['not by the tokens of the prompt', [usage(4, 9), DONE], { max_tokens: 5 }, false],
    ['not without a limit', [usage(5, 9), DONE], {}, false],
  ] as const)('is known to be cut %s', async (_name, events, params, wasCut) => {
    const request = { model: 'fake', messages: [], ...params };
    expect((await gather(events as readonly StreamEvent[], { request })).answer.wasCut).toBe(wasCut);
  });

  test('that failed keeps what had come', async () => {
    const error = new VllmError('cut', { code: 'stream_cut' });
    const { answer } = await gather([content('Hal'), { type: 'error', error }]);
    expect([answer.content, answer.failure, answer.overflow]).toEqual([
      'Hal',
      { code: 'stream_cut', message: 'cut', retryable: false },
      null,
    ]);
  });

  test('that was refused for its length has the sizes', async () => {
    const error = new ContextOverflowError('long', { code: 'context_overflow', limit: 10, promptTokens: 11 } as never);
    expect((await gather([{ type: 'error', error }])).answer.overflow).toEqual({ contextLimit: 10, promptTokens: 11 });
  });

  test('whose thinking ends with a lone mark is what comes after it', async () => {
    const delimiters = { open: '<think>', close: '</think>' };
    const { answer } = await gather([content('Hm.\n</think>\nYes.'), DONE], { delimiters });
    expect([answer.reasoning, answer.content]).toEqual(['Hm.', 'Yes.']);
  });
});

describe('a call in the text', () => {
  test('is read, shown and warned of', async () => {
    const { answer, warnings, shown } = await gather([content('CALL'), DONE], { createScanner: () => scanner() });
    expect(answer.calls).toEqual([toolCall('minted look 0')]);
    expect(warnings.map(({ code }) => code)).toEqual(['call_rescued']);
    expect(shown.map(({ type }) => type)).toEqual(['content', 'tool_call_delta', 'tool_call_complete']);
  });

  test('is the agreed way on a server without a parser, and no reason to warn', async () => {
    const { answer, warnings } = await gather([content('CALL'), DONE], {
      createScanner: () => scanner(),
      isClientSide: true,
    });
    expect([answer.calls.length, warnings]).toEqual([1, []]);
  });

  test('is an echo when the server parsed the same call, and does not run twice', async () => {
    const parsed: StreamEvent = { type: 'tool_call_complete', toolCall: toolCall('a'), toolIndex: 0, index: 0 };
    const { answer } = await gather([content('CALL'), parsed, DONE], { createScanner: () => scanner() });
    expect(answer.calls).toEqual([toolCall('a')]);
  });

  test('is an echo also when the server spaces its arguments in another way', async () => {
    const parsed = toolCall('a', 'look', '{"x": [1, 2], "y": "z"}');
    const found = { name: 'look', arguments: '{"y":"z","x":[1,2]}' };
    const createScanner = (): TextScanner => ({
      ...scanner(),
      end: () => ({ text: '', calls: [found], hasCutCall: false }),
    });
    const event: StreamEvent = { type: 'tool_call_complete', toolCall: parsed, toolIndex: 0, index: 0 };
    const { answer } = await gather([content('CALL'), event, DONE], { createScanner });
    expect(answer.calls).toEqual([parsed]);
  });

  test('that was cut is none', async () => {
    const { answer } = await gather([content('CALL'), DONE], { createScanner: () => scanner(true) });
    expect([answer.calls, answer.hasCutCall]).toEqual([[], true]);
  });
});

describe('the history', () => {
  test('gives calls with one id ids of their own', () => {
    const calls = [toolCall('a'), toolCall('a', 'find'), toolCall('b')];
    expect(withUniqueIds(calls, (name, index) => `${name}-${index}`).map(({ id }) => id)).toEqual(['a', 'find-1', 'b']);
  });

  test('sends thinking in both fields, and no text beside calls when there is none', () => {
    expect(assistantTurn({ content: '', reasoning: 'Hm.', calls: [toolCall('a')] })).toEqual({
      role: 'assistant',
      content: null,
      reasoning: 'Hm.',
      reasoning_content: 'Hm.',
      tool_calls: [toolCall('a')],
    });
    expect(assistantTurn({ content: '', reasoning: '', calls: [] })).toEqual({ role: 'assistant', content: '' });
  });

  const user = (text: string): Message => ({ role: 'user', content: text });

  test('that templates take is sent as it is, after the instructions', () => {
    const messages = [user('a'), { role: 'assistant', content: 'b' } as const, user('c')];
    expect(toWire('', messages)).toBe(messages);
    expect(toWire('I', messages)).toEqual([{ role: 'system', content: 'I' }, ...messages]);
  });

  test('is rearranged where templates would refuse it', () => {
    const system: Message = { role: 'system', content: [{ type: 'text', text: 'S' }] };
    expect(toWire('I', [user('a'), user('b'), system, user('c')])).toEqual([
      { role: 'system', content: 'I\n\nS' },
      user('a\n\nb\n\nc'),
    ]);
  });

  test('carries an instruction for one request with its last message', () => {
    expect(withNudge([user('a')], 'Now.')).toEqual([user('a\n\nNow.')]);
    const answered: Message[] = [user('a'), { role: 'assistant', content: 'b' }];
    expect(withNudge(answered, 'Now.')).toEqual([...answered, user('Now.')]);
    expect(withNudge(answered, null)).toBe(answered);
  });
});

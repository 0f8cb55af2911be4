// Owns the rules of gathering an answer from the client's events.

import { describe, expect, test } from 'vitest';
import type { TextCalls } from '../../../src/agent/turn/calls-in-text.ts';
import { assistantTurn, toWire, withNudge, withUniqueIds } from '../../../src/agent/turn/history.ts';
import type { ModelCall } from '../../../src/agent/turn/model-call.ts';
import { callModel } from '../../../src/agent/turn/model-call.ts';
import type { DoneEvent, Message, RunEvent, RunWarning, StepIo, StreamEvent, ToolCall } from '../../../src/index.ts';
import { ContextOverflowError, createInProcessHost, VllmError } from '../../../src/index.ts';
import { HERMES } from '../../../src/model/format/tool-call-formats.ts';
import { profileOf } from '../../../src/model/profile/profile-of.ts';
import { thinkReading } from '../../../src/model/profile/think-reading.ts';
import { createRescue } from '../../../src/model/scanner/rescue.ts';

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

async function gather(events: Iterable<StreamEvent>, change: Partial<ModelCall> = {}, ready?: StepIo['ready']) {
  const shown: RunEvent[] = [];
  const warnings: RunWarning[] = [];
  let waits = 0;
  const io: StepIo = {
    runId: 'run',
    key: 't1/model',
    signal: new AbortController().signal,
    idempotencyKey: 'run/t1/model',
    emit: (event) => shown.push(event),
    ready: ready ?? (() => (++waits % 2 === 0 ? Promise.resolve() : undefined)),
    inner: createInProcessHost,
  };
  async function* stream(): AsyncGenerator<StreamEvent> {
    yield* events;
  }
  const client = { chat: { completions: { stream } } } as unknown as ModelCall['client']; // all that a call asks of it
  const call: ModelCall = {
    client,
    request: { model: 'fake', messages: [] },
    textCalls: undefined,
    thinking: undefined,
    mintId: (name, index) => `minted ${name} ${index}`,
    warn: (warning) => warnings.push(warning),
    ...change,
  };
  return { answer: await callModel(call, io), shown, warnings, waits };
}

const LOOK = '<tool_call>\n{"name": "look", "arguments": {}}\n</tool_call>';

/** Calls of `look` in the text, as Hermes writes them. */
function textCalls(change: Partial<TextCalls> = {}): TextCalls {
  const schemas = new Map([['look', { type: 'object' }]]);
  const agreed = change.agreed === undefined ? {} : { agreed: HERMES };
  const createScanner = () => createRescue({ formats: [HERMES], schemas, ...agreed });
  return { createScanner, agreed: undefined, serverParses: false, ...change };
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
      origins: ['server'],
      finishReason: 'stop',
      usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 },
      timings: DONE.timings,
      wasCut: false,
      isLastCallOpen: false,
      maxTokens: null,
      hasCutCall: false,
      hasOnlyLeftCalls: false,
      isMeantCall: false,
      failure: null,
      overflow: null,
    });
    expect([shown, waits]).toEqual([events.slice(0, -1), events.length]);
  });

  test('is not read on while the consumer is behind', async () => {
    const pulled: number[] = [];
    function* counted(): Generator<StreamEvent> {
      for (const [at, event] of [content('a'), content('b'), DONE].entries()) {
        pulled.push(at);
        yield event;
      }
    }
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const answered = gather(counted(), {}, () => (pulled.length === 1 ? held : undefined));
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toEqual([0]);
    release();
    expect([(await answered).answer.content, pulled]).toEqual(['ab', [0, 1, 2]]);
  });

  test('has the last of continuous counts', async () => {
    const { answer } = await gather([usage(1, 3), content('a'), usage(2, 4), DONE]);
    expect(answer.usage?.total_tokens).toBe(4);
  });

  const delta: StreamEvent = {
    type: 'tool_call_delta',
    toolCallId: 'a',
    delta: '{}',
    toolIndex: 0,
    index: 0,
    name: 'look',
  };
  const complete: StreamEvent = { type: 'tool_call_complete', toolCall: toolCall('a'), toolIndex: 0, index: 0 };
  const CUT: StreamEvent = { ...DONE, finishReasons: ['length'] };

  test.each<[string, readonly StreamEvent[], boolean]>([
    ['a call that ends a cut answer', [delta, complete, CUT], true],
    ['white space after it', [delta, complete, content('\n'), CUT], true],
    ['no cut', [delta, complete, DONE], false],
    ['a text that was cut after a call', [delta, content('And so'), complete, CUT], false],
    ['a text that was cut', [content('And so'), CUT], false],
  ])('leaves its last call open or not: %s', async (_name, events, isOpen) => {
    expect((await gather(events)).answer.isLastCallOpen).toBe(isOpen);
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
    const thinking = thinkReading(profileOf('whatever'), {});
    const { answer } = await gather([content('Hm.\n</think>\nYes.'), DONE], { thinking });
    expect([answer.reasoning, answer.content]).toEqual(['Hm.', 'Yes.']);
  });
});

describe('a call in the text', () => {
  const parsed = (call: ToolCall): StreamEvent => ({
    type: 'tool_call_complete',
    toolCall: call,
    toolIndex: 0,
    index: 0,
  });
  const reasoning = (delta: string): StreamEvent => ({ type: 'reasoning', delta, index: 0 });

  test('is read, shown and warned of with its source', async () => {
    const { answer, warnings, shown } = await gather([content(LOOK), DONE], { textCalls: textCalls() });
    expect([answer.calls, answer.origins]).toEqual([[toolCall('minted look 0')], ['rescued']]);
    expect(warnings).toEqual([
      {
        code: 'call_rescued',
        message: expect.stringContaining('text of the answer'),
        callId: 'minted look 0',
        toolName: 'look',
        source: { place: 'content', format: 'hermes', text: LOOK },
      },
    ]);
    expect(shown.map(({ type }) => type)).toEqual(['tool_call_delta', 'tool_call_complete']);
  });

  test('is the agreed way on a server without a parser, and no reason to warn', async () => {
    const { answer, warnings } = await gather([content(LOOK), DONE], { textCalls: textCalls({ agreed: 'hermes' }) });
    expect([answer.origins, warnings]).toEqual([['agreed'], []]);
  });

  test('in the thinking counts where there is nothing else', async () => {
    const { answer, warnings } = await gather([reasoning(`Hm. ${LOOK}`), content(' \n'), DONE], {
      textCalls: textCalls(),
    });
    expect([answer.calls.length, answer.reasoning, warnings[0]?.source?.place]).toEqual([1, 'Hm.', 'reasoning']);
  });

  test.each<[string, readonly StreamEvent[]]>([
    ['text', [content('No.')]],
    ['a parsed call', [parsed(toolCall('a', 'find'))]],
    ['a call in the text', [content(LOOK)]],
  ])('in the thinking is thinking where there is %s beside it', async (name, beside) => {
    const { answer, shown, warnings } = await gather([reasoning(`Hm. ${LOOK}`), ...beside, DONE], {
      textCalls: textCalls(),
    });
    expect(answer.reasoning).toBe(`Hm. ${LOOK}`);
    expect(answer.calls.length).toBe(name === 'text' ? 0 : 1);
    expect(shown.filter(({ type }) => type === 'reasoning').length).toBe(2);
    expect(warnings.filter(({ code }) => code === 'call_in_text').length).toBe(1);
  });

  test('is an echo when the server parsed the same call, whatever its spaces, and its text is left out', async () => {
    const { answer, warnings } = await gather([content(LOOK), parsed(toolCall('a', 'look', '{ }')), DONE], {
      textCalls: textCalls(),
    });
    expect([answer.calls.length, answer.content, warnings]).toEqual([1, '', []]);
  });

  test('is text when the server parsed another call, or one of an earlier turn', async () => {
    const one = await gather([content(LOOK), parsed(toolCall('a', 'find')), DONE], { textCalls: textCalls() });
    expect([one.answer.calls.length, one.answer.content, one.answer.hasOnlyLeftCalls]).toEqual([1, LOOK, false]);
    const two = await gather([content(LOOK), DONE], { textCalls: textCalls({ serverParses: true }) });
    expect([two.answer.calls.length, two.answer.content, two.answer.hasOnlyLeftCalls]).toEqual([0, LOOK, true]);
    const three = await gather([content(`Look: ${LOOK}`), DONE], { textCalls: textCalls({ serverParses: true }) });
    expect([three.answer.content, three.answer.hasOnlyLeftCalls]).toEqual([`Look: ${LOOK}`, false]);
    expect([one, two, three].map(({ warnings }) => warnings.map(({ code }) => code))).toEqual([
      ['call_in_text'],
      ['call_in_text'],
      ['call_in_text'],
    ]);
  });

  test('that was cut is none', async () => {
    const cut = { ...DONE, finishReasons: ['length'] } as DoneEvent;
    const { answer } = await gather([content(LOOK.slice(0, -12)), cut], { textCalls: textCalls() });
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

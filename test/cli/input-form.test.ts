// Owns claims about forms in the terminal: what each kind of field accepts, what declines, what cancels.

import { describe, expect, test } from 'vitest';
import { createAskUser } from '../../src/cli/input-form.ts';
import type { PromptReply } from '../../src/cli/io.ts';
import type { InputAnswer, InputRequest, JsonObject } from '../../src/index.ts';
import { createFakeIo, createFakeTerminal } from './fake-io.ts';

interface Asked {
  readonly answer: InputAnswer;
  readonly prompts: readonly string[];
  readonly err: string;
}

const INTERRUPT: PromptReply = { type: 'interrupt' };

/** Asks the user, who gives these replies one after the other. */
async function ask(request: Partial<InputRequest>, ...replies: readonly (string | PromptReply)[]): Promise<Asked> {
  const { io, text } = createFakeIo();
  const prompts: string[] = [];
  const left = [...replies];
  const terminal = createFakeTerminal(async (prompt) => {
    prompts.push(prompt);
    const next = left.shift() ?? { type: 'end' };
    return typeof next === 'string' ? { type: 'line', text: next } : next;
  });
  const askUser = createAskUser(terminal, io, () => undefined);
  const answer = await askUser({ provider: 'ev', message: 'Who?', ...request }, new AbortController().signal);
  expect(left).toEqual([]);
  return { answer, prompts, err: text.err };
}

function form(field: JsonObject, required: readonly string[] = ['a']): Partial<InputRequest> {
  return { form: { type: 'object', properties: { a: field }, required } };
}

const CITIES = [
  { const: 'par', title: 'Paris' },
  { const: 'tok', title: 'Tokyo' },
];

describe('a field', () => {
  test.each<[string, JsonObject, string, unknown]>([
    ['a text', { type: 'string' }, ' Ann ', 'Ann'],
    ['an integer', { type: 'integer' }, '-3', -3],
    ['a number', { type: 'number' }, '2.5', 2.5],
    ['a yes', { type: 'boolean' }, 'Yes', true],
    ['a no', { type: 'boolean' }, 'n', false],
    ['one of a list', { type: 'string', enum: ['x', 'y'] }, 'y', 'y'],
    ['one of a list with titles', { type: 'string', oneOf: CITIES }, 'tok', 'tok'],
    ['several of a list', { type: 'array', items: { enum: ['x', 'y', 'z'] } }, 'x, z', ['x', 'z']],
    ['several of a list with titles', { type: 'array', items: { anyOf: CITIES } }, 'par', ['par']],
    ['its default', { type: 'integer', default: 7 }, '', 7],
  ])('accepts %s', async (_name, field, reply, value) => {
    const { answer } = await ask(form(field), reply);
    expect(answer).toEqual({ action: 'accept', content: { a: value } });
  });

  test.each<[string, JsonObject, string, string, unknown, string]>([
    ['an integer', { type: 'integer' }, '2.5', '2', 2, 'Enter a valid integer.\n'],
    ['a number', { type: 'number' }, 'many', '2', 2, 'Enter a valid number.\n'],
    ['a boolean', { type: 'boolean' }, 'perhaps', 'y', true, 'Enter a valid boolean.\n'],
    ['a list', { type: 'string', enum: ['x'] }, 'z', 'x', 'x', 'Choose from the list.\n'],
    ['a list for several', { type: 'array', items: { enum: ['x'] } }, 'x,z', 'x', ['x'], 'Choose from the list.\n'],
    ['a required text', { type: 'integer' }, '', '1', 1, 'Enter a valid integer.\n'],
  ])('of %s asks again for %j', async (_name, field, wrong, right, value, message) => {
    const { answer, prompts, err } = await ask(form(field), wrong, right);
    expect([answer, prompts.length]).toEqual([{ action: 'accept', content: { a: value } }, 2]);
    expect(err.endsWith(`\n${message}`)).toBe(true);
  });

  test('that is optional is skipped by an empty line', async () => {
    const { answer } = await ask(form({ type: 'string' }, []), '');
    expect(answer).toEqual({ action: 'accept', content: {} });
  });

  test('is shown with title, description, choices and default, control characters made visible', async () => {
    const field = { type: 'string', title: 'City\u001b[2J', description: 'where', enum: ['x', 'y'], default: 'x' };
    const { prompts } = await ask(form(field), 'y');
    expect(prompts).toEqual(['City␛[2J, where (x, y) ["x"]: ']);
  });
});

describe('a form', () => {
  const two = { form: { properties: { a: { type: 'string' }, b: { type: 'string' } }, required: ['a', 'b'] } };
  const intro =
    'The server ev asks: Who?\nNothing is sent until the last field. Leave an optional field empty to skip it; type /no to decline.\n';

  test.each<[string, string | PromptReply, InputAnswer]>([
    ['/no declines', '/no', { action: 'decline' }],
    ['Ctrl-C cancels', INTERRUPT, { action: 'cancel' }],
    ['the end of the input cancels', { type: 'end' }, { action: 'cancel' }],
    ['the last field completes', 'Bob', { action: 'accept', content: { a: 'Ann', b: 'Bob' } }],
  ])('is asked field by field: %s', async (_name, last, answer) => {
    expect(await ask(two, 'Ann', last)).toEqual({ answer, prompts: ['a: ', 'b: '], err: intro });
  });

  test.each<[string | PromptReply, InputAnswer['action']]>([
    ['y', 'accept'],
    ['YES', 'accept'],
    ['', 'decline'],
    [INTERRUPT, 'cancel'],
  ])('may be a page to visit: %j', async (reply, action) => {
    expect(await ask({ url: 'https://x.example/\u0007' }, reply)).toEqual({
      answer: { action },
      prompts: ['Done? y: yes, n: no [n] '],
      err: 'The server ev asks: Who?\nOpen this page: https://x.example/\\u0007\n',
    });
  });
});

test('requests at the same time are asked one after the other', async () => {
  const { io } = createFakeIo();
  const waiting: ((reply: PromptReply) => void)[] = [];
  const prompts: string[] = [];
  const terminal = createFakeTerminal((prompt) => {
    prompts.push(prompt);
    return new Promise<PromptReply>((resolve) => void waiting.push(resolve));
  });
  const askUser = createAskUser(terminal, io, () => undefined);
  const request = (name: string) =>
    askUser(
      { provider: name, message: '', form: { properties: { [name]: { type: 'string' } } } },
      new AbortController().signal,
    );
  const both = Promise.all([request('a'), request('b')]);
  while (waiting.length === 0) await Promise.resolve();
  expect(prompts).toEqual(['a: ']);
  waiting[0]?.({ type: 'line', text: '1' });
  while (waiting.length === 1) await Promise.resolve();
  waiting[1]?.({ type: 'line', text: '2' });
  expect(await both).toEqual([
    { action: 'accept', content: { a: '1' } },
    { action: 'accept', content: { b: '2' } },
  ]);
});

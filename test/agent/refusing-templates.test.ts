// Owns the claim that a run goes on where the server's chat template refuses the form of its conversation: known of the family, or found.

import { Template } from '@huggingface/jinja';
import { describe, expect, test } from 'vitest';
import type { RecordedRequest, Step } from '../../src/testing/index.ts';
import { answer, reply } from '../support/fake.ts';
import type { TryOptions } from '../support/run-helpers.ts';
import { tryRun } from '../support/run-helpers.ts';

/** A template that refuses as those of Mistral, Gemma, Llama and Granite do: `roles`, `calls` and `system` switch its rules on. */
const STRICT = new Template(`
{%- set turn = namespace(user=true) -%}
{%- for message in messages -%}
  {%- if message.role == 'system' -%}
    {%- if system -%}{{ raise_exception('System role not supported') }}{%- endif -%}
  {%- elif message.tool_calls -%}
    {%- if calls and message.tool_calls | length > 1 -%}{{ raise_exception('Only one call at once') }}{%- endif -%}
  {%- elif message.role != 'tool' -%}
    {%- if roles and (message.role == 'user') != turn.user -%}{{ raise_exception('Roles must alternate') }}{%- endif -%}
    {%- set turn.user = not turn.user -%}
  {%- endif -%}
  [{{ message.role }}] {{ message.content }}
{% endfor -%}`);

type Rules = Readonly<Partial<Record<'roles' | 'calls' | 'system', true>>>;

/** Answers from the script as a server does whose template has these rules; keeps the prompts that it rendered. */
function serverWith(rules: Rules, script: readonly Step[]) {
  const left = [...script];
  const prompts: string[] = [];
  const refusals: string[] = [];
  const respond = ({ body }: RecordedRequest): Step => {
    try {
      prompts.push(STRICT.render({ messages: body?.messages, ...rules }));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      refusals.push(message);
      return reply({ status: 400, body: { error: { message, type: 'BadRequestError', code: 400 } } });
    }
    return left.shift() ?? reply({ status: 500, body: {} });
  };
  return { respond, prompts, refusals };
}

const PARIS = { name: 'get_weather', arguments: { city: 'Paris' } };
const TOKYO = { name: 'get_weather', arguments: { city: 'Tokyo' } };
const CITIES = { name: 'list_cities', arguments: {} };
const FINAL = answer({ content: 'FINAL answer' });
const EMPTY = answer({ content: '' });

function rolesIn(prompt: string | undefined): readonly string[] {
  return [...(prompt ?? '').matchAll(/^\[(\w+)\]/gm)].map(([, role = '']) => role);
}

async function runOn(rules: Rules, script: readonly Step[], more: TryOptions = {}) {
  const { respond, prompts, refusals } = serverWith(rules, script);
  const { model = 'fake' } = more;
  const { result, ran } = await tryRun([], {
    agent: { instructions: 'Be good.' },
    server: { respond, models: [{ id: model, maxModelLen: 32_768 }] },
    notReplayed: 'its answers depend on what was asked before',
    ...more,
  });
  return { result, ran, prompts, refusals, codes: result.warnings.map(({ code }) => code) };
}

const NUDGE = 'Answer from the results above, in words: Is it warm in Paris?';

describe('a template that is not known to refuse', () => {
  test('a nudge after a result is part of the result, once it is known', async () => {
    const script = [answer({ toolCalls: [PARIS] }), EMPTY, FINAL];
    const { result, refusals, prompts, codes } = await runOn({ roles: true }, script);
    expect([result.text, refusals]).toEqual(['FINAL answer', ['Roles must alternate']]);
    expect(prompts.at(-1)?.trimEnd().split('\n').slice(-3)).toEqual([
      '[tool] {"city":"Paris","temperature":20}',
      '',
      NUDGE,
    ]);
    expect(codes).toEqual(['answer_nothing', 'history_adapted']);
    expect(result.messages.at(-2)).toMatchObject({ content: '{"city":"Paris","temperature":20}' });
  });

  test('two calls in one answer go back one by one, also in the turns that follow', async () => {
    const script = [answer({ toolCalls: [PARIS, TOKYO] }), answer({ toolCalls: [CITIES] }), FINAL];
    const { result, ran, refusals, prompts, codes } = await runOn({ calls: true }, script);
    expect([result.text, ran, refusals]).toEqual([
      'FINAL answer',
      ['Paris', 'Tokyo', '(list)'],
      ['Only one call at once'],
    ]);
    expect(codes).toEqual(['history_adapted']);
    expect(rolesIn(prompts.at(-1))).toEqual([
      ...['system', 'user', 'assistant', 'tool', 'assistant', 'tool', 'assistant', 'tool'],
    ]);
    expect(result.messages.map(({ role }) => role)).toEqual([
      ...['user', 'assistant', 'tool', 'tool', 'assistant', 'tool', 'assistant'],
    ]);
  });

  test('instructions stand before the question where no system message is taken', async () => {
    const { result, refusals, prompts, codes } = await runOn({ system: true }, [answer({ toolCalls: [PARIS] }), FINAL]);
    expect([result.text, refusals, codes]).toEqual([
      'FINAL answer',
      ['System role not supported'],
      ['history_adapted'],
    ]);
    expect(prompts.at(-1)?.startsWith('[user] Be good.\n\nIs it warm in Paris?\n')).toBe(true);
  });

  test('all at once', async () => {
    const script = [answer({ toolCalls: [PARIS, TOKYO] }), EMPTY, FINAL];
    const { result, refusals } = await runOn({ roles: true, calls: true, system: true }, script);
    expect([result.text, refusals]).toEqual([
      'FINAL answer',
      ['System role not supported', 'Only one call at once', 'Roles must alternate'],
    ]);
  });
});

describe('a template of a family that refuses', () => {
  test.each<[string, string, Rules, readonly Step[]]>([
    [
      'a nudge after a result',
      'mistralai/Mistral-7B-Instruct-v0.3',
      { roles: true },
      [answer({ toolCalls: [PARIS] }), EMPTY, FINAL],
    ],
    [
      'a nudge after a result, too',
      'google/gemma-3-27b-it',
      { roles: true },
      [answer({ toolCalls: [PARIS] }), EMPTY, FINAL],
    ],
    [
      'two calls at once',
      'meta-llama/Llama-3.1-8B-Instruct',
      { calls: true },
      [answer({ toolCalls: [PARIS, TOKYO] }), FINAL],
    ],
  ])('%s is sent in its form from the start', async (_name, model, rules, script) => {
    const { result, refusals, codes } = await runOn(rules, script, { model });
    expect([result.text, refusals, codes.includes('history_adapted')]).toEqual(['FINAL answer', [], false]);
  });
});

test('a request that is refused in every form fails the run, with what the server said first', async () => {
  const refused = (message: string): Step => reply({ status: 400, body: { error: { message, code: 400 } } });
  const { result, prompts } = await runOn({}, [
    answer({ toolCalls: [PARIS] }),
    EMPTY,
    refused('No user query.'),
    refused('Not so.'),
    refused('Nor so.'),
  ]);
  expect(result.outcome).toMatchObject({ type: 'failed', error: { code: 'bad_request', status: 400 } });
  expect(JSON.stringify(result.outcome)).toContain('No user query.');
  expect(prompts.length).toBe(5);
});

test('a nudge that is refused in every form is left out', async () => {
  const refused = reply({ status: 400, body: { error: { message: 'No user query.', code: 400 } } });
  const { result, prompts } = await runOn({}, [answer({ toolCalls: [PARIS] }), EMPTY, refused, refused, FINAL]);
  expect(result.text).toBe('FINAL answer');
  expect(prompts.at(-1)).toBe(prompts[1]);
});

test('a refusal that has nothing to do with the conversation is not tried again', async () => {
  const refused = reply({ status: 400, body: { error: { message: 'temperature must be positive', code: 400 } } });
  const { result, prompts } = await runOn({}, [refused]);
  expect([result.outcome.type, prompts.length]).toEqual(['failed', 1]);
});

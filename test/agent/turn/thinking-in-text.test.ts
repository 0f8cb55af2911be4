// Owns the claims about thinking that a server leaves in the text of an answer: what of it a run takes for thinking, by family and request.

import { describe, expect, test } from 'vitest';
import type { AgentDefinition } from '../../../src/index.ts';
import { answer } from '../../../src/testing/index.ts';
import { tryRun } from '../../support/run-helpers.ts';

type Setting = Pick<Partial<AgentDefinition>, 'model' | 'thinking' | 'params' | 'toolChoice'>;

/** A run of an agent with this setting, on a server that serves its model. */
async function run(steps: Parameters<typeof tryRun>[0], agent: Setting): ReturnType<typeof tryRun> {
  return await tryRun(steps, { agent, server: { models: [{ id: agent.model ?? 'fake', maxModelLen: 8192 }] } });
}

/** The thinking and the text of the message that enters the history. */
async function read(content: string, setting: Setting = {}, reasoning?: string): Promise<readonly unknown[]> {
  const { result } = await run([answer({ content, ...(reasoning !== undefined && { reasoning }) })], setting);
  const message = result.messages.at(-1);
  if (message?.role !== 'assistant') throw new Error('the run ends with an answer');
  expect(result.text).toBe(typeof message.content === 'string' ? message.content : '');
  return [message.reasoning ?? '', message.content];
}

describe('a closing mark without an opening one', () => {
  const text = 'The user greets me.</think>Hello!';

  test.each<[string, Setting]>([
    ['DeepSeek-R1', {}],
    ['DeepSeek-V3.1', { thinking: 'on' }],
    ['DeepSeek-V3.1', { params: { chat_template_kwargs: { thinking: true } } }],
    ['DeepSeek-V4-Flash', {}],
    ['Qwen3.6-27B', {}],
    ['Qwen3-8B', { thinking: { budget: 100 } }],
    ['Qwen3-30B-A3B-Thinking-2507', {}],
    ['GLM-4.7', {}],
    ['MiMo-V2.5', {}],
    ['MiniMax-M2.1', {}],
    ['NVIDIA-Nemotron-3-Nano-30B-A3B', {}],
    ['Step-3.5-Flash', {}],
    ['ERNIE-4.5-21B-A3B-Thinking', {}],
    ['granite-4.2-30b', {}],
    ['Hy3', { params: { chat_template_kwargs: { reasoning_effort: 'high' } } }],
    ['anything', { thinking: 'on' }],
  ])('ends the thinking of %s with %j', async (model, setting) => {
    expect(await read(text, { model, ...setting })).toEqual(['The user greets me.', 'Hello!']);
  });

  test.each<[string, Setting]>([
    ['Qwen2.5-7B-Instruct', {}],
    ['Qwen3-Coder-30B', {}],
    ['Qwen3-8B', { thinking: 'off' }],
    ['Llama-3.1-8B-Instruct', {}],
    ['anything', {}],
  ])('is text where %s with %j does not think', async (model, setting) => {
    const told = 'Close it with </think> and go on.';
    expect(await read(told, { model, ...setting })).toEqual(['', told]);
  });

  test.each([
    ['Seed-OSS-36B-Instruct', '</seed:think>'],
    ['gemma-4-31B-it', '<channel|>'],
    ['Kimi-K3', '<|close|>think<|sep|>'],
    ['plamo-3', '<|plamo:end_think:plamo|>'],
    ['K2-Horizon-7B', '</ifm|think>'],
    ['MiniMax-M3', '</mm:think>'],
    ['Magistral-Small-2509', '[/THINK]'],
  ])('of %s is %s', async (model, mark) => {
    expect(await read(`Two and two.${mark}Four.`, { model })).toEqual(['Two and two.', 'Four.']);
  });

  test('in the content of a server that took thinking out is one where it ends a line', async () => {
    const setting = { model: 'Qwen3.6-27B' };
    expect(await read('and so on</think>\n\nFour.', setting, 'Two and two, ')).toEqual([
      'Two and two, and so on',
      'Four.',
    ]);
    const told = 'Close it with </think> and go on.';
    expect(await read(told, setting, 'Hm.')).toEqual(['Hm.', told]);
  });

  test('is one anywhere where the server cuts the thinking off', async () => {
    const setting: Setting = { model: 'Qwen3.6-27B', thinking: { budget: 8 } };
    expect(await read('and so on </think> Four.', setting, 'Two, ')).toEqual(['Two, and so on', 'Four.']);
  });

  test('makes a call before it a part of the thinking', async () => {
    const call = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>';
    const { ran, result } = await run([answer({ content: `Perhaps\n${call}\nno.</think>It is warm.` })], {
      model: 'Qwen3-8B',
    });
    expect([ran, result.text]).toEqual([[], 'It is warm.']);
    expect(result.messages.at(-1)).toMatchObject({ reasoning: `Perhaps\n${call}\nno.` });
  });

  test('leaves a call after it to run', async () => {
    const call = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>';
    const { ran, result } = await run(
      [answer({ content: `I need the weather.</think>${call}` }), answer({ content: 'Warm.' })],
      { model: 'Qwen3-8B' },
    );
    expect([ran, result.text]).toEqual([['Paris'], 'Warm.']);
    expect(result.messages[1]).toMatchObject({ reasoning: 'I need the weather.', content: null });
  });
});

describe('thinking in marks', () => {
  test.each([
    ['Qwen3-8B', '<think>hm, hm</think>\n\nSunny.'],
    ['anything', '<think>hm, hm</think>\n\nSunny.'],
    ['anything', 'hm, hm\n</think>\n\nSunny.'],
    ['Hunyuan-A13B-Instruct', '<think>\nhm, hm\n</think>\n<answer>\nSunny.</answer>'],
    ['granite-3.2-8b-instruct', 'Here is my thought process: hm, hm Here is my response: Sunny.'],
    ['Inkling', '<|content_thinking|>hm, hm<|end_message|><|message_model|><|content_text|>Sunny.<|end_message|>'],
    ['command-a-plus-05-2026', '<|START_THINKING|>hm, hm<|END_THINKING|><|START_TEXT|>Sunny.<|END_TEXT|>'],
    [
      'Muse-Spark',
      '<|start|>assistant to=self<|message|>hm, hm<|eom|><|start|>assistant to=user<|message|>Sunny.<|eot|>',
    ],
    [
      'gpt-oss-20b',
      '<|channel|>analysis<|message|>hm, hm<|end|><|start|>assistant<|channel|>final<|message|>Sunny.<|return|>',
    ],
    ['Kimi-K3', '<|open|>think<|sep|>hm, hm<|close|>think<|sep|><|open|>response<|sep|>Sunny.<|close|>response<|sep|>'],
    ['K2-Horizon-7B', '<ifm|think_fast>hm, hm</ifm|think_fast>Sunny.'],
  ])('of %s is taken out: %j', async (model, text) => {
    expect(await read(text, { model })).toEqual(['hm, hm', 'Sunny.']);
  });

  test('whose marks the server has dropped leaves no label', async () => {
    expect(await read('thought\nSunny.', { model: 'gemma-4-31B-it' })).toEqual(['', 'Sunny.']);
  });

  test.each(['Close it with </think> and go on.', 'Write:\n<think>\nx\n</think>\nThat is all.'])(
    'is not looked for in an answer about the marks: %j',
    async (content) => {
      const { result } = await tryRun([answer({ content })]);
      expect([result.text, result.messages.at(-1)]).toEqual([content, { role: 'assistant', content }]);
    },
  );

  test('shows nothing of the marks while it streams', async () => {
    const { events } = await tryRun([answer({ content: '<think>hm, hm</think>\n\nSunny.' })]);
    expect(events.some((event) => event.type === 'content' && event.delta.includes('think'))).toBe(false);
  });
});

describe('a request that allows no calls', () => {
  test('gets none, whatever the model writes', async () => {
    const call = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>';
    const { ran, result } = await run([answer({ content: `It is warm.\n${call}` })], {
      model: 'Qwen2.5-7B-Instruct',
      toolChoice: 'none',
    });
    expect([ran, result.text.trim()]).toEqual([[], 'It is warm.']);
    expect(result.warnings.map(({ code }) => code)).toEqual(['call_in_text']);
  });
});

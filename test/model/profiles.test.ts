// Owns claims about what is known of model families, and what becomes of it in requests.

import { describe, expect, test } from 'vitest';
import { defineAgent } from '../../src/agent/define-agent.ts';
import { mintId, profileOf, thinkingParams } from '../../src/model/profile/profile-of.ts';
import type { Thinking } from '../../src/model/profile/thinking.ts';
import { answer } from '../../src/testing/index.ts';
import { tryRun } from '../support/run-helpers.ts';

describe('a name', () => {
  test.each([
    ['Qwen/Qwen3-8B', 'Qwen3'],
    ['Qwen/Qwen3-30B-A3B-Instruct-2507', 'Qwen3 Instruct'],
    ['Qwen/Qwen3-30B-A3B-Thinking-2507', 'Qwen3 Thinking'],
    ['Qwen/Qwen3-Coder-30B-A3B-Instruct', 'Qwen3-Coder'],
    ['Qwen/Qwen3.6-35B-A3B', 'Qwen3.5 and later'],
    ['Qwen/Qwen2.5-7B-Instruct', 'Qwen2.5'],
    ['Qwen/QwQ-32B', 'QwQ'],
    ['meta-llama/Llama-3.1-8B-Instruct', 'Llama 3'],
    ['meta-llama/Llama-3.2-3B-Instruct', 'Llama 3.2 small'],
    ['meta-llama/Llama-4-Scout-17B-16E-Instruct', 'Llama 4'],
    ['mistralai/Mistral-7B-Instruct-v0.3', 'Mistral before tokenizer v11'],
    ['mistralai/Mistral-Small-3.2-24B-Instruct-2506', 'Mistral'],
    ['mistralai/Magistral-Small-2509', 'Magistral'],
    ['deepseek-ai/DeepSeek-V3-0324', 'DeepSeek V3'],
    ['deepseek-ai/DeepSeek-V3.1', 'DeepSeek V3.1'],
    ['deepseek-ai/DeepSeek-V3.2', 'DeepSeek V3.2'],
    ['deepseek-ai/DeepSeek-V4', 'DeepSeek V4'],
    ['deepseek-ai/DeepSeek-R1-0528', 'DeepSeek R1'],
    ['deepseek-ai/DeepSeek-R1-Distill-Qwen-7B', 'DeepSeek R1 distilled'],
    ['zai-org/GLM-4.5-Air', 'GLM 4.5'],
    ['zai-org/GLM-4.7', 'GLM 4.7 and later'],
    ['zai-org/GLM-5', 'GLM 4.7 and later'],
    ['moonshotai/Kimi-K2-Instruct', 'Kimi K2 Instruct'],
    ['moonshotai/Kimi-K2-Thinking', 'Kimi K2'],
    ['moonshotai/Kimi-K3', 'Kimi K3'],
    ['openai/gpt-oss-120b', 'gpt-oss'],
    ['google/gemma-3-27b-it', 'Gemma'],
    ['google/gemma-4-31b-it', 'Gemma 4'],
    ['google/functiongemma-270m-it', 'FunctionGemma'],
    ['ibm-granite/granite-3.3-8b-instruct', 'Granite'],
    ['ibm-granite/granite-4.0-h-small', 'Granite 4'],
    ['microsoft/Phi-4-mini-instruct', 'Phi-4'],
    ['MiniMaxAI/MiniMax-M2.1', 'MiniMax M2'],
    ['MiniMaxAI/MiniMax-M3', 'MiniMax M3'],
    ['NousResearch/Hermes-3-Llama-3.1-8B', 'Hermes'],
    ['nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B', 'Nemotron 3'],
    ['ByteDance-Seed/Seed-OSS-36B-Instruct', 'Seed-OSS'],
    ['internlm/internlm2_5-7b-chat', 'InternLM'],
    ['CohereLabs/c4ai-command-a-03-2025', 'Command'],
    ['allenai/Olmo-3-7B-Instruct', 'Olmo 3'],
    ['tencent/Hunyuan-A13B-Instruct', 'Hunyuan A13B'],
    ['/models/qwen/smollm2', 'unknown'],
  ])('%s is of the family %s', (model, family) => {
    expect(profileOf(model).name).toBe(family);
  });

  test('that says nothing leaves it to the path of the weights', () => {
    expect(profileOf('chat', '/srv/weights/Qwen3-8B').name).toBe('Qwen3');
  });
});

describe('thinking', () => {
  test.each<[string, Thinking | undefined, object]>([
    ['Qwen3-8B', 'off', { chat_template_kwargs: { enable_thinking: false } }],
    ['Qwen3-8B', undefined, {}],
    ['Qwen3.6-27B', undefined, { chat_template_kwargs: { preserve_thinking: true } }],
    ['Qwen3.6-27B', 'on', { chat_template_kwargs: { preserve_thinking: true, enable_thinking: true } }],
    ['Qwen3-8B', { budget: 200 }, { thinking_token_budget: 200, chat_template_kwargs: { enable_thinking: true } }],
    ['Qwen3-8B', { effort: 'high' }, { reasoning_effort: 'high' }],
    ['DeepSeek-V3.1', 'on', { chat_template_kwargs: { thinking: true } }],
    ['gpt-oss-20b', 'off', { reasoning_effort: 'low' }],
    ['Llama-3.1-8B', 'on', {}],
    ['QwQ-32B', 'off', {}],
    ['Hy3', 'off', { chat_template_kwargs: { reasoning_effort: 'no_think' } }],
    ['MiniMax-M3', 'on', { chat_template_kwargs: { thinking_mode: 'enabled' } }],
    ['MiniMax-M3', 'off', { chat_template_kwargs: { thinking_mode: 'disabled' } }],
    ['Mistral-Small-4-119B-2603', 'on', { reasoning_effort: 'high' }],
    ['Mistral-Small-4-119B-2603', 'off', { reasoning_effort: 'none' }],
    ['K2-Horizon-7B', 'off', { chat_template_kwargs: { reasoning_effort: 'low' } }],
    ['whatever', 'off', { chat_template_kwargs: { enable_thinking: false, thinking: false } }],
  ])('%s, %j becomes the right fields', (model, thinking, params) => {
    expect(thinkingParams(profileOf(model), thinking)).toEqual(params);
  });

  test('of an agent goes out with each request', async () => {
    const { bodies } = await tryRun([answer({ content: 'hi' })], { thinking: 'off' });
    expect(bodies[0]).toMatchObject({ chat_template_kwargs: { enable_thinking: false } });
  });

  test.each([true, 'low', { effort: 3 }, { budget: -1 }, null])('%j is an error at definition', (thinking) => {
    // @ts-expect-error: what the type forbids
    expect(() => defineAgent({ name: 'a', thinking })).toThrow(/`thinking` is .*'on', 'off'/);
  });
});

describe('ids', () => {
  test('are of the kind that the family has', () => {
    expect(mintId(profileOf('Kimi-K2'), 'get_weather', 4)).toBe('functions.get_weather:4');
    expect(mintId(profileOf('Mistral-Small-3.2'), 'x', 0)).toMatch(/^[a-z0-9]{9}$/);
    expect(mintId(profileOf('Qwen3-8B'), 'x', 0)).toMatch(/^chatcmpl-tool-/);
  });

  test('that a model wrote in the text are sent back as they are', async () => {
    const text =
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:7<|tool_call_argument_begin|>{"city": "Paris"}<|tool_call_end|><|tool_calls_section_end|>';
    const { bodies } = await tryRun([answer({ content: text }), answer({ content: 'FINAL' })]);
    expect(bodies[1]?.messages).toMatchObject([
      {},
      { tool_calls: [{ id: 'functions.get_weather:7' }] },
      { tool_call_id: 'functions.get_weather:7' },
    ]);
  });
});

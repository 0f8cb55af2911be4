// Owns the claims about the names that models are served under: whatever their form, they lead to the family.

import { describe, expect, test } from 'vitest';
import { profileOf } from '../../src/model/profile/profile-of.ts';

const HASH = '9c925d64d72725edaf899c6cb9c377fd0709d9c5';

describe('a name', () => {
  test.each([
    [`/root/.cache/huggingface/hub/models--Qwen--Qwen3.6-27B/snapshots/${HASH}`, 'Qwen3.5 and later'],
    [`/data/models--unsloth--gemma-4-E4B-it/snapshots/${HASH}/model-00001-of-00002.safetensors`, 'Gemma 4'],
    [`C:\\cache\\models--zai-org--GLM-4.7\\snapshots\\${HASH}`, 'GLM 4.7 and later'],
    ['unsloth/Qwen3-8B-GGUF:Q4_K_M', 'Qwen3'],
    ['/models/Qwen3-Coder-30B-A3B-Instruct-UD-Q4_K_XL.gguf', 'Qwen3-Coder'],
    ['Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf', 'Llama 3'],
    ['mistral-7b-instruct-v0.3.Q4_K_M.gguf', 'Mistral before tokenizer v11'],
    ['/weights/Qwen3-8B/merged', 'Qwen3'],
    ['/weights/GLM-4.5-Air/checkpoint-1200', 'GLM 4.5'],
    ['/weights/Kimi-K2-Thinking/gguf/1.0', 'Kimi K2'],
    ['/srv/MiniMax-M2.5/model.gguf', 'MiniMax M2'],
    ['nvidia/DeepSeek-V3.1-NVFP4', 'DeepSeek V3.1'],
    ['RedHatAI/Llama-4-Scout-17B-16E-Instruct-FP8-block', 'Llama 4'],
    ['hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4', 'Llama 3'],
    ['Qwen/Qwen3.5-27B-GPTQ-Int4', 'Qwen3.5 and later'],
    ['amd/MiniMax-M3-MXFP4', 'MiniMax M3'],
    ['qwen3.6', 'Qwen3.5 and later'],
    ['Ministral-3-8B-Instruct-2512', 'Mistral'],
    ['accounts/fireworks/models/glm-4p7', 'GLM 4.7 and later'],
    ['accounts/fireworks/models/llama-v3p1-8b-instruct', 'Llama 3'],
    ['accounts/fireworks/models/deepseek-v3p2', 'DeepSeek V3.2'],
    ['internlm/Intern-S1', 'Intern-S1'],
    ['internlm/Intern-S2-Preview', 'Intern-S2'],
    ['deepseek-ai/DeepSeek-R1-0528-Qwen3-8B', 'DeepSeek R1 distilled'],
    ['tencent/Hy4-preview', 'Hy4'],
    ['IFM/Jais-3-7B', 'K2-Horizon'],
    ['mistralai/Mistral-Small-4-119B-2603', 'Mistral Small 4, Medium 3.5'],
    ['mistralai/Mistral-Small-3.2-24B-Instruct-2506', 'Mistral'],
    ['Mistral-Small-24B-Instruct-2501', 'Mistral'],
  ])('%s is of the family %s', (model, family) => {
    expect(profileOf(model).name).toBe(family);
  });

  test.each([
    'Qwen/Qwen-7B-Chat',
    'openlm-research/open_llama_3b',
    'open-llama-3b',
    '/runs/my-model-step-3000',
    '/runs/my-model-step-500',
    'openbmb/MiniCPM-V-2_6',
    'acme/modeling-3',
    `/cache/models--acme--rocket/snapshots/${HASH}`,
    '/models/qwen3/sub/rocket',
    '',
    '/',
  ])('%s is of no family', (model) => {
    expect(profileOf(model).name).toBe('unknown');
  });

  test('of a size is no version', () => {
    expect(profileOf('google/translategemma-4b-it').name).toBe('Gemma');
  });

  test.each([
    ['chat', `/hub/models--Qwen--Qwen3-8B/snapshots/${HASH}`, 'Qwen3'],
    ['gemma-4', '/weights/Qwen3-8B', 'Gemma 4'],
    ['chat', null, 'unknown'],
  ])('%s at %s: the name counts, else the path', (model, root, family) => {
    expect(profileOf(model, root).name).toBe(family);
  });
});

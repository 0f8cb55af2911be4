// Owns what vLLM 0.33's docs and recipes name as flags of models, as facts: the two parsers, and the models that are served with them.
// Comparing is left to `flags.test.ts`.

/** Undefined: that page says nothing of it. */
export interface DocumentedFlags {
  readonly toolParser?: string;
  readonly reasoningParser?: string;
  readonly models: readonly string[];
}

export const DOCUMENTED: readonly DocumentedFlags[] = [
  {
    toolParser: 'apertus',
    models: names(`
      swiss-ai/Apertus-70B-Instruct-2509 swiss-ai/Apertus-8B-Instruct-2509
    `),
  },
  {
    toolParser: 'beam',
    reasoningParser: 'beam',
    models: names(`
      reflection/Beam-1.0-501B-A23B reflection/Beam-1.0-501B-A23B-FP8 reflection/Beam-1.0-501B-A23B-NVFP4
    `),
  },
  {
    toolParser: 'cohere_command3',
    reasoningParser: 'cohere_command3',
    models: names(`
      CohereLabs/command-a-reasoning-08-2025
    `),
  },
  {
    toolParser: 'cohere_command4',
    reasoningParser: 'cohere_command4',
    models: names(`
      CohereLabs/North-Mini-Code-1.0 CohereLabs/command-a-plus-05-2026 CohereLabs/command-a-plus-05-2026-bf16
    `),
  },
  {
    toolParser: 'deepseek_v3',
    models: names(`
      deepseek-ai/DeepSeek-V3-0324
    `),
  },
  {
    toolParser: 'deepseek_v3',
    reasoningParser: 'deepseek_r1',
    models: names(`
      RedHatAI/DeepSeek-R1-NVFP4-FP8-BLOCK amd/DeepSeek-R1-0528-MXFP4-MTP-MoEFP4 deepseek-ai/DeepSeek-R1
      deepseek-ai/DeepSeek-R1-0528 nvidia/DeepSeek-R1-0528-NVFP4-v2
    `),
  },
  {
    toolParser: 'deepseek_v3',
    reasoningParser: 'deepseek_v3',
    models: names(`
      deepseek-ai/DeepSeek-V3 deepseek-ai/DeepSeek-V3-0324 nvidia/DeepSeek-V3-FP4
    `),
  },
  {
    toolParser: 'deepseek_v31',
    reasoningParser: 'deepseek_v3',
    models: names(`
      deepseek-ai/DeepSeek-V3.1 nvidia/DeepSeek-V3.1-NVFP4
    `),
  },
  {
    toolParser: 'deepseek_v32',
    reasoningParser: 'deepseek_v3',
    models: names(`
      RedHatAI/DeepSeek-V3.2-NVFP4-FP8-BLOCK deepseek-ai/DeepSeek-V3.2 deepseek-ai/DeepSeek-V3.2-Exp
      nvidia/DeepSeek-V3.2-NVFP4
    `),
  },
  {
    toolParser: 'deepseek_v4',
    reasoningParser: 'deepseek_v4',
    models: names(`
      Eco-Tech/DeepSeek-V4-Flash-w8a8-mtp RedHatAI/DeepSeek-V4-Flash-NVFP4-FP8 RedHatAI/DeepSeek-V4-Pro-NVFP4-FP8
      deepseek-ai/DeepSeek-V4-Flash deepseek-ai/DeepSeek-V4-Flash-0731 deepseek-ai/DeepSeek-V4-Flash-DSpark
      deepseek-ai/DeepSeek-V4-Flash-Vision-Exp deepseek-ai/DeepSeek-V4-Pro deepseek-ai/DeepSeek-V4-Pro-0813
      deepseek-ai/DeepSeek-V4-Pro-DSpark nvidia/DeepSeek-V4-Flash-NVFP4 nvidia/DeepSeek-V4-Pro-NVFP4
    `),
  },
  {
    toolParser: 'deepseek_v41',
    reasoningParser: 'deepseek_v41',
    models: names(`
      deepseek-ai/DeepSeek-V4.1-Flash deepseek-ai/DeepSeek-V4.1-Flash-1017
    `),
  },
  {
    toolParser: 'dots',
    reasoningParser: 'qwen3',
    models: names(`
      dots-studio/dots3-note-prev dots-studio/dots3-note-prev-fp8
    `),
  },
  {
    toolParser: 'functiongemma',
    models: names(`
      google/functiongemma-270m-it
    `),
  },
  {
    toolParser: 'gemma4',
    reasoningParser: 'gemma4',
    models: names(`
      RedHatAI/diffusiongemma-26B-A4B-it-FP8-dynamic RedHatAI/diffusiongemma-26B-A4B-it-NVFP4
      RedHatAI/gemma-4-12B-it-FP8-Dynamic RedHatAI/gemma-4-12B-it-NVFP4 RedHatAI/gemma-4-26B-A4B-it-FP8-dynamic
      RedHatAI/gemma-4-26B-A4B-it-NVFP4 RedHatAI/gemma-4-31B-it-FP8-block RedHatAI/gemma-4-31B-it-FP8-dynamic
      RedHatAI/gemma-4-31B-it-NVFP4 RedHatAI/gemma-4-E2B-it-FP8-dynamic RedHatAI/gemma-4-E4B-it-FP8-dynamic
      google/diffusiongemma-26B-A4B-it google/gemma-4-12B-it google/gemma-4-12B-it-qat-w4a16-ct
      google/gemma-4-26B-A4B-it google/gemma-4-31B-it google/gemma-4-31B-it-qat-w4a16-ct google/gemma-4-E2B-it
      google/gemma-4-E2B-it-qat-mobile-ct google/gemma-4-E2B-it-qat-w4a16-ct google/gemma-4-E4B-it
      google/gemma-4-E4B-it-qat-mobile-ct google/gemma-4-E4B-it-qat-w4a16-ct nvidia/Gemma-4-26B-A4B-NVFP4
      nvidia/diffusiongemma-26B-A4B-it-NVFP4 nvidia/gemma-4-31B-it-NVFP4
    `),
  },
  {
    toolParser: 'gigachat3',
    models: names(`
      ai-sage/GigaChat3-10B-A1.8B ai-sage/GigaChat3-10B-A1.8B-bf16 ai-sage/GigaChat3-702B-A36B-preview
      ai-sage/GigaChat3-702B-A36B-preview-bf16
    `),
  },
  {
    toolParser: 'glm45',
    reasoningParser: 'glm45',
    models: names(`
      RedHatAI/GLM-4.6-FP8 RedHatAI/GLM-4.6-FP8-dynamic RedHatAI/GLM-4.6-NVFP4 zai-org/GLM-4.5 zai-org/GLM-4.5-Air
      zai-org/GLM-4.5-FP8 zai-org/GLM-4.5V zai-org/GLM-4.5V-FP8 zai-org/GLM-4.6 zai-org/GLM-4.6-FP8 zai-org/GLM-4.6V
      zai-org/GLM-4.6V-FP8
    `),
  },
  {
    toolParser: 'glm47',
    models: names(`
      zai-org/GLM-4.7 zai-org/GLM-4.7-Flash
    `),
  },
  {
    toolParser: 'glm47',
    reasoningParser: 'glm45',
    models: names(`
      mindlab-research/Macaron-V1-Coding-Venti
    `),
  },
  {
    toolParser: 'glm47',
    reasoningParser: 'glm47',
    models: names(`
      Inferact/GLM-5.3-NVFP4 RedHatAI/GLM-5.2-FP8 RedHatAI/GLM-5.2-NVFP4 RedHatAI/GLM-5.2-NVFP4-FP8
      RedHatAI/GLM-5.3-Flash-NVFP4 amd/GLM-5.1-MXFP4 amd/GLM-5.2-MXFP4 gpustack/GLM-5.3-W4A8 nvidia/GLM-4.7-NVFP4
      nvidia/GLM-5-NVFP4 nvidia/GLM-5.1-NVFP4 nvidia/GLM-5.2-NVFP4 zai-org/GLM-4.7 zai-org/GLM-4.7-FP8 zai-org/GLM-5
      zai-org/GLM-5-FP8 zai-org/GLM-5.1 zai-org/GLM-5.1-FP8 zai-org/GLM-5.2 zai-org/GLM-5.2-FP8 zai-org/GLM-5.3
      zai-org/GLM-5.3-BF16 zai-org/GLM-5.3-Flash zai-org/GLM-5.3-Flash-BF16
    `),
  },
  {
    toolParser: 'granite',
    models: names(`
      ibm-granite/granite-3.0-8b-instruct ibm-granite/granite-3.1-8b-instruct
    `),
  },
  {
    toolParser: 'granite',
    reasoningParser: 'granite',
    models: names(`
      ibm-granite/granite-3.2-8b-instruct
    `),
  },
  {
    toolParser: 'granite-20b-fc',
    models: names(`
      ibm-granite/granite-20b-functioncalling
    `),
  },
  {
    toolParser: 'granite4',
    models: names(`
      ibm-granite/granite-4.0-h-small ibm-granite/granite-4.0-micro
    `),
  },
  {
    toolParser: 'hermes',
    models: names(`
      JetBrains/Mellum2-12B-A2.5B-Instruct NousResearch/Hermes-2-Pro-Llama-3-8B NousResearch/Hermes-2-Theta-Llama-3-8B
      NousResearch/Hermes-3-Llama-3.1-8B Qwen/Qwen2.5-7B-Instruct Qwen/Qwen3-235B-A22B-FP8
      Qwen/Qwen3-235B-A22B-Instruct-2507 Qwen/Qwen3-Next-80B-A3B-Instruct Qwen/Qwen3-Next-80B-A3B-Instruct-FP8
      RedHatAI/Qwen3-235B-A22B-Instruct-2507-NVFP4 RedHatAI/Qwen3-Next-80B-A3B-Instruct-FP8
      RedHatAI/Qwen3-Next-80B-A3B-Instruct-FP8-block RedHatAI/Qwen3-Next-80B-A3B-Instruct-FP8-dynamic
      RedHatAI/Qwen3-Next-80B-A3B-Instruct-NVFP4 nvidia/Qwen3-235B-A22B-Instruct-2507-NVFP4
      nvidia/Qwen3-Next-80B-A3B-Instruct-NVFP4
    `),
  },
  {
    toolParser: 'hermes',
    reasoningParser: 'deepseek_r1',
    models: names(`
      Qwen/QwQ-32B Qwen/QwQ-32B-AWQ RedHatAI/QwQ-32B-quantized.w8a8
    `),
  },
  {
    toolParser: 'hermes',
    reasoningParser: 'qwen3',
    models: names(`
      Aleph-Alpha/Kolibri-1 Aleph-Alpha/Kolibri-1-BF16 Eco-Tech/Qwen3-30B-A3B-w8a8
      JetBrains/Mellum2-12B-A2.5B-Thinking Qwen/Qwen3-1.7B Qwen/Qwen3-14B Qwen/Qwen3-14B-AWQ Qwen/Qwen3-14B-FP8
      Qwen/Qwen3-30B-A3B Qwen/Qwen3-32B Qwen/Qwen3-32B-AWQ Qwen/Qwen3-32B-FP8 Qwen/Qwen3-4B Qwen/Qwen3-4B-FP8
      Qwen/Qwen3-8B RedHatAI/Mellum2-12B-A2.5B-Thinking-FP8-Dynamic RedHatAI/Mellum2-12B-A2.5B-Thinking-NVFP4
      RedHatAI/Qwen3-32B-FP8-block RedHatAI/Qwen3-32B-FP8-dynamic RedHatAI/Qwen3-32B-NVFP4 RedHatAI/Qwen3-32B-NVFP4A16
      RedHatAI/Qwen3-4B-FP8-dynamic bharatgenai/Param2-17B-A2.4B-Thinking
    `),
  },
  {
    toolParser: 'hunyuan_a13b',
    reasoningParser: 'hunyuan_a13b',
    models: names(`
      tencent/Hunyuan-A13B-Instruct
    `),
  },
  {
    toolParser: 'hy_v3',
    reasoningParser: 'hy_v3',
    models: names(`
      RedHatAI/Hy3-NVFP4-FP8 tencent/Hy3 tencent/Hy3-FP8 tencent/Hy3-preview
    `),
  },
  {
    toolParser: 'hy_v4',
    reasoningParser: 'hy_v4',
    models: names(`
      tencent/Hy4-preview tencent/Hy4-preview-FP8
    `),
  },
  {
    toolParser: 'inkling',
    reasoningParser: 'inkling',
    models: names(`
      EmbeddedLLM/Inkling-Small-MXFP4 RedHatAI/Inkling-FP8-block RedHatAI/Inkling-FP8-dynamic RedHatAI/Inkling-NVFP4
      RedHatAI/Inkling-Small-FP8-dynamic lightseekorg/Inkling-MXFP4 thinkingmachines/Inkling
      thinkingmachines/Inkling-NVFP4 thinkingmachines/Inkling-Small thinkingmachines/Inkling-Small-NVFP4
    `),
  },
  {
    toolParser: 'internlm',
    models: names(`
      internlm/internlm2_5-7b-chat
    `),
  },
  {
    toolParser: 'internlm',
    reasoningParser: 'deepseek_r1',
    models: names(`
      internlm/Intern-S1 internlm/Intern-S1-FP8
    `),
  },
  {
    toolParser: 'jamba',
    models: names(`
      ai21labs/AI21-Jamba-1.5-Large ai21labs/AI21-Jamba-1.5-Mini
    `),
  },
  {
    toolParser: 'k2_horizon',
    reasoningParser: 'k2_horizon',
    models: names(`
      IFM/Jais-3-0.9B IFM/Jais-3-3.7B IFM/Jais-3-32B IFM/Jais-3-375B-A23B IFM/Jais-3-7B IFM/Jais-3-MoVA-36B-A4B
      IFM/K2-Horizon-0.9B IFM/K2-Horizon-3.7B IFM/K2-Horizon-32B IFM/K2-Horizon-375B-A23B IFM/K2-Horizon-7B
      IFM/K2-Horizon-MoVA-36B-A4B
    `),
  },
  {
    toolParser: 'kimi_k2',
    models: names(`
      moonshotai/Kimi-K2-Instruct
    `),
  },
  {
    toolParser: 'kimi_k2',
    reasoningParser: 'kimi_k2',
    models: names(`
      RedHatAI/Kimi-K2-Thinking-FP8-Block RedHatAI/Kimi-K2.6-FP8-BLOCK RedHatAI/Kimi-K2.6-NVFP4 amd/Kimi-K2.5-MXFP4
      moonshotai/Kimi-K2-Thinking moonshotai/Kimi-K2.5 moonshotai/Kimi-K2.6 moonshotai/Kimi-K2.7-Code
      nvidia/Kimi-K2-Thinking-NVFP4 nvidia/Kimi-K2.5-NVFP4 nvidia/Kimi-K2.6-NVFP4
    `),
  },
  {
    toolParser: 'kimi_k3',
    reasoningParser: 'kimi_k3',
    models: names(`
      Eco-Tech/Kimi-K3-w4a8 RedHatAI/Kimi-K3-FP8-BLOCK RedHatAI/Kimi-K3-NVFP4 moonshotai/Kimi-K3
    `),
  },
  {
    toolParser: 'lfm2',
    models: names(`
      LiquidAI/LFM2.5-1.2B-Instruct LiquidAI/LFM2.5-1.2B-JP-202606 LiquidAI/LFM2.5-230M LiquidAI/LFM2.5-350M
    `),
  },
  {
    toolParser: 'lfm2',
    reasoningParser: 'qwen3',
    models: names(`
      LiquidAI/LFM2.5-1.2B-Thinking LiquidAI/LFM2.5-8B-A1B
    `),
  },
  {
    toolParser: 'ling3',
    reasoningParser: 'ling3',
    models: names(`
      inclusionAI/Ling-3.0-flash inclusionAI/Ling-3.0-flash-VL inclusionAI/Ling-3.0-flash-VL-fp4
      inclusionAI/Ling-3.0-flash-VL-fp8 inclusionAI/Ling-3.0-flash-VL-int4 inclusionAI/Ling-3.0-flash-fp4
      inclusionAI/Ling-3.0-flash-fp8 inclusionAI/Ling-3.0-flash-int4 inclusionAI/Ling-3.0-tiny
      inclusionAI/Ling-3.0-tiny-fp8 inclusionAI/Ling-3.0-tiny-int4 inclusionAI/Ling-3.1-flash
    `),
  },
  {
    toolParser: 'llama3_json',
    models: names(`
      meta-llama/Llama-3.1-70B-Instruct meta-llama/Llama-3.1-8B-Instruct meta-llama/Llama-3.2-11B-Vision-Instruct
    `),
  },
  {
    toolParser: 'llama4_pythonic',
    models: names(`
      meta-llama/Llama-4-Maverick-17B-128E-Instruct meta-llama/Llama-4-Scout-17B-16E-Instruct
    `),
  },
  {
    toolParser: 'longcat',
    models: names(`
      meituan-longcat/LongCat-Flash-Chat meituan-longcat/LongCat-Flash-Chat-FP8
    `),
  },
  {
    toolParser: 'mimo',
    reasoningParser: 'mimo',
    models: names(`
      XiaomiMiMo/MiMo-V2.5 XiaomiMiMo/MiMo-V2.5-Pro XiaomiMiMo/MiMo-V2.6-Flash-MOPD XiaomiMiMo/MiMo-V2.6-Flash-RL
      XiaomiMiMo/MiMo-V2.6-Pro-MOPD XiaomiMiMo/MiMo-V2.6-Pro-RL
    `),
  },
  {
    toolParser: 'mimo',
    reasoningParser: 'qwen3',
    models: names(`
      XiaomiMiMo/MiMo-V2-Flash
    `),
  },
  {
    toolParser: 'minicpm5',
    models: names(`
      openbmb/MiniCPM5-2B
    `),
  },
  {
    toolParser: 'minimax_m2',
    reasoningParser: 'minimax_m2',
    models: names(`
      MiniMaxAI/MiniMax-M2 MiniMaxAI/MiniMax-M2.1 MiniMaxAI/MiniMax-M2.5 MiniMaxAI/MiniMax-M2.7
      RedHatAI/MiniMax-M2-NVFP4 RedHatAI/MiniMax-M2.5-NVFP4 nvidia/MiniMax-M2.5-NVFP4 nvidia/MiniMax-M2.7-NVFP4
    `),
  },
  {
    toolParser: 'minimax_m3',
    reasoningParser: 'minimax_m3',
    models: names(`
      MiniMaxAI/MiniMax-M3 MiniMaxAI/MiniMax-M3-MXFP8 MiniMaxAI/MiniMax-M3.1-Flash amd/MiniMax-M3-MXFP4
      amd/MiniMax-M3.1-Flash-Quark-MXFP4 nvidia/MiniMax-M3-NVFP4
    `),
  },
  {
    toolParser: 'mistral',
    models: names(`
      RedHatAI/Ministral-3-14B-Instruct-2512-FP8-dynamic RedHatAI/Ministral-3-14B-Instruct-2512-NVFP4
      RedHatAI/Mistral-Large-3-675B-Instruct-2512-NVFP4 mistralai/Ministral-3-14B-Instruct-2512
      mistralai/Ministral-3-14B-Instruct-2512-FP8 mistralai/Ministral-3-3B-Instruct-2512
      mistralai/Ministral-3-8B-Instruct-2512 mistralai/Mistral-7B-Instruct-v0.3
      mistralai/Mistral-Large-3-675B-Instruct-2512 mistralai/Mistral-Large-3-675B-Instruct-2512-FP8
      mistralai/Mistral-Large-3-675B-Instruct-2512-NVFP4
    `),
  },
  {
    toolParser: 'mistral',
    reasoningParser: 'mistral',
    models: names(`
      RedHatAI/Mistral-Small-4-119B-2603-NVFP4 mistralai/Ministral-3-14B-Reasoning-2512
      mistralai/Ministral-3-3B-Reasoning-2512 mistralai/Ministral-3-8B-Reasoning-2512
      mistralai/Mistral-Medium-3.5-128B mistralai/Mistral-Small-4-119B-2603 mistralai/Mistral-Small-4-119B-2603-NVFP4
    `),
  },
  {
    toolParser: 'muse',
    reasoningParser: 'muse',
    models: names(`
      amd/Muse-Spark-Open-816B-A42B-Quark-MXFP4 meta-models/Muse-Spark-Open-816B-A42B
      meta-models/Muse-Spark-Open-816B-A42B-NVFP4
    `),
  },
  {
    toolParser: 'muse_glimmer',
    reasoningParser: 'muse_glimmer',
    models: names(`
      Inferact/Muse-Glimmer-30B-NVFP4-W4A4 RedHatAI/Muse-Glimmer-30B-FP8-block meta-models/Muse-Glimmer-30B
    `),
  },
  {
    toolParser: 'nemotron_json',
    models: names(`
      RedHatAI/NVIDIA-Nemotron-Nano-9B-v2-FP8-dynamic nvidia/NVIDIA-Nemotron-Nano-9B-v2
      nvidia/NVIDIA-Nemotron-Nano-9B-v2-Base nvidia/NVIDIA-Nemotron-Nano-9B-v2-FP8
      nvidia/NVIDIA-Nemotron-Nano-9B-v2-Japanese nvidia/NVIDIA-Nemotron-Nano-9B-v2-NVFP4
    `),
  },
  {
    toolParser: 'olmo3',
    models: names(`
      allenai/Olmo-3-32B-Think allenai/Olmo-3-7B-Instruct
    `),
  },
  {
    toolParser: 'openai',
    models: names(`
      amd/gpt-oss-120b-w-mxfp4-a-fp8 openai/gpt-oss-120b openai/gpt-oss-20b
    `),
  },
  {
    toolParser: 'poolside_v1',
    reasoningParser: 'poolside_v1',
    models: names(`
      RedHatAI/Laguna-XS.2-FP8 RedHatAI/Laguna-XS.2-NVFP4 poolside/Laguna-M.1 poolside/Laguna-M.1-FP8
      poolside/Laguna-M.1-NVFP4 poolside/Laguna-S-2.1 poolside/Laguna-S-2.1-FP8 poolside/Laguna-S-2.1-INT4
      poolside/Laguna-S-2.1-NVFP4 poolside/Laguna-XS-2.1 poolside/Laguna-XS-2.1-FP8 poolside/Laguna-XS-2.1-INT4
      poolside/Laguna-XS-2.1-NVFP4 poolside/Laguna-XS.2 poolside/Laguna-XS.2-FP8 poolside/Laguna-XS.2-INT4
      poolside/Laguna-XS.2-NVFP4
    `),
  },
  {
    toolParser: 'pythonic',
    models: names(`
      Team-ACE/ToolACE-8B fixie-ai/ultravox-v0_4-ToolACE-8B meta-llama/Llama-3.2-1B-Instruct
      meta-llama/Llama-3.2-3B-Instruct
    `),
  },
  {
    toolParser: 'qwen3_coder',
    models: names(`
      Qwen/Qwen3-Coder-30B-A3B-Instruct Qwen/Qwen3-Coder-480B-A35B-Instruct Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8
      RedHatAI/Qwen3-Coder-480B-A35B-Instruct-FP8 nvidia/Qwen3-Coder-480B-A35B-Instruct-NVFP4 openbmb/MiniCPM-V-4.6
    `),
  },
  {
    toolParser: 'qwen3_coder',
    reasoningParser: 'deepseek_r1',
    models: names(`
      RedHatAI/Trinity-Large-Thinking-NVFP4 arcee-ai/Trinity-Large-Thinking arcee-ai/Trinity-Large-Thinking-NVFP4
    `),
  },
  {
    toolParser: 'qwen3_coder',
    reasoningParser: 'nemotron_v3',
    models: names(`
      RedHatAI/NVIDIA-Nemotron-3.5-Super-VL-120B-A12B-FP8 nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16
      nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-FP8 nvidia/NVIDIA-Nemotron-3-Nano-4B-BF16
      nvidia/NVIDIA-Nemotron-3-Nano-4B-FP8 nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16
      nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-Base-BF16 nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8
      nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4 nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16
      nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-NVFP4 nvidia/NVIDIA-Nemotron-3.5-Lightning-30B-A3B-BF16
      nvidia/NVIDIA-Nemotron-3.5-Lightning-30B-A3B-NVFP4 nvidia/NVIDIA-Nemotron-3.5-Super-VL-120B-A12B-BF16
      nvidia/NVIDIA-Nemotron-3.5-Super-VL-120B-A12B-NVFP4 nvidia/Nemotron-3-Nano-Omni-30B-A3B-Reasoning-BF16
      nvidia/Nemotron-3-Nano-Omni-30B-A3B-Reasoning-FP8 nvidia/Nemotron-3-Nano-Omni-30B-A3B-Reasoning-NVFP4
    `),
  },
  {
    toolParser: 'qwen3_coder',
    reasoningParser: 'qwen3',
    models: names(`
      Eco-Tech/Qwen3.5-397B-A17B-w4a4-mxfp4 Eco-Tech/Qwen3.5-397B-A17B-w8a8-mtp Eco-Tech/Qwen3.6-27B-w8a8
      Eco-Tech/Qwen3.6-27B-w8a8-mxfp8 Eco-Tech/Qwen3.8-27B-w8a8 Inferact/Qwen3.8-2.4T-A95B-MXFP4
      Inferact/Qwen3.8-2.4T-A95B-NVFP4 Inferact/Qwen3.8-27B-NVFP4 Inferact/Qwen3.8-Flash-Next-NVFP4 Qwen/Qwen3.5-0.8B
      Qwen/Qwen3.5-122B-A10B Qwen/Qwen3.5-122B-A10B-FP8 Qwen/Qwen3.5-122B-A10B-GPTQ-Int4 Qwen/Qwen3.5-27B
      Qwen/Qwen3.5-27B-FP8 Qwen/Qwen3.5-27B-GPTQ-Int4 Qwen/Qwen3.5-2B Qwen/Qwen3.5-35B-A3B Qwen/Qwen3.5-35B-A3B-FP8
      Qwen/Qwen3.5-35B-A3B-GPTQ-Int4 Qwen/Qwen3.5-397B-A17B Qwen/Qwen3.5-397B-A17B-GPTQ-Int4 Qwen/Qwen3.5-4B
      Qwen/Qwen3.5-9B Qwen/Qwen3.6-27B Qwen/Qwen3.6-27B-FP8 Qwen/Qwen3.6-35B-A3B Qwen/Qwen3.6-35B-A3B-FP8
      Qwen/Qwen3.8-2.4T-A95B Qwen/Qwen3.8-2.4T-A95B-FP8 Qwen/Qwen3.8-27B Qwen/Qwen3.8-27B-FP8 Qwen/Qwen3.8-Flash-Next
      Qwen/Qwen3.8-Flash-Next-FP8 RedHatAI/Qwen3.5-122B-A10B-FP8-dynamic RedHatAI/Qwen3.5-122B-A10B-NVFP4
      RedHatAI/Qwen3.5-35B-A3B-FP8-dynamic RedHatAI/Qwen3.5-397B-A17B-FP8-dynamic RedHatAI/Qwen3.5-4B-FP8-dynamic
      RedHatAI/Qwen3.5-9B-FP8-dynamic RedHatAI/Qwen3.6-27B-FP8 RedHatAI/Qwen3.6-35B-A3B-FP8
      RedHatAI/Qwen3.6-35B-A3B-FP8-dynamic RedHatAI/Qwen3.6-35B-A3B-NVFP4 RedHatAI/Qwen3.8-2.4T-A95B-NVFP4-REAP-25
      RedHatAI/Qwen3.8-27B-INT4 RedHatAI/Qwen3.8-27B-MXFP4 amd/Qwen3.5-397B-A17B-MXFP4 internlm/Intern-S2-397B
      internlm/Intern-S2-397B-FP8 internlm/Intern-S2-Preview internlm/Intern-S2-Preview-FP8
      nvidia/Qwen3.5-397B-A17B-NVFP4 nvidia/Qwen3.6-27B-NVFP4 nvidia/Qwen3.6-35B-A3B-NVFP4 nvidia/Qwen3.8-27B-NVFP4
    `),
  },
  {
    toolParser: 'seed_oss',
    models: names(`
      ByteDance-Seed/Seed-OSS-36B-Instruct
    `),
  },
  {
    toolParser: 'step3p5',
    reasoningParser: 'step3p5',
    models: names(`
      stepfun-ai/Step-3.5-Flash stepfun-ai/Step-3.5-Flash-FP8 stepfun-ai/Step-3.5-Flash-INT4
      stepfun-ai/Step-3.5-Flash-INT8 stepfun-ai/Step-3.7-Flash stepfun-ai/Step-3.7-Flash-FP8
      stepfun-ai/Step-3.7-Flash-NVFP4
    `),
  },
  {
    toolParser: 'step5',
    reasoningParser: 'step5',
    models: names(`
      stepfun-ai/Step-5-Preview stepfun-ai/Step-5-Preview-NVFP4
    `),
  },
  {
    toolParser: 'xlam',
    models: names(`
      Salesforce/Llama-xLAM-2-70B-fc-r Salesforce/Llama-xLAM-2-8B-fc-r Salesforce/Qwen-xLAM-32B-fc-r
      Salesforce/xLAM-1B-fc-r Salesforce/xLAM-3B-fc-r
    `),
  },
  {
    reasoningParser: 'deepseek_r1',
    models: names(`
      deepseek-ai/DeepSeek-R1-0528-Qwen3-8B deepseek-ai/DeepSeek-R1-Distill-Llama-70B
      deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B
    `),
  },
  {
    reasoningParser: 'ernie45',
    models: names(`
      baidu/ERNIE-4.5-21B-A3B-Thinking baidu/ERNIE-4.5-VL-28B-A3B-PT
    `),
  },
  {
    reasoningParser: 'gemma4',
    models: names(`
      google/gemma-4-26B-A4B-it
    `),
  },
  {
    reasoningParser: 'glm45',
    models: names(`
      zai-org/Glyph
    `),
  },
  {
    reasoningParser: 'granite_thinking_parser',
    models: names(`
      ibm-granite/granite-4.2-30b
    `),
  },
  {
    reasoningParser: 'holo2',
    models: names(`
      Hcompany/Holo2-30B-A3B Hcompany/Holo2-8B
    `),
  },
  {
    reasoningParser: 'minimax_m2',
    models: names(`
      MiniMaxAI/MiniMax-M2
    `),
  },
  {
    reasoningParser: 'qwen3',
    models: names(`
      Qwen/Qwen3-0.6B Qwen/Qwen3-8B
    `),
  },
];

function names(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

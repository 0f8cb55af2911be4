// Owns the parsers that vLLM registers, and since which version: the registries of 0.24 to 0.33 were compared. Which family needs which is in
// `families.ts`.

/** For parsers of 0.24 and, as far as is known, of those before it. */
const ALWAYS = 0;

/** Name of `--tool-call-parser` -> the second number of the first version with it. */
export const TOOL_PARSERS: ReadonlyMap<string, number> = parsers(
  `apertus cohere_command3 cohere_command4 deepseek_v3 deepseek_v31 deepseek_v32 deepseek_v4 ernie45 functiongemma gemma4 gigachat3 glm45
   glm47 granite granite-20b-fc granite4 hermes hunyuan_a13b hy_v3 internlm jamba kimi_k2 lfm2 llama3_json llama4_json llama4_pythonic
   longcat mimo minicpm5 minimax_m2 minimax_m3 mistral olmo3 openai phi4_mini_json poolside_v1 pythonic qwen3_coder qwen3_xml seed_oss
   step3 step3p5 xlam`,
  {
    26: 'inkling',
    27: 'kimi_k3',
    28: 'dots ling3 muse_glimmer',
    29: 'hy_v4',
    30: 'deepseek_v41 k2_horizon',
    32: 'hf plamo3 qwen3_json',
    33: 'beam muse musespark1x step5',
  },
);

/** Name of `--reasoning-parser` -> the second number of the first version with it. */
export const REASONING_PARSERS: ReadonlyMap<string, number> = parsers(
  `cohere_command3 cohere_command4 deepseek_r1 deepseek_v3 deepseek_v4 ernie45 gemma4 glm45 glm47 granite holo2 hunyuan_a13b hy_v3 kimi_k2
   mimo minimax_m2 minimax_m2_append_think minimax_m3 mistral nemotron_v3 olmo3 openai_gptoss poolside_v1 qwen3 seed_oss step3 step3p5`,
  {
    26: 'inkling',
    27: 'kimi_k3',
    28: 'ling3 muse_glimmer',
    29: 'hy_v4',
    30: 'deepseek_v41 k2_horizon',
    31: 'granite_thinking_parser',
    32: 'hf minicpmv plamo3',
    33: 'beam muse musespark1x step5',
  },
);

/** Parsers that no family names, and why. @internal */
export const UNNAMED_PARSERS: ReadonlyMap<string, string> = new Map([
  ['qwen3_xml', 'another name of qwen3_coder'],
  ['qwen3_json', 'another name of hermes, which older versions lack'],
  ['llama4_json', 'the reader of llama3_json; Llama 4 is recommended with llama4_pythonic'],
  ['musespark1x', 'another name of muse'],
  ['minimax_m2_append_think', 'leaves the thinking in the text; minimax_m2 separates it'],
  [
    'hf',
    'reads what the checkpoint says of itself, but refuses strict tools and forced calls; Kolibri takes it or hermes with qwen3',
  ],
]);

function parsers(first: string, later: Readonly<Record<number, string>>): ReadonlyMap<string, number> {
  const rows: readonly (readonly [number, string])[] = [
    [ALWAYS, first],
    ...Object.entries(later).map(([since, names]) => [Number(since), names] as const),
  ];
  return new Map(rows.flatMap(([since, names]) => names.split(/\s+/).map((name) => [name, since] as const)));
}

// Owns the claims about the flags that a server is advised to use: they are those of vLLM's docs, of the served version, and a guess is
// called one.

import { describe, expect, test } from 'vitest';
import { FAMILIES } from '../../src/model/profile/families.ts';
import { profileOf } from '../../src/model/profile/profile-of.ts';
import { adviceText, serverFlags } from '../../src/model/profile/server-flags.ts';
import { REASONING_PARSERS, TOOL_PARSERS, UNNAMED_PARSERS } from '../../src/model/profile/vllm-parsers.ts';
import { DOCUMENTED } from './documented-flags.ts';

/** Names of the same parser. */
const SAME: ReadonlyMap<string, string> = new Map([['glm45', 'glm47']]);

/** GLM 4.5 and 4.7 have one reasoning parser under two names. */
function reasoningName(name: string | undefined): string | undefined {
  return name === undefined ? undefined : (SAME.get(name) ?? name);
}

describe('the parsers of a model', () => {
  const rows = DOCUMENTED.flatMap(({ models, ...flags }) => models.map((model) => ({ model, ...flags })));

  test('are checked for more than a hundred and fifty names', () => {
    expect(new Set(rows.map(({ model }) => model)).size).toBeGreaterThan(150);
  });

  test('are those that the docs and recipes name', () => {
    const differing = rows.filter(({ model, toolParser, reasoningParser }) => {
      const profile = profileOf(model);
      const isTool = toolParser === undefined || toolParser === profile.toolParser;
      const isThinking =
        reasoningParser === undefined || reasoningName(reasoningParser) === reasoningName(profile.reasoningParser);
      return !(isTool && isThinking);
    });
    expect(differing).toEqual([]);
  });

  test('are parsers that vLLM registers, or come with the weights', () => {
    const unknown = FAMILIES.flatMap(({ name, toolParser, reasoningParser, needs }) => {
      const tool = toolParser === undefined || needs?.toolPlugin !== undefined || TOOL_PARSERS.has(toolParser);
      const thinking = reasoningParser === undefined || REASONING_PARSERS.has(reasoningParser);
      return tool && thinking ? [] : [name];
    });
    expect(unknown).toEqual([]);
  });

  test.each([
    ['tool', TOOL_PARSERS, FAMILIES.map(({ toolParser }) => toolParser)],
    ['reasoning', REASONING_PARSERS, FAMILIES.map(({ reasoningParser }) => reasoningParser)],
  ] as const)('include every %s parser that vLLM registers, or there is a reason', (_kind, registered, named) => {
    const left = [...registered.keys()].filter((parser) => !named.includes(parser) && !UNNAMED_PARSERS.has(parser));
    expect(left).toEqual([]);
  });

  test('that no family names have a reason, and the others have none', () => {
    const named = new Set(FAMILIES.flatMap(({ toolParser, reasoningParser }) => [toolParser, reasoningParser]));
    expect([...UNNAMED_PARSERS.keys()].filter((parser) => named.has(parser))).toEqual([]);
  });
});

const AUTO = '--enable-auto-tool-choice';

describe('the advice', () => {
  const advice = (model: string, version?: string): string | undefined => {
    const { tools, thinking } = serverFlags(profileOf(model), version);
    return adviceText(tools, thinking);
  };

  test.each([
    ['zai-org/GLM-4.7', `Start vLLM with ${AUTO} --tool-call-parser glm47 --reasoning-parser glm47`],
    ['Qwen/Qwen2.5-7B-Instruct', `Start vLLM with ${AUTO} --tool-call-parser hermes`],
    [
      'microsoft/Phi-4-mini-instruct',
      `Start vLLM with ${AUTO} --tool-call-parser phi4_mini_json --chat-template examples/tool_chat_template_phi4_mini.jinja`,
    ],
    [
      'nvidia/NVIDIA-Nemotron-Nano-9B-v2',
      `Start vLLM with ${AUTO} --tool-parser-plugin nemotron_toolcall_parser_no_streaming.py --tool-call-parser nemotron_json`,
    ],
  ])('for %s is complete', (model, text) => {
    expect(advice(model, '0.33.0')).toBe(text);
  });

  test('for a model that nothing is known of is a guess, and says so', () => {
    expect(advice('acme/Rocket-7B')).toBe(
      `Start vLLM with ${AUTO} --tool-call-parser hermes\nThis is a guess: vLLM's docs name no parser for this model.`,
    );
  });

  test('for a model that vLLM cannot read names no parser', () => {
    expect(advice('upstage/Solar-Open2-100B')).toBe(
      'No tool parser of vLLM is known for this model: runs read its calls by themselves.\n' +
        'vLLM has no parser for this model up to 0.33.',
    );
  });

  test.each([
    ['0.29.1', false],
    ['0.30.0', true],
    ['0.30.0rc1', true],
    ['v0.30.0', true],
    ['0.33.1.dev12+g0a1b2c3d4', true],
    ['1.0.0', true],
    ['unknown', true],
    [undefined, true],
  ])('for vLLM %s names a parser of 0.30 only if it has it', (version, isNamed) => {
    const missing = 'The parser of this model, `deepseek_v41`, came with vLLM 0.30: update the server.';
    const flags = `Start vLLM with ${AUTO} --tool-call-parser deepseek_v41 --reasoning-parser deepseek_v41`;
    expect(advice('deepseek-ai/DeepSeek-V4.1-Flash', version)).toBe(isNamed ? flags : missing);
  });

  test('for a server whose vLLM lacks one of two parsers keeps the other', () => {
    expect(advice('ibm-granite/granite-4.2-30b', '0.30.0')).toBe(
      `Start vLLM with ${AUTO} --tool-call-parser qwen3_coder\n` +
        'The parser of this model, `granite_thinking_parser`, came with vLLM 0.31: update the server.',
    );
  });
});

// Owns which profile of the project reads the texts of a vLLM parser. The profiles are left to `src/model/profile`.

import type { CallFormat } from '../../src/model/format/call-format.ts';
import { END_MARKS, MARKED_FORMATS } from '../../src/model/format/call-formats.ts';
import { DOTS, MUSE } from '../../src/model/format/invoke-formats.ts';
import { GRANITE_20B, INKLING, NEMOTRON_JSON } from '../../src/model/format/json-formats.ts';
import { HY, K2_HORIZON } from '../../src/model/format/key-value-formats.ts';
import { PLAMO } from '../../src/model/format/named-formats.ts';
import { DEEPSEEK_V41 } from '../../src/model/format/tag-formats.ts';
import { ERNIE, FUNCTION_XML, GLM, HERMES, QWEN_XML } from '../../src/model/format/tool-call-formats.ts';
import { FAMILIES, UNKNOWN } from '../../src/model/profile/families.ts';
import type { Profile } from '../../src/model/profile/profile.ts';

/** The first family with this `--tool-call-parser`; without one, an unknown family that writes the parser's format. */
export function familyOfToolParser(parser: string): Profile {
  const name = SAME_TOOL_PARSER.get(parser) ?? parser;
  const family = FAMILIES.find(({ toolParser }) => toolParser === name);
  if (family !== undefined) return family;
  const [format = UNKNOWN.format, ...alsoWrites] = FORMATS[name] ?? [];
  return { ...UNKNOWN, name: '–', format, alsoWrites };
}

const FORMATS: Readonly<Record<string, readonly CallFormat[]>> = {
  plamo3: [PLAMO],
  inkling: [INKLING],
  k2_horizon: [K2_HORIZON],
  deepseek_v41: [DEEPSEEK_V41],
  dots: [DOTS],
  muse: [MUSE],
  'granite-20b-fc': [GRANITE_20B],
  granite4: [HERMES],
  ernie45: [ERNIE],
  ling3: [GLM],
  poolside_v1: [GLM],
  hy_v3: [HY],
  hy_v4: [HY],
  nemotron_v3: [QWEN_XML, FUNCTION_XML],
  step3p5: [QWEN_XML, FUNCTION_XML],
  step5: [QWEN_XML, FUNCTION_XML],
  nemotron_json: [NEMOTRON_JSON],
};

/** The first family with this `--reasoning-parser`; undefined where none has it. */
export function familyOfReasoningParser(parser: string): Profile | undefined {
  return FAMILIES.find(({ reasoningParser }) => reasoningParser === parser);
}

/** Parsers that the tests name by their class or that have two names. */
const SAME_TOOL_PARSER = new Map<string, string>([
  ['qwen3_xml', 'qwen3_coder'],
  ['qwen3_json', 'hermes'],
]);

/** What is looked for in the raw text of a family, and the format that it is asked to use. */
export function formatsFor(profile: Profile): {
  readonly formats: readonly CallFormat[];
  readonly agreed: CallFormat;
} {
  const { format, alsoWrites } = profile;
  return { formats: [...(profile === UNKNOWN ? MARKED_FORMATS : [format, ...alsoWrites]), END_MARKS], agreed: format };
}

// Owns which profile of the project reads the texts of a vLLM parser. The profiles are left to `src/model/profile`.

import type { CallFormat } from '../../src/model/format/call-format.ts';
import { END_MARKS, MARKED_FORMATS } from '../../src/model/format/call-formats.ts';
import { FAMILIES, UNKNOWN } from '../../src/model/profile/families.ts';
import type { Profile } from '../../src/model/profile/profile.ts';

/** The first family with this `--tool-call-parser`; without one, an unknown family. */
export function familyOfToolParser(parser: string): Profile {
  const name = SAME_TOOL_PARSER.get(parser) ?? parser;
  return FAMILIES.find(({ toolParser }) => toolParser === name) ?? { ...UNKNOWN, name: '–' };
}

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

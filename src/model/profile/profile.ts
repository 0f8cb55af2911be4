// Owns the shape of a profile: what is known about a model family, as data. The data is in `families.ts`, using it is left to the run.

import type { ThinkDelimiters } from '../../client/think-tags.ts';
import type { CallFormat } from '../format/call-format.ts';

/** The template's switch for thinking. `always` and `never`: there is no switch, and the model always or never thinks. */
type ThinkingSwitch = 'enable_thinking' | 'thinking' | 'both' | 'effort' | 'always' | 'never';

/** What a chat template demands of a conversation; others refuse nothing of it. */
export type TemplateRule = 'no_user_after_tool' | 'one_call_a_message' | 'no_system';

export const TEMPLATE_RULES: readonly TemplateRule[] = ['no_user_after_tool', 'one_call_a_message', 'no_system'];

export interface Profile {
  /** For people: shown by the doctor and in the table of families. */
  readonly name: string;
  /** Matches the served name, or the path of the weights, in lower case. */
  readonly match: RegExp;
  /** The value of vLLM's `--tool-call-parser`; undefined where none is known. */
  readonly toolParser: string | undefined;
  /** The value of vLLM's `--reasoning-parser`; undefined for a model that does not think. */
  readonly reasoningParser: string | undefined;
  /** How the model writes calls. */
  readonly format: CallFormat;
  /** Formats in which the family sometimes writes calls although its template shows another. */
  readonly alsoWrites: readonly CallFormat[];
  readonly thinking: ThinkingSwitch;
  /** The marks around thinking in the text, where no parser removes it. */
  readonly delimiters: ThinkDelimiters | undefined;
  /** The form of call ids: vLLM's own, nine characters (Mistral), or `functions.name:index` (Kimi). */
  readonly ids: 'vllm' | 'mistral' | 'kimi';
  /** Switches that make the template keep the thinking of earlier turns, so that the server's prefix cache stays valid. */
  readonly replay: Readonly<Record<string, boolean>> | undefined;
  /** What the family's own template demands. */
  readonly rules: readonly TemplateRule[];
}

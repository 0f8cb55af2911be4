// Owns what a profile is: what is known of a model family, as data. The data is in `families.ts`, using it is left to the run.

import type { ThinkDelimiters } from '../../client/think-tags.ts';
import type { CallFormat } from '../format/call-format.ts';

/** How a template is told whether to think. `always` and `never`: it cannot be told, the model does or does not. */
export type ThinkingSwitch = 'enable_thinking' | 'thinking' | 'both' | 'effort' | 'always' | 'never';

export interface Profile {
  /** For people: in warnings, in the table of the docs. */
  readonly name: string;
  /** Of a served name or the path of its weights, in lower case. */
  readonly match: RegExp;
  /** The value of vLLM's `--tool-call-parser`; undefined where none is known. */
  readonly toolParser: string | undefined;
  /** The value of vLLM's `--reasoning-parser`; undefined for a model that does not think. */
  readonly reasoningParser: string | undefined;
  /** How the model writes calls. */
  readonly format: CallFormat;
  readonly thinking: ThinkingSwitch;
  /** What thinking stands between in the text, where no parser takes it out. */
  readonly delimiters: ThinkDelimiters | undefined;
  /** What ids of calls look like: of vLLM's own kind, nine characters, or `functions.name:index`. */
  readonly ids: 'vllm' | 'mistral' | 'kimi';
  /** Switches that make the template keep the thinking of earlier turns, so that the server's cache holds. */
  readonly replay: Readonly<Record<string, boolean>> | undefined;
}

// Owns the flags that a server needs for a family: the names of its parsers as the served version of vLLM has them, and what goes with them.
// Saying it is left to the doctor.

import type { Profile } from './profile.ts';
import { REASONING_PARSERS, TOOL_PARSERS } from './vllm-parsers.ts';

export interface FlagAdvice {
  /** Ready to paste; empty where there is no such parser, or the served version lacks it. */
  readonly flags: string;
  /** What is to be said beside them, as sentences. */
  readonly notes: readonly string[];
}

export interface ServerFlags {
  readonly tools: FlagAdvice;
  readonly thinking: FlagAdvice;
}

/** What most models write, and so the best guess for one that nothing is known of. */
const LIKELIEST = 'hermes';

/**
 * `version` is what the server reports, such as `0.33.0` or `0.33.1.dev12+g0a1b2c`; undefined where it is unknown: then the newest known one
 * is assumed.
 */
export function serverFlags(profile: Profile, version?: string): ServerFlags {
  return { tools: toolAdvice(profile, version), thinking: thinkingAdvice(profile, version) };
}

function toolAdvice({ toolParser, needs, checked }: Profile, version: string | undefined): FlagAdvice {
  const isGuess = checked.includes('guess');
  const parser = toolParser ?? (isGuess && needs === undefined ? LIKELIEST : undefined);
  const notes = needs?.note === undefined ? [] : [needs.note];
  if (parser === undefined) {
    return {
      flags: '',
      notes: ['No tool parser of vLLM is known for this model: runs read its calls by themselves.', ...notes],
    };
  }
  const missing = missingNote(parser, TOOL_PARSERS, version);
  if (missing !== undefined) return { flags: '', notes: [missing] };
  const plugin = needs?.toolPlugin === undefined ? '' : ` --tool-parser-plugin ${needs.toolPlugin}`;
  const template = needs?.chatTemplate === undefined ? '' : ` --chat-template ${needs.chatTemplate}`;
  const flags = `--enable-auto-tool-choice${plugin} --tool-call-parser ${parser}${template}`;
  return { flags, notes: isGuess ? [GUESS, ...notes] : notes };
}

function thinkingAdvice({ reasoningParser, checked }: Profile, version: string | undefined): FlagAdvice {
  if (reasoningParser === undefined) return { flags: '', notes: [] };
  const missing = missingNote(reasoningParser, REASONING_PARSERS, version);
  if (missing !== undefined) return { flags: '', notes: [missing] };
  return { flags: `--reasoning-parser ${reasoningParser}`, notes: checked.includes('guess') ? [GUESS] : [] };
}

const GUESS = "This is a guess: vLLM's docs name no parser for this model.";

/** A parser of a plugin is in no registry. */
function missingNote(
  name: string,
  known: ReadonlyMap<string, number>,
  version: string | undefined,
): string | undefined {
  const since = known.get(name);
  const served = minorOf(version);
  if (since === undefined || served === undefined || served >= since) return undefined;
  return `The parser of this model, \`${name}\`, came with vLLM 0.${since}: update the server.`;
}

/** The second number of a version below 1; undefined for what is no such version. */
function minorOf(version: string | undefined): number | undefined {
  const found = /^v?0\.(\d{1,4})(?!\d)/.exec(version ?? '');
  return found?.[1] === undefined ? undefined : Number(found[1]);
}

/** The advice as one text; undefined where there is none. */
export function adviceText(...parts: readonly FlagAdvice[]): string | undefined {
  const flags = parts.map((part) => part.flags).filter((text) => text !== '');
  const notes = new Set(parts.flatMap((part) => part.notes));
  const start = flags.length === 0 ? [] : [`Start vLLM with ${flags.join(' ')}`];
  const lines = [...start, ...notes];
  return lines.length === 0 ? undefined : lines.join('\n');
}

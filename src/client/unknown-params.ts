// Owns warnings about parameter names that vLLM would silently ignore. Sending them anyway is left to the body.

import { nearName } from '../core/known-names.ts';

/** Something that the caller should know and that is not an error. */
export interface ClientWarning {
  readonly code: 'unknown_parameter';
  readonly parameter: string;
  /** What is wrong and what to write instead. */
  readonly message: string;
}

export interface UnknownParams {
  /** Warns once about each name that is not known. */
  readonly report: (names: readonly string[], known: Readonly<Record<string, true>>) => void;
}

const USE_EXTRA = 'If your server knows it, pass it in `extra`.';

/** Names that people bring from older servers and from other clients. */
const RENAMED: Readonly<Record<string, string>> = {
  guided_json: 'was removed in vLLM 0.12: use `structured_outputs: { json }` or `response_format`.',
  guided_regex: 'was removed in vLLM 0.12: use `structured_outputs: { regex }`.',
  guided_choice: 'was removed in vLLM 0.12: use `structured_outputs: { choice }`.',
  guided_grammar: 'was removed in vLLM 0.12: use `structured_outputs: { grammar }`.',
  guided_whitespace_pattern: 'was removed in vLLM 0.12: use `structured_outputs: { whitespace_pattern }`.',
  guided_decoding_backend: 'was removed in vLLM 0.12: the server chooses the backend.',
  structural_tag: 'was removed in vLLM 0.12: use `response_format: { type: "structural_tag", format }`.',
  return_mm_kwargs: 'is deprecated: use `mm_payload: "none"` for `false`.',
  extra_body: 'belongs to the Python SDK: put its fields at the top level, or in `extra`.',
  enable_thinking: 'is a switch of the template: use `chat_template_kwargs: { enable_thinking }`.',
  thinking: 'is a switch of the template: use `chat_template_kwargs: { thinking }`.',
  functions: 'is not supported by vLLM: use `tools`.',
  function_call: 'is not supported by vLLM: use `tool_choice`.',
  best_of: 'is not supported by vLLM any more: use `n`.',
};

/** Names may come from a program's own users: those that are remembered must not grow for ever. Further ones are not reported. */
const MAX_REPORTED = 100;

/** `warn` is called at most once for each name, so that a loop does not repeat it. */
export function createUnknownParams(warn: (warning: ClientWarning) => void): UnknownParams {
  const reported = new Set<string>();
  return {
    report(names, known) {
      for (const name of names) {
        if (Object.hasOwn(known, name) || reported.has(name) || reported.size >= MAX_REPORTED) continue;
        reported.add(name);
        warn({ code: 'unknown_parameter', parameter: name, message: messageFor(name, Object.keys(known)) });
      }
    },
  };
}

function messageFor(name: string, known: readonly string[]): string {
  const renamed = Object.hasOwn(RENAMED, name) ? RENAMED[name] : undefined;
  if (renamed !== undefined) return `\`${name}\` ${renamed}`;
  const near = nearName(name, known);
  const hint = near === undefined ? '' : `Did you mean \`${near}\`? `;
  return `\`${name}\` is not a parameter that vLLM knows: vLLM would silently ignore it. ${hint}${USE_EXTRA}`;
}

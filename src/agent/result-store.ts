// Owns the whole texts of results that were too long to show, and the tool by which the model reads on in them.
// What is too long is each tool's own limit.

import type { JsonObject } from '../core/json.ts';
import { DEFAULT_MAX_RESULT_CHARS, defineTool } from '../tool/define-tool.ts';
import type { Tool } from '../tool/tool.ts';
import { ToolRetry } from '../tool/tool.ts';

/** Characters that one run keeps; the oldest results go first. */
export const MAX_KEPT_CHARS = 16 * 1024 * 1024;

/** The name under which the model reads on in long results. */
export const RESULT_TOOL = 'read_result';
const PIECE_CHARS = 10_000;

/** One object for all runs: it is compiled once. */
const PARAMETERS: JsonObject = {
  type: 'object',
  properties: {
    call_id: { type: 'string', description: 'The id that the shortened result names.' },
    from: { type: 'integer', minimum: 0, description: 'The first character to read, counted from 0.' },
  },
  required: ['call_id', 'from'],
  additionalProperties: false,
};

export interface ResultStore {
  /** Keeps a text; says, for the model, how to read on in it. */
  readonly keep: (callId: string, text: string) => string;
  /** The tool, once there is something to read with it: until then it would only fill the prompt. */
  readonly tools: () => readonly Tool[];
}

/** `isTaken` tells whether the agent has a tool of that name itself; then nothing is offered. */
export function createResultStore(isTaken: (name: string) => boolean): ResultStore {
  const texts = new Map<string, string>();
  let chars = 0;

  function keep(callId: string, text: string): string {
    if (isTaken(RESULT_TOOL) || text.length > MAX_KEPT_CHARS) return 'Ask for a narrower part to see them.';
    texts.set(callId, text);
    chars += text.length;
    for (const [oldest, old] of texts) {
      if (chars <= MAX_KEPT_CHARS) break;
      texts.delete(oldest);
      chars -= old.length;
    }
    return `\`${RESULT_TOOL}\` with call_id ${JSON.stringify(callId)} reads them.`;
  }

  const tool = defineTool({
    name: RESULT_TOOL,
    description: 'Reads on in the result of an earlier call that was too long to show whole.',
    parameters: PARAMETERS,
    maxResultChars: DEFAULT_MAX_RESULT_CHARS,
    execute: (args) => {
      const { call_id: callId, from } = args as { readonly call_id: string; readonly from: number };
      const text = texts.get(callId);
      if (text === undefined) throw new ToolRetry(`The result of ${callId} is not kept any more: make the call again.`);
      const piece = text.slice(from, from + PIECE_CHARS);
      const end = from + piece.length;
      const rest = end < text.length ? `[${text.length - end} more characters, from ${end} on]` : '[the end]';
      return `${piece}\n${rest}`;
    },
  });

  const tools = (): readonly Tool[] => (texts.size === 0 ? [] : [tool]);

  return { keep, tools };
}

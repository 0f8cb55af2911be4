// Owns the tool by which the model reads on in results that were too long to show. What is kept is in the run's state.

import type { JsonObject } from '../../core/json.ts';
import { DEFAULT_MAX_RESULT_CHARS, defineTool } from '../../tool/define-tool.ts';
import type { Tool } from '../../tool/tool.ts';
import { ToolRetry } from '../../tool/tool.ts';
import type { CallInput } from '../loop/task-values.ts';
import { RESULT_TOOL } from '../loop/task-values.ts';

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

/** Says, in the place of what was left out, how the model gets the rest. */
export function keptNote(callId: string, isKept: boolean): string {
  if (!isKept) return 'Ask for a narrower part to see them.';
  return `\`${RESULT_TOOL}\` with call_id ${JSON.stringify(callId)} reads them.`;
}

let made: Tool | undefined;

/** The tool that is offered once there is something to read with it: until then it would only fill the prompt. Made with the first need. */
export function resultTool(): Tool {
  made ??= defineTool({
    name: RESULT_TOOL,
    description: 'Reads on in the result of an earlier call that was too long to show whole.',
    parameters: PARAMETERS,
    maxResultChars: DEFAULT_MAX_RESULT_CHARS,
    execute: () => {
      throw new Error('The run gives it the kept text with each call.');
    },
  });
  return made;
}

/** The tool for one call of it, with the text that the call names. */
export function resultToolWith({ keptText }: Pick<CallInput, 'keptText'>): Tool {
  // The schema has checked the arguments.
  return { ...resultTool(), execute: (args) => readOn(args as ReadOn, keptText) };
}

interface ReadOn {
  readonly call_id: string;
  readonly from: number;
}

function readOn({ call_id: callId, from }: ReadOn, text: string | null): string {
  if (text === null) throw new ToolRetry(`The result of ${callId} is not kept any more: make the call again.`);
  const piece = text.slice(from, from + PIECE_CHARS);
  const end = from + piece.length;
  const rest = end < text.length ? `[${text.length - end} more characters, from ${end} on]` : '[the end]';
  return `${piece}\n${rest}`;
}

// Owns the proof that the server holds arguments to their schema: a schema that the question argues against, so that a model that is left to
// itself breaks it. That a server accepts `strict` says nothing.

import type { ChatParams, ToolDefinition } from '../../client/chat-params.ts';
import type { CheckContext } from './check-context.ts';
import type { Finding } from './finding.ts';
import { bad, good, note } from './finding.ts';
import { messageOf } from './server-checks.ts';

const COLORS = ['amber', 'teal'];

const PAINT: ToolDefinition = {
  type: 'function',
  function: {
    name: 'paint',
    description: 'Paints the wall.',
    parameters: {
      type: 'object',
      properties: { color: { type: 'string', enum: COLORS } },
      required: ['color'],
      additionalProperties: false,
    },
    strict: true,
  },
};

const ARGUED = [
  { role: 'user', content: 'Paint the wall purple. The color is exactly "purple", no other one.' },
] as const;

type Kept = 'kept' | 'broken' | 'no call';

/** Proves it for each tool choice. */
export async function checkStrict(context: CheckContext): Promise<Finding> {
  const kept: string[] = [];
  const broken: string[] = [];
  const silent: string[] = [];
  for (const [name, toolChoice] of CHOICES) {
    const { response, error } = await context.ask({ messages: ARGUED, tools: [PAINT], tool_choice: toolChoice });
    if (error !== undefined) {
      return note(
        'strict',
        `the server refuses it: ${messageOf(error)}`,
        'Runs check arguments, and ask again where they do not fit.',
      );
    }
    const [choice] = response.choices;
    const call = choice?.message.tool_calls?.[0];
    // A call that was cut proves nothing.
    const isWhole = call !== undefined && choice?.finish_reason !== 'length';
    const result = isWhole ? keptIn(call.function.arguments) : 'no call';
    ({ kept, broken, 'no call': silent })[result].push(name);
  }
  if (broken.length > 0) {
    const message = `\`strict\` is accepted and not enforced (${broken.join(', ')}): the arguments broke their schema`;
    return bad('strict', message, 'Runs check arguments all the same. Update vLLM, or try another tool parser.');
  }
  if (kept.length === 0) return note('strict', 'not proved: the model made no call to prove it on');
  const rest = silent.length === 0 ? '' : `; no call to prove it on with ${silent.join(', ')}`;
  return good('strict', `arguments keep to their schema, also against the question (${kept.join(', ')})${rest}`);
}

const CHOICES: readonly (readonly [string, NonNullable<ChatParams['tool_choice']>])[] = [
  ['auto', 'auto'],
  ['required', 'required'],
  ['named', { type: 'function', function: { name: 'paint' } }],
];

function keptIn(text: string): Kept {
  try {
    const args = JSON.parse(text) as { readonly color?: unknown } | null;
    return COLORS.some((color) => args?.color === color) ? 'kept' : 'broken';
  } catch {
    return 'broken';
  }
}

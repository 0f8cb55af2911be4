// Owns the schema-only turn: what the model is asked, and whether its answer fits. When it comes is the loop's.

import type { JsonValue } from '../core/json.ts';
import type { UserMessage } from '../core/message.ts';
import { describeIssues } from '../schema/issues.ts';
import type { ModelAnswer } from './model-answer.ts';
import type { RunContext } from './run-context.ts';

export type CheckedOutput =
  | { readonly type: 'fits'; readonly value: JsonValue; readonly text: string }
  | { readonly type: 'unfit'; readonly problem: string; readonly text: string };

/** The message that begins the schema-only turn after turns with tools. */
export function askForOutput(): UserMessage {
  return { role: 'user', content: 'Give the result of the above as JSON, and nothing else.' };
}

export function askAgain(problem: string): UserMessage {
  return { role: 'user', content: `That JSON does not fit:\n${problem}\nGive it again, put right, and nothing else.` };
}

/** Checks the answer of a schema-only turn. */
export async function checkOutput({ agent, warn }: RunContext, answer: ModelAnswer): Promise<CheckedOutput> {
  const text = answer.content.trim() === '' ? fromThinking(answer, warn) : answer.content;
  const parsed = parse(text);
  if (parsed === undefined) {
    const problem = answer.wasCut ? 'it was cut by `max_tokens`: be briefer' : 'it is not JSON';
    return { type: 'unfit', problem, text };
  }
  const checked = await agent.output?.check(parsed);
  if (checked === undefined || checked.ok)
    return { type: 'fits', value: (checked?.value ?? parsed) as JsonValue, text };
  return { type: 'unfit', problem: describeIssues(checked.issues), text };
}

/** A model that never closes its thinking puts the whole answer there, where no grammar binds it. */
function fromThinking({ reasoning }: ModelAnswer, warn: RunContext['warn']): string {
  const text = reasoning.trim();
  if (parse(text) === undefined) return '';
  warn({ code: 'output_in_reasoning', message: 'The output came as thinking and was read from there.' });
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: undefined, which no JSON is.
    return undefined;
  }
}

// Owns checking the answer of a turn that asked for the structured output. When such a turn comes is the loop's.

import type { JsonValue } from '../../core/json.ts';
import { parseJson } from '../../core/json.ts';
import { describeIssues } from '../../schema/issues.ts';
import type { CheckedOutput } from '../loop/task-values.ts';
import type { ModelAnswer } from './model-answer.ts';
import type { TurnContext } from './turn-context.ts';

export interface ReadOutput {
  readonly checked: CheckedOutput;
  /** The text that was read, for the history. */
  readonly text: string;
}

export async function checkOutput({ agent, warn }: TurnContext, answer: ModelAnswer): Promise<ReadOutput> {
  const told = answer.content.trim() === '' ? fromThinking(answer, warn) : answer.content;
  const text = parseJson(told) === undefined ? (jsonAtEnd(told, warn) ?? told) : told;
  const parsed = parseJson(text);
  if (parsed === undefined) {
    const problem = answer.wasCut ? 'it was cut by `max_tokens`: be briefer' : 'it is not JSON';
    return { checked: { type: 'unfit', problem }, text };
  }
  const checked = await agent.output?.check(parsed);
  if (checked !== undefined && !checked.ok) {
    return { checked: { type: 'unfit', problem: describeIssues(checked.issues) }, text };
  }
  // What the schema makes of JSON is what the agent's author wants as the result.
  return { checked: { type: 'fits', value: (checked?.value ?? parsed) as JsonValue }, text };
}

/**
 * Thinking of which the server has dropped the marks stands before the output, since no grammar binds it. The output begins a line and goes on
 * to the end.
 */
function jsonAtEnd(told: string, warn: TurnContext['warn']): string | undefined {
  const text = told.trimEnd();
  let tried = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at)) {
    const rest = text.slice(at).trimStart();
    at = text.length - rest.length;
    if (!rest.startsWith('{') && !rest.startsWith('[')) continue;
    if (parseJson(rest) !== undefined) {
      warn({ code: 'output_in_reasoning', message: 'Thinking stood before the output, which was read from the end.' });
      return rest;
    }
    if (++tried === MAX_STARTS) return undefined;
  }
  return undefined;
}

/** Lines that may begin the output; with more of them it is not looked for, for each is read to its end. */
const MAX_STARTS = 16;

/** A model that never closes its thinking puts the whole answer there, where no grammar binds it. */
function fromThinking({ reasoning }: ModelAnswer, warn: TurnContext['warn']): string {
  const text = reasoning.trim();
  if (parseJson(text) === undefined) return '';
  warn({ code: 'output_in_reasoning', message: 'The output came as thinking and was read from there.' });
  return text;
}

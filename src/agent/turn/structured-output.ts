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
  const text = answer.content.trim() === '' ? fromThinking(answer, warn) : answer.content;
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

/** A model that never closes its thinking puts the whole answer there, where no grammar binds it. */
function fromThinking({ reasoning }: ModelAnswer, warn: TurnContext['warn']): string {
  const text = reasoning.trim();
  if (parseJson(text) === undefined) return '';
  warn({ code: 'output_in_reasoning', message: 'The output came as thinking and was read from there.' });
  return text;
}

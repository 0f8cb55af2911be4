// Owns what a tool receives for each written value: read by this project, and read by vLLM's parser and then taken in by this project
// as any server's call is. Why the two differ, where they do, is left to `reasons.ts`.

import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import { canonicalJson, parseJson } from '../../../src/core/json.ts';
import { defineTool } from '../../../src/index.ts';
import { prepareCall } from '../../../src/tool/prepare-call.ts';
import { createToolbox } from '../../../src/tool/toolbox.ts';
import { scanPieces } from '../../support/scan.ts';
import type { Recorded } from './recorded.ts';
import { answersFor } from './recorded.ts';
import { SCHEMA_NAMES, TOOL_SCHEMAS } from './schemas.ts';
import { VALUES } from './values.ts';
import { WRITERS, writtenValues } from './writers.ts';

export interface Comparison {
  readonly parser: string;
  readonly value: JsonValue;
  readonly schema: string;
  /** What vLLM's parser gives for `x`, as JSON text. */
  readonly vllm: string;
  /** What this project's reader gives for `x`, as JSON text. */
  readonly ours: string;
  /** What the tool receives as `x` after the one and the other, as JSON text; `refused`: the model is asked to issue the call again. */
  readonly toolByVllm: string;
  readonly toolByOurs: string;
}

export async function compareArguments(recorded: Recorded): Promise<readonly Comparison[]> {
  const found: Comparison[] = [];
  for (const writer of WRITERS) {
    for (const { value, text } of writtenValues(writer, VALUES)) {
      const answers = answersFor(recorded, writer.parser, value);
      for (const [at, schema] of TOOL_SCHEMAS.entries()) {
        const vllm = answers[at] ?? 'none';
        const read = scanPieces([text], { schemas: new Map([['f', schema]]), formats: [writer.format] }).calls[0];
        const written = vllm === 'absent' ? '{}' : `{"x": ${vllm}}`;
        found.push({
          parser: writer.parser,
          value,
          schema: SCHEMA_NAMES[at] ?? '',
          vllm: sameForm(vllm),
          ours: read === undefined ? 'none' : valueIn(read.arguments),
          toolByVllm: await receivedBy(schema, written),
          toolByOurs: read === undefined ? 'none' : await receivedBy(schema, read.arguments),
        });
      }
    }
  }
  return found;
}

/** Whether both lead to the same value in the tool, or to the same question to the model. */
export function agrees({ toolByVllm, toolByOurs }: Comparison): boolean {
  return toolByVllm === toolByOurs;
}

/** The text of a value in the form that this project writes it, if nothing is lost by that. */
function sameForm(answer: string): string {
  const value = parseJson(answer);
  return value === undefined || /\d{16}/.test(answer) ? answer : canonicalJson(value);
}

function valueIn(text: string): string {
  const { x }: { x?: JsonValue } = JSON.parse(text);
  return x === undefined ? 'absent' : canonicalJson(x);
}

async function receivedBy(parameters: JsonObject, text: string): Promise<string> {
  const tool = defineTool({ name: 'f', description: 'd', parameters, execute: () => '' });
  const { call } = await prepareCall(
    { id: 'c', type: 'function', function: { name: 'f', arguments: text } },
    {
      key: 't1/call/0',
      toolbox: createToolbox([{ owner: 'test', tools: [tool] }]),
      wasCut: false,
      asksFirst: false,
      contextOf: () => {
        throw new Error('No tool here decides on approvals.');
      },
      approvalIdOf: (name) => name,
    },
  );
  return call.type === 'ready' ? valueIn(JSON.stringify(call.arguments)) : 'refused';
}

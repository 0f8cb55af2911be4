// Owns why this project gives a tool another value than vLLM's parser does, where it does so on purpose. A difference without a reason
// here is a mistake in one of the two.

import type { JsonValue } from '../../../src/core/json.ts';
import { canonicalJson } from '../../../src/core/json.ts';
import type { Comparison } from './compare.ts';

export interface Reason {
  readonly name: string;
  readonly why: string;
  readonly explains: (comparison: Comparison) => boolean;
}

/** Formats that write texts in quotes or with their type, so that a text is known to be one. */
const QUOTED = new Set(['deepseek_v32', 'kimi_k3', 'gemma4', 'functiongemma', 'granite', 'kimi_k2']);

const NUMBER = /^[-+]?[\d.]+(?:e\d+)?$/;

/** Whether the tool receives the text that the model wrote, alone or as the only entry of a list. */
function isToTheLetter({ value, toolByOurs }: Comparison): boolean {
  const text = JSON.stringify(value);
  return typeof value === 'string' && (toolByOurs === text || toolByOurs === `[${text}]`);
}

function isTextOf(value: JsonValue, received: string): boolean {
  if (!received.startsWith('"')) return false;
  const text: unknown = JSON.parse(received);
  return typeof text === 'string' && canonicalJson(JSON.parse(text)) === canonicalJson(value);
}

export const REASONS: readonly Reason[] = [
  {
    name: 'a parameter that is not in the schema',
    why: 'The parser of MiniCPM 5 drops it silently; here the check of the arguments says what becomes of it.',
    explains: ({ parser, schema, vllm }) => parser === 'minicpm5' && schema === 'missing' && vllm === 'absent',
  },
  {
    name: 'the form of a number',
    why: 'Where texts are taken, `007`, `+1555…`, `1.0` and `1e3` stay as they are written: as numbers they would lose zeros, signs or decimals that codes, telephone numbers and versions need. `1.0` is no truth value.',
    explains: (one) =>
      typeof one.value === 'string' &&
      NUMBER.test(one.value) &&
      String(Number(one.value)) !== one.value &&
      (isToTheLetter(one) || one.schema === 'boolean'),
  },
  {
    name: 'a text in quotes',
    why: 'The model wrote that it is a text, and the parameter takes texts. vLLM turns `"5"`, `"true"`, `"null"` and `"[1, 2]"` into other values all the same.',
    explains: (one) => QUOTED.has(one.parser) && isToTheLetter(one),
  },
  {
    name: 'a value without quotes',
    why: 'The model wrote that it is not a text. vLLM makes a text of it where the schema names no type; null becomes the text `null` even where it means that nothing was given.',
    explains: ({ parser, schema, value, toolByVllm, toolByOurs }) =>
      (QUOTED.has(parser) || (parser === 'deepseek_v4' && schema === 'no type')) &&
      parser !== 'functiongemma' &&
      typeof value !== 'string' &&
      (toolByOurs === canonicalJson(value) || (value === null && toolByOurs === 'absent')) &&
      toolByVllm !== toolByOurs,
  },
  {
    name: 'escaped texts only',
    why: 'The parser of FunctionGemma reads nothing but escaped texts, and loses numbers, words, lists and objects.',
    explains: ({ parser, value, vllm }) =>
      parser === 'functiongemma' && typeof value !== 'string' && (vllm === 'absent' || vllm === 'other'),
  },
  {
    name: 'a type that the schema does not take',
    why: 'vLLM gives a list, an object or NaN where the parameter takes none, and the call fails; the text that the model wrote fits.',
    explains: (one) => one.toolByVllm === 'refused' && (isToTheLetter(one) || isTextOf(one.value, one.toolByOurs)),
  },
  {
    name: 'a list as Python writes it',
    why: "Where the parameter takes only a list, `['a', 'b']` is one; vLLM gives a text, and the call fails.",
    explains: ({ value, toolByVllm, toolByOurs }) =>
      value === "['a', 'b']" && toolByVllm === 'refused' && toolByOurs === '["a","b"]',
  },
  {
    name: 'the text null beside texts',
    why: 'A parameter that takes texts and no null takes `null` as the text that it is. vLLM does so for a plain string, and not for a string in a union with something else.',
    explains: ({ value, toolByOurs }) => value === null && toolByOurs === '"null"',
  },
  {
    name: 'digits beside texts are no truth values',
    why: '`0` and `1` for a boolean or a string stay texts; vLLM makes them false and true.',
    explains: ({ value, schema, toolByOurs }) =>
      schema === 'boolean or string' && (value === 0 || value === 1) && toolByOurs === JSON.stringify(String(value)),
  },
  {
    name: 'quotes of a text',
    why: 'Where the parameter takes texts, the quotes that a model wrote are part of the text; vLLM takes them off where a list would be allowed too.',
    explains: (one) => one.value === '"quoted"' && one.toolByOurs === JSON.stringify(one.value),
  },
  {
    name: 'unions, references and constants',
    why: 'The parsers of Step 3 and Hy 3 look at `type` alone (Hy 3 also at unions, without null), and read everything else as text.',
    explains: ({ parser, vllm, ours }) =>
      (parser === 'step3' || parser === 'hy_v3') && vllm.startsWith('"') && ours !== vllm,
  },
  {
    name: 'entries of a list without a schema',
    why: 'The template of MiniMax M3 writes the entries of a list as elements `item`: without a schema they are a list here, and an object with one key in vLLM.',
    explains: ({ parser, vllm, value }) =>
      parser === 'minimax_m3' && typeof value === 'object' && vllm.includes('"item"'),
  },
  {
    name: 'to the letter',
    why: 'The parsers of Laguna and MiniCPM 5 trim texts, change their line ends, take quotes off, or read `None` and `True` as Python where texts are allowed, unless the type is exactly `string`; Hy 3 reads `True` so in lists.',
    explains: (one) => ['poolside_v1', 'minicpm5', 'hy_v3'].includes(one.parser) && isToTheLetter(one),
  },
];

export function reasonFor(comparison: Comparison): Reason | undefined {
  return REASONS.find((reason) => reason.explains(comparison));
}

// Owns how each format writes the call `f(x = value)`, as the template of its model would. Reading it is left to the code under test.

import type { JsonValue } from '../../../src/core/json.ts';
import { isObject } from '../../../src/core/json.ts';
import type { CallFormat } from '../../../src/model/format/call-format.ts';
import { GRANITE, LLAMA_JSON } from '../../../src/model/format/json-formats.ts';
import { FUNCTION_GEMMA, GEMMA, LFM2, OLMO, PYTHONIC } from '../../../src/model/format/literal-formats.ts';
import { DEEPSEEK_V31, KIMI_K2 } from '../../../src/model/format/named-formats.ts';
import {
  DEEPSEEK_V4,
  DEEPSEEK_V32,
  KIMI_K3,
  MINICPM,
  MINIMAX_M2,
  MINIMAX_M3,
  STEP,
} from '../../../src/model/format/tag-formats.ts';
import {
  GLM,
  HERMES,
  MIMO,
  POOLSIDE,
  QWEN_XML,
  SEED,
  TOOL_CALLS,
} from '../../../src/model/format/tool-call-formats.ts';

export interface Writer {
  /** The name under which vLLM registers the parser. */
  readonly parser: string;
  readonly format: CallFormat;
  readonly write: (value: JsonValue) => string;
}

/** Texts as they are, everything else as JSON. */
function plain(value: JsonValue): string {
  return typeof value === 'string' ? value : spaced(value);
}

/** JSON with spaces after commas and colons, which is how templates write it. */
function spaced(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${spaced(entry as JsonValue)}`);
  return `{${pairs.join(', ')}}`;
}

function python(value: JsonValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${python(entry as JsonValue)}`)}}`;
}

function gemma(value: JsonValue, quote: string): string {
  if (typeof value === 'string') return `${quote}${value}${quote}`;
  if (Array.isArray(value)) return `[${value.map((entry) => gemma(entry, quote))}]`;
  if (!isObject(value)) return String(value);
  return `{${Object.entries(value).map(([key, entry]) => `${key}:${gemma(entry as JsonValue, quote)}`)}}`;
}

const M3 = ']<]minimax[>[';

function nested(key: string, value: JsonValue): string {
  const inner = Array.isArray(value)
    ? value.map((entry) => nested('item', entry)).join('')
    : isObject(value)
      ? Object.entries(value)
          .map(([name, entry]) => nested(name, entry as JsonValue))
          .join('')
      : plain(value);
  return `${M3}<${key}>${inner}${M3}</${key}>`;
}

function functionTags(value: JsonValue, line: string): string {
  return `<function=f>\n<parameter=x>${line}${plain(value)}${line}</parameter>\n</function>`;
}

function keyValue(value: JsonValue): string {
  return `<arg_key>x</arg_key>\n<arg_value>${plain(value)}</arg_value>`;
}

function dsml(value: JsonValue, wrapper: string, attribute: string): string {
  const parameter = `<｜DSML｜parameter name="x"${attribute}>${plain(value)}</｜DSML｜parameter>`;
  return `<｜DSML｜${wrapper}>\n<｜DSML｜invoke name="f">\n${parameter}\n</｜DSML｜invoke>\n</｜DSML｜${wrapper}>`;
}

function inMarks(text: string): string {
  return /[<&\n\r]|^\s|\s$/.test(text) ? `<![CDATA[${text}]]>` : text;
}

function kimiType(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

const call = (value: JsonValue, key = 'arguments'): string => `{"name": "f", "${key}": ${spaced({ x: value })}}`;

export const WRITERS: readonly Writer[] = [
  {
    parser: 'qwen3_coder',
    format: QWEN_XML,
    write: (value) => `<tool_call>\n${functionTags(value, '\n')}\n</tool_call>`,
  },
  { parser: 'mimo', format: MIMO, write: (value) => `<tool_call>\n${functionTags(value, '')}\n</tool_call>` },
  {
    parser: 'seed_oss',
    format: SEED,
    write: (value) => `<seed:tool_call>\n${functionTags(value, '\n')}\n</seed:tool_call>`,
  },
  { parser: 'step3p5', format: QWEN_XML, write: (value) => `<tool_call>\n${functionTags(value, '\n')}\n</tool_call>` },
  { parser: 'glm45', format: GLM, write: (value) => `<tool_call>f\n${keyValue(value)}\n</tool_call>` },
  { parser: 'poolside_v1', format: POOLSIDE, write: (value) => `<tool_call>f\n${keyValue(value)}\n</tool_call>` },
  {
    parser: 'hy_v3',
    format: TOOL_CALLS,
    write: (value) => `<tool_calls>\n<tool_call>f<tool_sep>\n${keyValue(value)}\n</tool_call>\n</tool_calls>`,
  },
  {
    parser: 'minimax_m2',
    format: MINIMAX_M2,
    write: (value) =>
      `<minimax:tool_call>\n<invoke name="f">\n<parameter name="x">${plain(value)}</parameter>\n</invoke>\n</minimax:tool_call>`,
  },
  {
    parser: 'minimax_m3',
    format: MINIMAX_M3,
    write: (value) => `${M3}<tool_call>\n${M3}<invoke name="f">${nested('x', value)}${M3}</invoke>\n${M3}</tool_call>`,
  },
  {
    parser: 'deepseek_v32',
    format: DEEPSEEK_V32,
    write: (value) => dsml(value, 'function_calls', ` string="${typeof value === 'string'}"`),
  },
  { parser: 'deepseek_v4', format: DEEPSEEK_V4, write: (value) => dsml(value, 'tool_calls', '') },
  {
    parser: 'kimi_k3',
    format: KIMI_K3,
    write: (value) =>
      `<|open|>tools<|sep|><|open|>call tool="f" index="1"<|sep|><|open|>argument key="x" type="${kimiType(value)}"<|sep|>${plain(value)}<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>`,
  },
  {
    parser: 'step3',
    format: STEP,
    write: (value) =>
      `<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="f"><steptml:parameter name="x">${plain(value)}</steptml:parameter></steptml:invoke><｜tool_call_end｜><｜tool_calls_end｜>`,
  },
  {
    parser: 'minicpm5',
    format: MINICPM,
    write: (value) => `<function name="f"><param name="x">${inMarks(plain(value))}</param></function>`,
  },
  {
    parser: 'gemma4',
    format: GEMMA,
    write: (value) => `<|tool_call>call:f{x:${gemma(value, '<|"|>')}}<tool_call|>`,
  },
  {
    parser: 'functiongemma',
    format: FUNCTION_GEMMA,
    write: (value) => `<start_function_call>call:f{x:${gemma(value, '<escape>')}}<end_function_call>`,
  },
  { parser: 'pythonic', format: PYTHONIC, write: (value) => `[f(x=${python(value)})]` },
  { parser: 'lfm2', format: LFM2, write: (value) => `<|tool_call_start|>[f(x=${python(value)})]<|tool_call_end|>` },
  { parser: 'olmo3', format: OLMO, write: (value) => `<function_calls>\nf(x=${python(value)})\n</function_calls>` },
  { parser: 'hermes', format: HERMES, write: (value) => `<tool_call>\n${call(value)}\n</tool_call>` },
  { parser: 'granite', format: GRANITE, write: (value) => `<|tool_call|>[${call(value)}]` },
  { parser: 'llama3_json', format: LLAMA_JSON, write: (value) => call(value, 'parameters') },
  {
    parser: 'kimi_k2',
    format: KIMI_K2,
    write: (value) =>
      `<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>${spaced({ x: value })}<|tool_call_end|><|tool_calls_section_end|>`,
  },
  {
    parser: 'deepseek_v31',
    format: DEEPSEEK_V31,
    write: (value) =>
      `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>${spaced({ x: value })}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
  },
];

export interface WrittenValue {
  readonly writer: Writer;
  readonly value: JsonValue;
  readonly text: string;
}

/** Each text once: the string `5` and the number 5 are the same where every value is text. */
export function writtenValues(writer: Writer, values: readonly JsonValue[]): readonly WrittenValue[] {
  const texts = new Map(values.map((value) => [writer.write(value), value]));
  return [...texts].map(([text, value]) => ({ writer, value, text }));
}

// Owns claims about calls that a model did not write as its template shows: marks wrong or left out, spaces in tags, other quotes, other
// orders. What is clear is read; what may be half is not.

import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import type { CallFormat } from '../../src/model/format/call-format.ts';
import { MARKED_FORMATS } from '../../src/model/format/call-formats.ts';
import { MUSE } from '../../src/model/format/invoke-formats.ts';
import { GRANITE_20B, INKLING, JSON_LIST, LLAMA_JSON } from '../../src/model/format/json-formats.ts';
import { GEMMA, LFM2, OLMO } from '../../src/model/format/literal-formats.ts';
import { DEEPSEEK_V31, KIMI_K2, MISTRAL } from '../../src/model/format/named-formats.ts';
import {
  DEEPSEEK_V4,
  DEEPSEEK_V32,
  DEEPSEEK_V41,
  KIMI_K3,
  MINICPM,
  MINIMAX_M2,
  STEP,
} from '../../src/model/format/tag-formats.ts';
import { FUNCTION_XML, GLM, HERMES, QWEN_XML, SEED, TOOL_CALLS } from '../../src/model/format/tool-call-formats.ts';
import { scanPieces } from '../support/scan.ts';

const SCHEMAS = new Map<string, JsonObject>([
  ['find', { type: 'object', properties: { what: { type: 'string' }, limit: { type: 'integer' } } }],
  ['list', { type: 'object', properties: {} }],
  ['run', { type: 'object', properties: { command: { type: 'string' } } }],
]);

function scan(text: string, formats: readonly CallFormat[]) {
  const whole = scanPieces([text], { schemas: SCHEMAS, formats });
  expect(scanPieces([...text], { schemas: SCHEMAS, formats })).toEqual(whole);
  return whole;
}

const SHOES = { name: 'find', arguments: '{"what":"shoes"}' };
const LIST = { name: 'list', arguments: '{}' };
const D = '｜DSML｜';

describe('a call without the marks around it, or with others', () => {
  test.each<[string, CallFormat, string, readonly object[]]>([
    [
      'DeepSeek V3.2, the first mark left out',
      DEEPSEEK_V32,
      `<${D}invoke name="find">\n<${D}parameter name="what" string="true">shoes</${D}parameter>\n</${D}invoke>\n</${D}function_calls>`,
      [SHOES],
    ],
    [
      'DeepSeek V4, both marks left out, two calls',
      DEEPSEEK_V4,
      `<${D}invoke name="list">\n</${D}invoke>\n<${D}invoke name="find">\n<${D}parameter name="what" string="true">shoes</${D}parameter>\n</${D}invoke>`,
      [LIST, SHOES],
    ],
    [
      'DeepSeek V4, another word in the first mark',
      DEEPSEEK_V4,
      `<${D}tool>\n<${D}invoke name="find">\n<${D}parameter name="what" string="true">shoes</${D}parameter>\n</${D}invoke>\n</${D}tool_calls>`,
      [SHOES],
    ],
    [
      'DeepSeek V4, words run together in the first mark',
      DEEPSEEK_V4,
      `<${D}toolcalls><${D}invoke name="list"></${D}invoke></${D}toolcalls>`,
      [LIST],
    ],
    [
      'DeepSeek V4, the end of the call left out',
      DEEPSEEK_V4,
      `<${D}tool_calls><${D}invoke name="find"><${D}parameter name="what" string="true">shoes</${D}parameter></${D}tool_calls>`,
      [SHOES],
    ],
    [
      'DeepSeek V4.1, the first mark left out',
      DEEPSEEK_V41,
      `<${D} invoke name="find">\n<${D} parameter name="what" string="true">shoes</${D} parameter>\n</${D} invoke>\n</${D} calls>`,
      [SHOES],
    ],
    [
      'DeepSeek V3.1, both marks left out',
      DEEPSEEK_V31,
      '<｜tool▁call▁begin｜>find<｜tool▁sep｜>{"what":"shoes"}<｜tool▁call▁end｜>',
      [SHOES],
    ],
    [
      'Kimi K2, both marks left out',
      KIMI_K2,
      '<|tool_call_begin|>functions.find:0<|tool_call_argument_begin|>{"what":"shoes"}<|tool_call_end|>',
      [{ ...SHOES, id: 'functions.find:0' }],
    ],
    [
      'Kimi K2, the end of the call left out',
      KIMI_K2,
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.list:0<|tool_call_argument_begin|>{}<|tool_calls_section_end|>',
      [{ ...LIST, id: 'functions.list:0' }],
    ],
    [
      'MiniMax M2, both marks left out',
      MINIMAX_M2,
      '<invoke name="find"><parameter name="what">shoes</parameter></invoke>',
      [SHOES],
    ],
    [
      'Step 3, both marks left out',
      STEP,
      '<steptml:invoke name="find"><steptml:parameter name="what">shoes</steptml:parameter></steptml:invoke>',
      [SHOES],
    ],
    ['Seed-OSS, the outer mark left out', SEED, '<function=find><parameter=what>shoes</parameter></function>', [SHOES]],
    ['Muse, both marks left out', MUSE, '<atem:invoke name="list">\n</atem:invoke><|eom|>', [LIST]],
    [
      'Muse, after the head of its message',
      MUSE,
      '<|start|>assistant to=list<|message|><atem:function_calls><atem:invoke name="list.list"></atem:invoke></atem:function_calls>',
      [LIST],
    ],
    ['Mistral before v11, the mark left out', MISTRAL, '[{"name": "find", "arguments": {"what": "shoes"}}]', [SHOES]],
    [
      'xLAM, between the marks of Hermes',
      JSON_LIST,
      'So.<tool_call>[{"name": "find", "arguments": {"what": "shoes"}}]</tool_call>',
      [SHOES],
    ],
    ['xLAM, after the mark of Mistral', JSON_LIST, '[TOOL_CALLS][{"name": "list", "arguments": {}}]', [LIST]],
    ['Inkling, without its end', INKLING, '<|content_invoke_tool_json|>{"name":"list","args":{}}', [LIST]],
    ['Hermes, with half of its end', HERMES, '<tool_call>{"name": "list", "arguments": {}}</tool_c', [LIST]],
  ])('%s', (_name, format, text, calls) => {
    expect(scan(text, [format]).calls).toEqual(calls);
  });

  test('leaves nothing of a mark in the text', () => {
    const text = `Let me see.\n<${D}invoke name="list">\n</${D}invoke>\n</${D}tool_calls>`;
    expect(scan(text, [DEEPSEEK_V4])).toEqual({ text: 'Let me see.', calls: [LIST], hasCutCall: false });
  });

  test('is text when words stand where only arguments may', () => {
    const text = `Write <${D}invoke name="list"> and then close it with </${D}invoke>`;
    expect(scan(text, [DEEPSEEK_V4])).toEqual({ text, calls: [], hasCutCall: false });
  });

  test('after a mention of its mark is the only one that is read', () => {
    const mention = `<${D}invoke name="find"> would be wrong.\n`;
    const call = `<${D}tool_calls>\n<${D}invoke name="list">\n</${D}invoke>\n</${D}tool_calls>`;
    expect(scan(mention + call, [DEEPSEEK_V4]).calls).toEqual([LIST]);
  });
});

describe('tags with other spaces and quotes', () => {
  test.each<[string, CallFormat, string]>([
    [
      'DeepSeek V3.2',
      DEEPSEEK_V32,
      `<${D}function_calls><${D}invoke name = "find" ><${D}parameter name="what" >shoes</${D}parameter ></${D}invoke></${D}function_calls>`,
    ],
    [
      'DeepSeek V3.2, a value that the next parameter ends',
      DEEPSEEK_V32,
      `<${D}function_calls><${D}invoke name="find"><${D}parameter name="what" string="true">shoes<${D}parameter name="limit" string="false">3</${D}parameter></${D}invoke></${D}function_calls>`,
    ],
    [
      'MiniMax M2',
      MINIMAX_M2,
      "<minimax:tool_call><invoke name='find' ><parameter name = what >shoes</ parameter></invoke></minimax:tool_call>",
    ],
    [
      'Qwen3-Coder',
      QWEN_XML,
      '<tool_call><function=find >\n<parameter =what>\nshoes\n</ parameter >\n</function></tool_call>',
    ],
    [
      'Qwen3-Coder, the head of the call not closed',
      FUNCTION_XML,
      '<function=find\n<parameter=what>\nshoes\n</parameter>\n</function>',
    ],
    [
      'Kimi K3',
      KIMI_K3,
      '<|open|> tools <|sep|><|open|> call tool="find" index="1"<|sep|><|open|> argument key="what" type="string" <|sep|>shoes<|close|> argument <|sep|><|close|> call <|sep|><|close|> tools <|sep|>',
    ],
    ['MiniCPM 5, spaces lost', MINICPM, '<functionname="find"><paramname="what">shoes</param></function>'],
    ['MiniCPM 5, single quotes', MINICPM, "<function name='find'><param name='what'>shoes</param></function>"],
  ])('%s', (_name, format, text) => {
    const limit = text.includes('limit') ? { limit: 3 } : {};
    const call = { name: 'find', arguments: JSON.stringify({ what: 'shoes', ...limit }) };
    expect(scan(text, [format]).calls).toEqual([call]);
  });
});

describe('Gemma', () => {
  test.each([
    ['without the word', '<|tool_call>:find{what:<|"|>shoes<|"|>}<tool_call|>', SHOES],
    ['with parentheses', '<|tool_call>call:find(what:<|"|>shoes<|"|>)<tool_call|>', SHOES],
    ['without arguments or braces', '<|tool_call>call:list<tool_call|>', LIST],
  ])('%s is read', (_name, text, call) => {
    expect(scan(text, [GEMMA]).calls).toEqual([call]);
  });

  test('without braces, where the answer ends, may be half a name', () => {
    expect(scan('<|tool_call>call:list', [GEMMA]).calls).toEqual([]);
  });
});

describe('a string of Python with its own quotes in it', () => {
  test.each([
    ["run(command='sed -n '2,4p' a.txt')", "sed -n '2,4p' a.txt"],
    [`run(command='awk "{print}" 'a b' && echo done')`, `awk "{print}" 'a b' && echo done`],
    [`run(command="say "hi" twice")`, 'say "hi" twice'],
    [`run(command='it\\'s 'x' here')`, "it's 'x' here"],
  ])('%s is read where one reading is whole', (call, command) => {
    const written = { name: 'run', arguments: JSON.stringify({ command }) };
    expect(scan(`<|tool_call_start|>[${call}]<|tool_call_end|>`, [LFM2]).calls).toEqual([written]);
    expect(scan(`<function_calls>\n${call}\n</function_calls>`, [OLMO]).calls).toEqual([written]);
  });

  test.each([
    ["run(command='a 'b', limit='c')", 'it may end in more places than one'],
    ["run(command='a 'b c)", 'it ends nowhere'],
    [`run(command='${"a 'b', ".repeat(40)}')`, 'there are too many places to try'],
  ])('%s is text: %s', (call) => {
    const text = `<|tool_call_start|>[${call}]<|tool_call_end|>`;
    expect(scan(text, [LFM2])).toEqual({ text, calls: [], hasCutCall: false });
  });
});

describe('JSON with its parts in another order', () => {
  test.each([
    ['{"parameters": {"what": "shoes"}, "name": "find"}', LLAMA_JSON],
    ['{"arguments": {"what": "shoes"}, "name": "find"}', LLAMA_JSON],
    ['<tool_call>{"arguments": {"what": "shoes"}, "name": "find"}</tool_call>', HERMES],
  ])('%s', (text, format) => {
    expect(scan(text, [format]).calls).toEqual([SHOES]);
  });

  test('that names no tool is an answer', () => {
    const text = '{"parameters": {"what": "shoes"}, "title": "find"}';
    expect(scan(text, [LLAMA_JSON])).toEqual({ text, calls: [], hasCutCall: false });
  });
});

/** The answer ended by itself, and not because there was no more room. */
describe('half a call at the end of an answer never runs', () => {
  test.each<[string, CallFormat, string]>([
    ['a name', HERMES, '<tool_call>{"name":"list"'],
    ['a name and a brace', HERMES, '<tool_call>{"name":"find","arguments": {'],
    ['the first of two arguments', HERMES, '<tool_call>{"name":"find","arguments":{"what":"shoes"'],
    ['all arguments, but not the end of the call', HERMES, '<tool_call>{"name":"find","arguments":{"what":"shoes"}'],
    ['the beginning of a list', TOOL_CALLS, '<tool_calls>[{"name":"find","arguments":{"what":"shoes"}}'],
    ['a name of Mistral', MISTRAL, '[TOOL_CALLS]list'],
    ['a name of Mistral and the mark of arguments', MISTRAL, '[TOOL_CALLS]list[ARGS]'],
    ['an object without braces at the end', LLAMA_JSON, '{"name":"find","parameters":{"what":"shoes"}'],
    ['an object of Granite', GRANITE_20B, '<function_call> {"name": "find", "arguments": {"what": "shoes"}'],
    ['a name of GLM', GLM, '<tool_call>list'],
    ['one argument of GLM', GLM, '<tool_call>find<arg_key>what</arg_key><arg_value>shoes</arg_value>'],
    ['the head of Qwen', QWEN_XML, '<tool_call>\n<function=list>\n'],
    ['one argument of Qwen', QWEN_XML, '<tool_call>\n<function=find>\n<parameter=what>\nshoes\n</parameter>\n'],
    ['a value of Qwen', FUNCTION_XML, '<function=find>\n<parameter=what>\nsho'],
    ['the head of MiniMax', MINIMAX_M2, '<minimax:tool_call><invoke name="list">'],
    ['an argument of MiniMax', MINIMAX_M2, '<invoke name="find"><parameter name="what">shoes</parameter>'],
    ['the head of DeepSeek', DEEPSEEK_V4, `<${D}tool_calls>\n<${D}invoke name="list">\n`],
    ['a call of Kimi', KIMI_K2, '<|tool_call_begin|>functions.find:0<|tool_call_argument_begin|>{"what":"shoes"'],
    ['a name of Kimi', KIMI_K2, '<|tool_call_begin|>functions.list:0<|tool_call_argument_begin|>'],
    ['a call of MiniCPM', MINICPM, '<function name="find"><param name="what">shoes</param>'],
  ])('%s', (_name, format, text) => {
    expect(scan(text, [format])).toEqual({ text: '', calls: [], hasCutCall: true });
  });

  test.each<[string, CallFormat, string]>([
    ['Hermes', HERMES, '<tool_call>{"name":"find","arguments":{"what":"shoes"}}'],
    ['Qwen', QWEN_XML, '<tool_call>\n<function=find>\n<parameter=what>\nshoes\n</parameter>\n</function>'],
    ['MiniMax', MINIMAX_M2, '<minimax:tool_call><invoke name="find"><parameter name="what">shoes</parameter></invoke>'],
    ['DeepSeek', DEEPSEEK_V31, '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>find<｜tool▁sep｜>{"what":"shoes"}'],
  ])('but one of %s that lacks only marks does', (_name, format, text) => {
    expect(scan(text, [format])).toEqual({ text: '', calls: [SHOES], hasCutCall: false });
  });

  test('and the whole one before it does', () => {
    const text =
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.list:0<|tool_call_argument_begin|>{}<|tool_call_end|>' +
      '<|tool_call_begin|>functions.find:1<|tool_call_argument_begin|>{"what":"sh';
    expect(scan(text, [KIMI_K2]).calls).toEqual([{ ...LIST, id: 'functions.list:0' }]);
  });
});

test('a pipe in a mark makes no table', () => {
  const call = '<tool_call>{"name":"list","arguments":{}}</tool_call>';
  expect(scan(`<|note|>${call}`, [HERMES]).calls).toEqual([LIST]);
  for (const text of [`a | ${call}`, `|${call}`, `a |b|> ${call}`]) {
    expect(scan(text, MARKED_FORMATS)).toEqual({ text, calls: [], hasCutCall: false });
  }
});

// Owns claims about the values of arguments: what a model wrote reaches the tool to the letter, with the type that the schema gives it.

import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import type { CallFormat } from '../../src/model/format/call-format.ts';
import { FUNCTION_GEMMA, GEMMA, LFM2, PYTHONIC } from '../../src/model/format/literal-formats.ts';
import {
  DEEPSEEK_V4,
  KIMI_K3,
  MINICPM,
  MINIMAX_M2,
  MINIMAX_M3,
  SOLAR,
  STEP,
} from '../../src/model/format/tag-formats.ts';
import {
  FUNCTION_XML,
  GLM,
  MIMO,
  MIMO_FUNCTION_XML,
  POOLSIDE,
  QWEN_XML,
  SEED,
  TOOL_CALLS,
} from '../../src/model/format/tool-call-formats.ts';
import { scanPieces } from '../support/scan.ts';

const M3 = ']<]minimax[>[';

/** A call of `f` with the text of each argument, in the layout of the format. */
const WRITTEN: Readonly<Record<string, readonly [CallFormat, (pairs: readonly [string, string][]) => string]>> = {
  'Qwen3-Coder': [QWEN_XML, (pairs) => `<tool_call>\n${functionOf(pairs, '\n')}\n</tool_call>`],
  'Qwen3-Coder without its outer mark': [FUNCTION_XML, (pairs) => functionOf(pairs, '\n')],
  'Seed-OSS': [SEED, (pairs) => `<seed:tool_call>\n${functionOf(pairs, '\n')}\n</seed:tool_call>`],
  MiMo: [MIMO, (pairs) => `<tool_call>\n${functionOf(pairs, '')}\n</tool_call>`],
  'MiMo without its outer mark': [MIMO_FUNCTION_XML, (pairs) => functionOf(pairs, '')],
  GLM: [GLM, (pairs) => `<tool_call>f\n${keyValues(pairs)}\n</tool_call>`],
  Laguna: [POOLSIDE, (pairs) => `<tool_call>f\n${keyValues(pairs)}\n</tool_call>`],
  'Hunyuan 3': [
    TOOL_CALLS,
    (pairs) => `<tool_calls><tool_call>f<tool_sep>${keyValues(pairs)}</tool_call></tool_calls>`,
  ],
  'MiniMax M2': [
    MINIMAX_M2,
    (pairs) => `<minimax:tool_call>${tags(pairs, 'parameter', '<invoke name="f">', '</invoke>')}</minimax:tool_call>`,
  ],
  'MiniCPM 5': [MINICPM, (pairs) => tags(pairs, 'param', '<function name="f">', '</function>')],
  'MiniCPM 5 with CDATA': [
    MINICPM,
    (pairs) =>
      tags(
        pairs.map(([key, value]) => [key, `<![CDATA[${value}]]>`]),
        'param',
        '<function name="f">',
        '</function>',
      ),
  ],
  Solar: [
    SOLAR,
    (pairs) =>
      `<|tool_call:start|>f\n${pairs.map(([key, value]) => `<|tool_arg:start|>${key}<|tool_arg:value|>${value}<|tool_arg:end|>`).join('\n')}<|tool_call:end|>`,
  ],
  'MiniMax M3': [
    MINIMAX_M3,
    (pairs) => m3(pairs.map(([key, value]) => `${M3}<${key}>${value}${M3}</${key}>`).join('')),
  ],
  'DeepSeek V4': [DEEPSEEK_V4, (pairs) => dsml(pairs.map(([key, value]) => [key, '', value]))],
};

function functionOf(pairs: readonly [string, string][], line: string): string {
  const parameters = pairs.map(([key, value]) => `<parameter=${key}>${line}${value}${line}</parameter>`);
  return `<function=f>\n${parameters.join('\n')}\n</function>`;
}

function keyValues(pairs: readonly [string, string][]): string {
  return pairs.map(([key, value]) => `<arg_key>${key}</arg_key>\n<arg_value>${value}</arg_value>`).join('\n');
}

function tags(pairs: readonly [string, string][], tag: string, open: string, close: string): string {
  return `${open}${pairs.map(([key, value]) => `<${tag} name="${key}">${value}</${tag}>`).join('\n')}${close}`;
}

function dsml(parameters: readonly (readonly [key: string, attribute: string, value: string])[]): string {
  const inner = parameters.map(
    ([key, attribute, value]) => `<｜DSML｜parameter name="${key}"${attribute}>${value}</｜DSML｜parameter>`,
  );
  return `<｜DSML｜tool_calls>\n<｜DSML｜invoke name="f">\n${inner.join('\n')}\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>`;
}

function m3(inner: string): string {
  return `${M3}<tool_call>\n${M3}<invoke name="f">${inner}${M3}</invoke>\n${M3}</tool_call>`;
}

function read(format: CallFormat, text: string, properties: JsonObject, further: JsonObject = {}): unknown {
  const schemas = new Map([['f', { type: 'object', properties, ...further }]]);
  const { calls } = scanPieces([text], { schemas, formats: [format] });
  return calls.length === 1 ? JSON.parse(calls[0]?.arguments ?? '') : calls;
}

describe.each(Object.entries(WRITTEN))('a value as %s writes it', (_name, [format, write]) => {
  test.each([
    'a\nb',
    '\nfirst',
    'last\n',
    '\n\nboth\n\n',
    '    def f():\n        return 1\n',
    '\r\nwindows\r\n',
    '  padded  ',
    '\t',
    '',
    '<b>bold</b> & <i>',
    '</tag>',
    '5',
    'null',
    '"quoted"',
    '🗼',
  ])('keeps the text %j', (text) => {
    expect(read(format, write([['x', text]]), { x: { type: 'string' } })).toEqual({ x: text });
  });

  test.each<[string, JsonObject, JsonValue]>([
    ['5', { type: 'integer' }, 5],
    ['-2.5', { type: 'number' }, -2.5],
    ['1e3', { type: 'number' }, 1000],
    ['007', { type: 'integer' }, 7],
    ['True', { type: 'boolean' }, true],
    ['0', { type: 'boolean' }, false],
    ['null', { type: ['string', 'null'] }, null],
    ['NULL', { type: ['string', 'null'] }, null],
    ['nullable', { type: ['string', 'null'] }, 'nullable'],
    ['None', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, null],
    ['5', { anyOf: [{ type: 'string' }, { type: 'integer' }] }, 5],
    ['05', { anyOf: [{ type: 'string' }, { type: 'integer' }] }, '05'],
    ['+33', { anyOf: [{ type: 'string' }, { type: 'integer' }] }, '+33'],
    ['1.0', { anyOf: [{ type: 'string' }, { type: 'number' }] }, '1.0'],
    ['1.5', { anyOf: [{ type: 'string' }, { type: 'number' }] }, 1.5],
    ['98765432109876543210', { anyOf: [{ type: 'string' }, { type: 'integer' }] }, '98765432109876543210'],
    ['Infinity', { anyOf: [{ type: 'string' }, { type: 'number' }] }, 'Infinity'],
    ['false', { oneOf: [{ type: 'string' }, { type: 'boolean' }] }, false],
    ['1', { oneOf: [{ type: 'string' }, { type: 'boolean' }] }, '1'],
    ['["a", "b"]', { anyOf: [{ type: 'array' }, { type: 'string' }] }, ['a', 'b']],
    ['["a", ', { anyOf: [{ type: 'array' }, { type: 'string' }] }, '["a", '],
    ['{"a": 1}', { anyOf: [{ type: 'array' }, { type: 'string' }] }, '{"a": 1}'],
    ['{"a": 1}', { type: ['object', 'null'] }, { a: 1 }],
    ["['a', True]", { type: 'array' }, ['a', true]],
    ['5', { enum: ['5', 7] }, '5'],
    ['7', { enum: ['5', 7] }, 7],
    ['5', { const: 5 }, 5],
    ['5', { allOf: [{ type: 'integer' }, { minimum: 1 }] }, 5],
    ['5', { $ref: '#/$defs/limit' }, 5],
    ['null', { $ref: '#/$defs/limit' }, null],
    ['five', { type: 'integer' }, 'five'],
  ])('gives %j the type of %j', (text, x, expected) => {
    const $defs = { limit: { anyOf: [{ $ref: '#/$defs/size' }, { type: 'null' }] }, size: { type: 'integer' } };
    expect(read(format, write([['x', text]]), { x }, { $defs })).toEqual({ x: expected });
  });

  test('gives further properties the type that is meant for them', () => {
    expect(read(format, write([['x', '5']]), {}, { additionalProperties: { type: 'integer' } })).toEqual({ x: 5 });
  });

  test('is taken out of a wrapper that is no parameter', () => {
    const text = write([['arguments', '{"x": "5"}']]);
    expect(read(format, text, { x: { type: 'string' } })).toEqual({ x: '5' });
    const taken = { arguments: { type: 'string' }, x: { type: 'string' } };
    expect(read(format, text, taken)).toEqual({ arguments: '{"x": "5"}' });
  });
});

describe.each(
  Object.entries(WRITTEN).filter(([name]) => !name.startsWith('MiniMax M3') && !name.startsWith('MiniCPM')),
)('an argument that %s writes twice', (_name, [format, write]) => {
  test('counts as it was written last', () => {
    const text = write([
      ['x', 'first'],
      ['y', 'a'],
      ['x', 'last'],
    ]);
    expect(read(format, text, { x: { type: 'string' }, y: { type: 'string' } })).toEqual({ x: 'last', y: 'a' });
  });
});

test('MiniCPM 5 makes no call that gives an argument twice', () => {
  const param = '<param name="x">a</param>';
  const properties = { x: { type: 'string' } };
  expect(read(MINICPM, `<function name="f">${param}${param}</function>`, properties)).toEqual([]);
});

test('Step 3 puts any white space around values', () => {
  const text = `<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="f"><steptml:parameter name="x">\n  a\nb  \n</steptml:parameter></steptml:invoke><｜tool_call_end｜><｜tool_calls_end｜>`;
  expect(read(STEP, text, { x: { type: 'string' } })).toEqual({ x: 'a\nb' });
});

describe('a value whose type the schema does not name', () => {
  test.each<[string, string, JsonValue, JsonValue]>([
    ['5', 'a number', '5', 5],
    ['null', 'null', 'null', null],
    ['[1, 2]', 'a list', '[1, 2]', [1, 2]],
    ['1.0', 'a version', '1.0', '1.0'],
    ['98765432109876543210', 'an id', '98765432109876543210', '98765432109876543210'],
    ['Paris', 'a text', 'Paris', 'Paris'],
  ])('is text, or JSON where the family means JSON: %s, %s', (text, _what, asText, asJson) => {
    const found = Object.entries(WRITTEN).map(([name, [format, write]]) => [
      name,
      read(format, write([['x', text]]), { x: {} }),
    ]);
    const readsJson = new Set(['Laguna', 'MiniCPM 5', 'MiniCPM 5 with CDATA', 'DeepSeek V4']);
    expect(found).toEqual(Object.keys(WRITTEN).map((name) => [name, { x: readsJson.has(name) ? asJson : asText }]));
  });
});

describe('a declared value', () => {
  const KIMI = (type: string, value: string): string =>
    `<|open|>tools<|sep|><|open|>call tool="f" index="1"<|sep|><|open|>argument key="x" type="${type}"<|sep|>${value}<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>`;

  test.each<[boolean, string, JsonObject, JsonValue]>([
    [true, '5', { type: ['string', 'integer'] }, '5'],
    [true, '5', { type: 'integer' }, 5],
    [true, '5', {}, '5'],
    [true, '"a"', { type: 'array' }, '"a"'],
    [false, '5', { type: ['string', 'integer'] }, 5],
    [false, '5', {}, 5],
    [false, '5.0', { type: 'string' }, '5.0'],
    [false, '{"a":  1}', { type: 'string' }, '{"a":  1}'],
    [false, 'null', { type: 'string' }, null],
    [false, 'Paris', { type: 'string' }, 'Paris'],
    [false, 'True', { type: 'boolean' }, true],
    [false, '98765432109876543210', {}, '98765432109876543210'],
  ])('as a text (%j), %j under %j is %j', (isText, text, x, expected) => {
    expect(read(DEEPSEEK_V4, dsml([['x', ` string="${isText}"`, text]]), { x })).toEqual({ x: expected });
    expect(read(KIMI_K3, KIMI(isText ? 'string' : 'number', text), { x })).toEqual({ x: expected });
  });

  test('does not decide on the values beside it', () => {
    const text = dsml([
      ['x', ' string="true"', '5'],
      ['y', '', '5'],
      ['z', ' string="false"', '5'],
    ]);
    const one = { type: ['string', 'integer'] };
    expect(read(DEEPSEEK_V4, text, { x: one, y: one, z: one })).toEqual({ x: '5', y: 5, z: 5 });
  });
});

describe('elements of MiniMax M3', () => {
  const tag = (name: string, inner: string): string => `${M3}<${name}>${inner}${M3}</${name}>`;

  test.each<[string, string, JsonObject, unknown]>([
    [
      'of one name are a list',
      tag('x', '1') + tag('x', '2') + tag('x', '3'),
      { x: { type: 'integer' } },
      { x: [1, 2, 3] },
    ],
    [
      'of any name are a list where the schema wants one',
      tag('x', tag('row', '1') + tag('row', '2')),
      { x: { type: 'array', items: { type: 'integer' } } },
      { x: [1, 2] },
    ],
    ['that is empty is an empty list', tag('x', ''), { x: { type: 'array' } }, { x: [] }],
    ['that is empty is an empty object', tag('x', '\n'), { x: { type: ['object', 'null'] } }, { x: {} }],
    ['that is empty is a text where texts are taken', tag('x', ''), { x: { type: ['array', 'string'] } }, { x: '' }],
    [
      'hold lists in lists',
      tag('x', tag('item', tag('item', '1')) + tag('item', '')),
      { x: { type: 'array', items: { type: 'array', items: { type: 'integer' } } } },
      { x: [[1], []] },
    ],
    [
      'may be called item in an object',
      tag('x', tag('item', '1')),
      { x: { type: 'object', properties: { item: { type: 'integer' } } } },
      { x: { item: 1 } },
    ],
    ['called item are a list without a schema', tag('x', tag('item', 'a') + tag('item', 'b')), {}, { x: ['a', 'b'] }],
    [
      'have values of the types in them',
      tag('x', tag('a', '1') + tag('b', tag('c', 'true'))),
      {
        x: {
          anyOf: [
            { type: 'null' },
            {
              type: 'object',
              properties: { a: { type: 'integer' }, b: { type: 'object', additionalProperties: { type: 'boolean' } } },
            },
          ],
        },
      },
      { x: { a: 1, b: { c: true } } },
    ],
    [
      'keep the text beside them',
      tag('x', `${tag('a', '1')} and more`),
      { x: { type: 'object' } },
      { x: { a: '1', $text: ' and more' } },
    ],
    ['without the mark are text', tag('x', '<a>1</a>'), { x: { type: 'object' } }, { x: '<a>1</a>' }],
    [
      'are read up to one that is not closed',
      `${tag('x', '1')}${M3}<y>2${tag('z', '3')}`,
      { x: { type: 'integer' } },
      { x: 1 },
    ],
    ['are read up to text between them', `${tag('x', '1')}oops${tag('y', '2')}`, {}, { x: '1' }],
    ['that are closed by another name are not read', `${M3}<x>1${M3}</y>`, {}, {}],
  ])('%s', (_name, inner, properties, expected) => {
    expect(read(MINIMAX_M3, m3(inner), properties)).toEqual(expected);
  });

  test('are read no deeper than any tool needs', () => {
    const deep = 'abcdefgh'
      .repeat(5)
      .split('')
      .reduce((inner, name) => tag(name, inner), 'x');
    expect(read(MINIMAX_M3, m3(tag('x', '1') + deep), {})).toEqual({ x: '1' });
  });
});

describe('a literal of Python', () => {
  test.each<[string, unknown]>([
    ["'a' 'b'", 'ab'],
    ['"""two\n"lines" """', 'two\n"lines" '],
    ["r'C:\\new'", 'C:\\new'],
    ["u'é'", 'é'],
    ["f'plain'", 'plain'],
    ["'\\u00e9\\x41\\101\\U0001F5FC'", 'éAA🗼'],
    ["'\\ud83d\\uddfc'", '🗼'],
    ["'\\q\\a\\v\\0'", '\\q\x07\v\0'],
    ["'a\\\nb'", 'ab'],
    ["'a\nb'", 'a\nb'],
    ['1_000', 1000],
    ['0x1F', 31],
    ['-0b101', -5],
    ['.5', 0.5],
    ['5.', 5],
    ['+1e3', 1000],
    ['98765432109876543210', '98765432109876543210'],
    ["{'a', 'b'}", ['a', 'b']],
    ['{1,}', [1]],
    ['{}', {}],
    ["{1: 'a', True: None}", { 1: 'a', true: null }],
    ['(1, (2,))', [1, [2]]],
  ])('%s is read', (literal, expected) => {
    expect(read(PYTHONIC, `[f(x=${literal})]`, { x: {} })).toEqual({ x: expected });
    expect(read(LFM2, `<|tool_call_start|>[f(x=${literal})]<|tool_call_end|>`, { x: {} })).toEqual({ x: expected });
  });

  test.each(["f'{open(1)}'", "b'x'", '{[1]: 2}', "{'a': 1, 'b'}", "{1, 'b': 2}", 'open(1)', '1 + 1', "'a"])(
    '%s is none',
    (literal) => {
      expect(read(PYTHONIC, `[f(x=${literal})]`, { x: {} })).toEqual([]);
    },
  );
});

describe('a value of Gemma without its quotes', () => {
  test.each<[string, JsonObject, JsonValue]>([
    ['hello', { type: 'string' }, 'hello'],
    [' New York ', { type: 'string' }, 'New York'],
    ['02139', { type: 'string' }, '02139'],
    ['1.0', { type: 'string' }, '1.0'],
    ['5', { type: 'integer' }, 5],
    ['5', {}, 5],
    ['True', { type: 'string' }, 'True'],
    ['true', {}, true],
    ['null', { type: ['string', 'null'] }, null],
    ['[a,b]', { type: 'array' }, ['a', 'b']],
    ['{k:v}', { type: 'object' }, { k: 'v' }],
    ['98765432109876543210', {}, '98765432109876543210'],
  ])('%s under %j is %j', (text, x, expected) => {
    expect(read(GEMMA, `<|tool_call>call:f{x:${text},y:<|"|>z<|"|>}<tool_call|>`, { x })).toEqual({
      x: expected,
      y: 'z',
    });
    const other = `<start_function_call>call:f{x:${text},y:<escape>z<escape>}<end_function_call>`;
    expect(read(FUNCTION_GEMMA, other, { x })).toEqual({ x: expected, y: 'z' });
  });

  test.each(['', 'a<|"|>b', 'a{b}'])('%j is no value', (text) => {
    expect(read(GEMMA, `<|tool_call>call:f{x:${text},y:1}<tool_call|>`, { x: {} })).toEqual([]);
  });
});

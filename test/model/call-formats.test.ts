// Owns claims about every format in which models write calls: read whole, at any split, and never when cut.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import type { CallFormat } from '../../src/model/format/call-format.ts';
import { MARKED_FORMATS } from '../../src/model/format/call-formats.ts';
import { GIGACHAT, GRANITE, GRANITE_20B, JSON_LIST, LLAMA_JSON, PHI } from '../../src/model/format/json-formats.ts';
import { HY } from '../../src/model/format/key-value-formats.ts';
import { PYTHONIC } from '../../src/model/format/literal-formats.ts';
import { HARMONY } from '../../src/model/format/named-formats.ts';
import { HERMES } from '../../src/model/format/tool-call-formats.ts';
import { FAMILIES } from '../../src/model/profile/families.ts';
import { formatsOf, rawFormatsOf } from '../../src/model/profile/profile-of.ts';
import { scanPieces } from '../support/scan.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    city: { type: 'string' },
    days: { type: 'integer' },
    tags: { type: 'array', items: { type: 'string' } },
  },
};
const SCHEMAS = new Map<string, JsonObject>([
  ['get_weather', SCHEMA],
  ['get_time', { type: 'object', properties: { tz: { type: 'string' } } }],
]);

function scan(pieces: readonly string[], looked: readonly CallFormat[] = MARKED_FORMATS, wasCut = false) {
  return scanPieces(pieces, { schemas: SCHEMAS, formats: looked, wasCut });
}

const PARIS = { name: 'get_weather', arguments: '{"city":"Paris"}' };
const TIME = { name: 'get_time', arguments: '{"tz":"CET"}' };
const M3 = ']<]minimax[>[';

const WRITTEN: readonly [string, string, readonly object[], CallFormat?][] = [
  ['Hermes', '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>', [PARIS]],
  [
    'Hermes, twice',
    '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>\n<tool_call>\n{"name": "get_time", "arguments": {"tz": "CET"}}\n</tool_call>',
    [PARIS, TIME],
  ],
  [
    'Qwen3-Coder',
    '<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>',
    [{ name: 'get_weather', arguments: '{"city":"Paris","days":3}' }],
  ],
  [
    'Qwen3-Coder without its outer mark',
    '<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n</function>\n</tool_call>',
    [PARIS],
  ],
  [
    'Seed-OSS',
    '<seed:tool_call>\n<function=get_weather>\n<parameter=city>Paris</parameter>\n</function>\n</seed:tool_call>',
    [PARIS],
  ],
  [
    'Llama with its tag',
    '<|python_tag|>{"name": "get_weather", "parameters": {"city": "Paris"}}<|eom_id|>',
    [PARIS],
    LLAMA_JSON,
  ],
  ['Llama without its tag', '{"name": "get_weather", "parameters": {"city": "Paris"}}', [PARIS], LLAMA_JSON],
  [
    'Llama, several',
    '{"name": "get_weather", "parameters": {"city": "Paris"}}; {"type": "function", "name": "get_time", "parameters": {"tz": "CET"}}',
    [PARIS, TIME],
    LLAMA_JSON,
  ],
  ['Pythonic', `[get_weather(city='Paris'), get_time(tz="CET")]`, [PARIS, TIME], PYTHONIC],
  ['Llama 4', '<|python_start|>[get_weather(city="Paris")]<|python_end|>', [PARIS], PYTHONIC],
  [
    'Mistral before v11',
    '[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Paris"}}, {"name": "get_time", "arguments": {"tz": "CET"}}]',
    [PARIS, TIME],
  ],
  ['Mistral', '[TOOL_CALLS]get_weather{"city": "Paris"}[TOOL_CALLS]get_time{"tz": "CET"}', [PARIS, TIME]],
  [
    'Mistral with ids',
    '[TOOL_CALLS]get_weather[CALL_ID]abc123xyz[ARGS]{"city":"Paris"}',
    [{ ...PARIS, id: 'abc123xyz' }],
  ],
  [
    'DeepSeek V3',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{"city":"Paris"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [PARIS],
  ],
  [
    'DeepSeek V3.1',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Paris"}<｜tool▁call▁end｜><｜tool▁call▁begin｜>get_time<｜tool▁sep｜>{"tz": "CET"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [PARIS, TIME],
  ],
  [
    'DeepSeek V3.2',
    '<｜DSML｜function_calls>\n<｜DSML｜invoke name="get_weather">\n<｜DSML｜parameter name="city" string="true">7</｜DSML｜parameter>\n<｜DSML｜parameter name="days" string="false">7</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
    [{ name: 'get_weather', arguments: '{"city":"7","days":7}' }],
  ],
  [
    'DeepSeek V4',
    '<｜DSML｜tool_calls>\n<｜DSML｜invoke name="get_weather">\n<｜DSML｜parameter name="city" string="true">Paris</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>',
    [PARIS],
  ],
  [
    'GLM',
    '<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call>',
    [{ name: 'get_weather', arguments: '{"city":"Paris","days":3}' }],
  ],
  ['GLM without arguments', '<tool_call>get_time</tool_call>', [{ name: 'get_time', arguments: '{}' }]],
  [
    'Hunyuan 3',
    '<tool_calls>\n<tool_call>get_weather<tool_sep>\n<arg_key>city</arg_key><arg_value>Paris</arg_value>\n</tool_call>\n</tool_calls>',
    [PARIS],
  ],
  [
    'Kimi K2',
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:3<|tool_call_argument_begin|>{"city": "Paris"}<|tool_call_end|><|tool_calls_section_end|>',
    [{ ...PARIS, id: 'functions.get_weather:3' }],
  ],
  [
    'Kimi K3',
    '<|open|>tools<|sep|><|open|>call tool="get_weather" index="1"<|sep|><|open|>argument key="city" type="string"<|sep|>Paris<|close|>argument<|sep|><|open|>argument key="days" type="number"<|sep|>3<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>',
    [{ name: 'get_weather', arguments: '{"city":"Paris","days":3}' }],
  ],
  [
    'MiniMax M1',
    '<tool_calls>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n{"name": "get_time", "arguments": {"tz": "CET"}}\n</tool_calls>',
    [PARIS, TIME],
  ],
  [
    'MiniMax M2',
    '<minimax:tool_call>\n<invoke name="get_weather">\n<parameter name="city">Paris</parameter>\n</invoke>\n</minimax:tool_call>',
    [PARIS],
  ],
  [
    'MiniMax M3',
    `${M3}<tool_call>${M3}<invoke name="get_weather">${M3}<city>Paris${M3}</city>${M3}<tags>${M3}<item>a${M3}</item>${M3}<item>b${M3}</item>${M3}</tags>${M3}</invoke>${M3}</tool_call>`,
    [{ name: 'get_weather', arguments: '{"city":"Paris","tags":["a","b"]}' }],
  ],
  [
    'gpt-oss',
    '<|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city":"Paris"}<|call|>',
    [PARIS],
    HARMONY,
  ],
  [
    'gpt-oss, the address first',
    '<|start|>assistant to=functions.get_weather<|channel|>commentary json<|message|>{"city":"Paris"}',
    [PARIS],
    HARMONY,
  ],
  ['gpt-oss without special tokens', 'commentary to=functions.get_weather json{"city":"Paris"}', [PARIS], HARMONY],
  [
    'Gemma 4',
    '<|tool_call>call:get_weather{city:<|"|>Paris<|"|>,days:3,tags:[<|"|>a<|"|>]}<tool_call|>',
    [{ name: 'get_weather', arguments: '{"city":"Paris","days":3,"tags":["a"]}' }],
  ],
  ['FunctionGemma', '<start_function_call>call:get_weather{city:<escape>Paris<escape>}<end_function_call>', [PARIS]],
  ['Granite 3', '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Paris"}}]', [PARIS]],
  ['Granite 20b', '<function_call> {"name": "get_weather", "arguments": {"city": "Paris"}}', [PARIS]],
  [
    'InternLM',
    '<|action_start|><|plugin|>{"name": "get_weather", "parameters": {"city": "Paris"}}<|action_end|>',
    [PARIS],
  ],
  ['Jamba', '<tool_calls>[{"name": "get_weather", "arguments": {"city": "Paris"}}]</tool_calls>', [PARIS]],
  ['Phi-4', 'functools[{"name": "get_weather", "arguments": {"city": "Paris"}}]', [PARIS], PHI],
  ['xLAM', '[{"name": "get_weather", "arguments": {"city": "Paris"}}]', [PARIS], JSON_LIST],
  [
    'LongCat',
    '<longcat_tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}}</longcat_tool_call>',
    [PARIS],
  ],
  [
    'Step 3',
    '<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="get_weather"><steptml:parameter name="city">Paris</steptml:parameter></steptml:invoke><｜tool_call_end｜><｜tool_calls_end｜>',
    [PARIS],
  ],
  ['LFM2', '<|tool_call_start|>[get_weather(city="Paris")]<|tool_call_end|>', [PARIS]],
  ['Olmo 3', '<function_calls>\nget_weather(city="Paris")\nget_time(tz="CET")\n</function_calls>', [PARIS, TIME]],
  ['Apertus', '<|tools_prefix|>[{"get_weather": {"city": "Paris"}}]<|tools_suffix|>', [PARIS]],
  ['GigaChat', 'function call<|role_sep|>\n{"name": "get_weather", "arguments": {"city": "Paris"}}', [PARIS], GIGACHAT],
  [
    'Command',
    '<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "get_weather", "parameters": {"city": "Paris"}}]<|END_ACTION|>',
    [PARIS],
  ],
  ['MiniCPM', '<function name="get_weather"><param name="city"><![CDATA[Paris]]></param></function>', [PARIS]],
  [
    'PLaMo 3',
    `<|plamo:begin_tool_requests:plamo|>${[
      ['get_weather', '{"city":"Paris"}'],
      ['get_time', '{"tz":"CET"}'],
    ]
      .map(
        ([name, args]) =>
          `<|plamo:begin_tool_request:plamo|><|plamo:begin_tool_name:plamo|>${name}<|plamo:end_tool_name:plamo|>` +
          `<|plamo:begin_tool_arguments:plamo|><|plamo:constrain|>json<|plamo:msg|>${args}<|plamo:end_tool_arguments:plamo|>` +
          '<|plamo:end_tool_request:plamo|>',
      )
      .join('')}<|plamo:end_tool_requests:plamo|>`,
    [PARIS, TIME],
  ],
  [
    'DeepSeek V4.1',
    '<｜DSML｜ calls>\n<｜DSML｜ invoke name="get_weather">\n<｜DSML｜ parameter name="city" string="true">Paris</｜DSML｜ parameter>\n</｜DSML｜ invoke>\n</｜DSML｜ calls>',
    [PARIS],
  ],
  [
    'Inkling',
    '<|message_model|><|content_invoke_tool_json|>{"name":"get_weather","args":{"city":"Paris"}}<|end_message|><|message_model|><|content_invoke_tool_json|>{"name":"get_time","args":{"tz":"CET"}}<|content_model_end_sampling|>',
    [PARIS, TIME],
  ],
  [
    'dots',
    '<dots_function_call>\n<invoke name="get_weather">\n<parameter name="city">Paris</parameter>\n<parameter name="days">3</parameter>\n</invoke>\n</dots_function_call>',
    [{ name: 'get_weather', arguments: '{"city":"Paris","days":3}' }],
  ],
  [
    'dots, as JSON',
    '<dots_function_call>{"name": "get_time", "arguments": {"tz": "CET"}}</dots_function_call>',
    [TIME],
  ],
  [
    'Muse',
    '<atem:function_calls>\n<atem:invoke name="get_weather.get_weather">\n<atem:parameter name="city">Paris</atem:parameter>\n</atem:invoke>\n<atem:invoke name="get_time">\n<atem:parameter name="tz">CET</atem:parameter>\n</atem:invoke>\n</atem:function_calls><|eom|>',
    [PARIS, TIME],
  ],
  [
    'K2 Horizon',
    '<ifm|tool_calls><ifm|tool_call>get_weather<ifm|arg_key>city</ifm|arg_key><ifm|arg_value>Paris</ifm|arg_value></ifm|tool_call><ifm|tool_call>get_time<ifm|arg_key>tz</ifm|arg_key><ifm|arg_type>string</ifm|arg_type><ifm|arg_value>CET</ifm|arg_value></ifm|tool_call></ifm|tool_calls>',
    [PARIS, TIME],
  ],
  [
    'K2 Horizon, as JSON',
    '<ifm|tool_calls>\n<ifm|tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}}</ifm|tool_call>\n</ifm|tool_calls>',
    [PARIS],
  ],
  [
    'Hunyuan 4',
    '<tool_calls><tool_call>get_weather<arg_key>city</arg_key><arg_value>Paris</arg_value></tool_call><tool_call>get_time<arg_key>tz</arg_key><arg_value>CET</arg_value></tool_call></tool_calls>',
    [PARIS, TIME],
    HY,
  ],
  [
    'Hunyuan 4, with the ending of its checkpoint',
    '<tool_calls:0a1b2c>\n<tool_call:0a1b2c>get_weather<arg_key:0a1b2c>city</arg_key:0a1b2c><arg_value:0a1b2c>Paris</arg_value:0a1b2c></tool_call:0a1b2c>\n</tool_calls:0a1b2c>',
    [PARIS],
    HY,
  ],
  ['Nemotron Nano', '<TOOLCALL>[{"name": "get_weather", "arguments": {"city": "Paris"}}]</TOOLCALL>', [PARIS]],
  [
    'Granite 20b, twice',
    '<function_call> {"name": "get_weather", "arguments": {"city": "Paris"}} <function_call> {"name": "get_time", "arguments": {"tz": "CET"}}',
    [PARIS, TIME],
    GRANITE_20B,
  ],
  ['Granite 3.1', '<tool_call> [{"name": "get_weather", "arguments": {"city": "Paris"}}]', [PARIS], GRANITE],
  [
    'Solar',
    '<|tool_call:start|>get_weather\n<|tool_arg:start|>city<|tool_arg:value|>Paris<|tool_arg:end|>\n<|tool_call:end|>',
    [PARIS],
  ],
];

function lookedFor(format: CallFormat | undefined): readonly CallFormat[] {
  return format === undefined ? MARKED_FORMATS : [format, ...MARKED_FORMATS];
}

describe.each(WRITTEN)('a call as %s writes it', (_name, text, calls, format) => {
  test('is read, and nothing of it is shown', () => {
    expect(scan([text], lookedFor(format))).toEqual({ text: '', calls, hasCutCall: false });
  });

  test('is read the same at any split', () => {
    const whole = scan([text], lookedFor(format));
    for (let at = 1; at < text.length; at++) {
      expect(scan([text.slice(0, at), text.slice(at)], lookedFor(format)), String(at)).toEqual(whole);
    }
    expect(scan([...text], lookedFor(format))).toEqual(whole);
  });

  test('is never read when it is cut, and what is read before the cut is whole', () => {
    for (let at = 1; at < text.length; at++) {
      const { calls: found } = scan([text.slice(0, at)], lookedFor(format), true);
      expect(calls.slice(0, found.length)).toEqual(found);
    }
  });

  test('is never read where the answer ends in it, unless nothing is missing but marks', () => {
    for (let at = 1; at < text.length; at++) {
      const { calls: found } = scan([text.slice(0, at)], lookedFor(format));
      expect([at, calls.slice(0, found.length)]).toEqual([at, found]);
    }
  });

  test('is text when the tool is not there', () => {
    const other = text.replaceAll('get_weather', 'get_wether').replaceAll('get_time', 'get_tme');
    expect(scan([other], lookedFor(format)).calls).toEqual([]);
  });

  test('is text in a code fence', () => {
    const fenced = `So:\n\`\`\`\n${text}\n\`\`\``;
    expect(scan([fenced], lookedFor(format))).toEqual({ text: fenced, calls: [], hasCutCall: false });
  });
});

describe('a value', () => {
  test.each([
    ['that holds the closing mark', '</tool_call>'],
    ['that holds a brace and a quote', '} " {'],
    ['in other scripts', 'Zürich 東京 🗼'],
  ])('%s is kept', (_name, city) => {
    const text = `<tool_call>\n${JSON.stringify({ name: 'get_weather', arguments: { city } })}\n</tool_call>`;
    const calls = [{ name: 'get_weather', arguments: JSON.stringify({ city }) }];
    expect(scan([...text])).toEqual({ text: '', calls, hasCutCall: false });
  });

  test('as Python writes it is read without being evaluated', () => {
    const text = `[get_weather(city='it\\'s \\u00e9', days=-3, tags=["a", None, True, {'b': 1.5}, ()])]`;
    const calls = [
      { name: 'get_weather', arguments: '{"city":"it\'s é","days":-3,"tags":["a",null,true,{"b":1.5},[]]}' },
    ];
    expect(scan([text], [PYTHONIC]).calls).toEqual(calls);
    expect(scan(['[get_weather(city=open("x"))]'], [PYTHONIC]).calls).toEqual([]);
  });
});

describe('text', () => {
  test.each([
    ['about a mark', 'Write <tool_call> first.'],
    ['about a mark and its end', 'Write <tool_call> and </tool_call>.'],
    ['that lists things', '[1, 2] and {"name": "x"}'],
    ['that is an object with a name', '{"name": "Paris", "arguments": []}'],
    ['with the word of a mark', 'functools is a module, and functools.partial too'],
    ['with a mark of thinking tools', 'a </tool_call> b <|eom_id|> c'],
  ])('%s is shown as it is', (_name, text) => {
    for (const format of [HERMES, LLAMA_JSON, PYTHONIC, PHI, HARMONY]) {
      expect(scan([...text], lookedFor(format))).toEqual({ text, calls: [], hasCutCall: false });
    }
  });

  test('about a mark does not hide the call after it', () => {
    const text = `I use <tool_call> for that. ${WRITTEN[0]?.[1]}`;
    expect(scan([...text])).toEqual({ text: 'I use <tool_call> for that.', calls: [PARIS], hasCutCall: false });
  });

  test('of any kind comes out the same at any split', () => {
    const parts = fc.constantFrom(
      '<tool_call>',
      '</tool_call>',
      '[TOOL_CALLS]',
      '{"name":',
      '`',
      '\n',
      '> ',
      'get_weather',
      ' a ',
      '"',
      '<|',
      '```\n',
      '}',
      ...WRITTEN.map(([, text]) => text),
    );
    fc.assert(
      fc.property(
        fc.array(parts, { maxLength: 12 }),
        fc.array(fc.nat({ max: 400 }), { maxLength: 12 }),
        (texts, cuts) => {
          const text = texts.join('');
          const ends = [...cuts.filter((cut) => cut < text.length), text.length].toSorted((a, b) => a - b);
          const looked = lookedFor(LLAMA_JSON);
          expect(
            scan(
              ends.map((end, at) => text.slice(ends[at - 1] ?? 0, end)),
              looked,
            ),
          ).toEqual(scan([text], looked));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the formats of a family', () => {
  test.each(FAMILIES.map((family) => [family.name, family] as const))(
    '%s begin with its own, and have a tag',
    (_name, family) => {
      expect([formatsOf(family)[0], family.format.tag === undefined]).toEqual([family.format, false]);
      expect(new Set(formatsOf(family)).size).toBe(formatsOf(family).length);
    },
  );

  test.each(FAMILIES.map((family) => [family.name, family] as const))(
    '%s read what their tag makes',
    (_name, family) => {
      const { tag } = family.format;
      const inner = {
        json: '{"city": "Paris"}',
        python: 'city="Paris"',
        qwen_xml: '<parameter=city>Paris</parameter>',
        text: '',
      };
      const text = `${tag?.begin('get_weather', 0)}${inner[tag?.content ?? 'text']}${tag?.end}<|im_end|>`;
      const { calls, text: shown } = scan([text], rawFormatsOf(family, family.format));
      expect([calls.map(({ name }) => name), shown]).toEqual([['get_weather'], '']);
    },
  );
});

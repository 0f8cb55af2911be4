// Owns texts that a model, or what it read, could write to make a reader slow: each a beginning, a part that is repeated, and an end.

export interface AdversarialText {
  readonly name: string;
  /** About as long as asked for. */
  readonly make: (length: number) => string;
}

/** The part is never cut: a text that ends within it would be another text at each length. */
export function repeated(
  name: string,
  start: string,
  part: string | ((at: number) => string),
  end = '',
): AdversarialText {
  return {
    name,
    make(length) {
      const room = length - start.length - end.length;
      if (typeof part === 'string') return start + part.repeat(Math.floor(room / part.length)) + end;
      const parts: string[] = [];
      for (let chars = 0, at = 0; chars < room; at++) {
        const next = part(at);
        parts.push(next);
        chars += next.length;
      }
      return start + parts.join('') + end;
    },
  };
}

const SPACES = ' \n\t ';

export const ADVERSARIAL_TEXTS: readonly AdversarialText[] = [
  // Between calls, and before there is any.
  repeated('white space alone', '', SPACES),
  repeated('white space after words', 'Well', SPACES),
  repeated('white space, then a call', 'Well', SPACES, '<tool_call>{"name":"f"}</tool_call>'),
  repeated('words and white space', '', 'word \n'),
  repeated('beginnings of marks', 'a', '<|start|>assistant<|channel|>commentary to=function'),
  repeated('angle brackets', 'a', '<'),
  repeated('backticks', 'a', '`'),
  repeated('fences', 'a', '```\n'),
  repeated('tokens that end an answer', 'a', '<|im_end|>'),
  repeated('separators after a call', '<tool_call>{"name":"f"}</tool_call>', '; ,\n'),

  // Opening and closing marks.
  repeated('tool_call: openings', 'a', '<tool_call>'),
  repeated('tool_call: closings', 'a', '</tool_call>'),
  repeated('tool_call: openings, then one closing', 'a', '<tool_call>', '</tool_call>'),
  repeated('tool_call: half payloads', 'a', '<tool_call>{"name": "f", "arguments": {"a": "', '</tool_call>'),
  repeated('tool_call: pairs with nothing in them', 'a', '<tool_call></tool_call>'),
  repeated('tool_call: closings in a string', '<tool_call>{"name": "f", "arguments": {"a": "', '</tool_call>'),
  repeated('tool_call: openings and closings in a string', '<tool_call>{"a": "', '</tool_call><tool_call>{"a": "'),
  repeated(
    'tool_call: a long string, then closings',
    '<tool_call>{"name": "f", "a": "',
    'x',
    '</tool_call>'.repeat(40),
  ),
  repeated('tool_call: white space, then a half mark', 'a<tool_call>', ' ', '<</tool_call>'),
  repeated(
    'tool_call: an honest long call',
    '<tool_call>\n{"name": "f", "arguments": {"a": "',
    'some words. ',
    '"}}\n</tool_call>',
  ),
  repeated('tool_call: many calls', '', '<tool_call>\n{"name": "f", "arguments": {"a": "b"}}\n</tool_call>\n'),
  repeated('seed and tool_call: openings of two formats', 'a', '<seed:tool_call><tool_call>', '</tool_call>'),
  repeated('dsml: calls with one of two marks', 'a', '<｜DSML｜function_calls>x</｜DSML｜function_calls>'),
  repeated('every opening mark', 'a', '<tool_call><seed:tool_call><tool_calls><|python_tag|>[TOOL_CALLS]<|tool_call>'),

  // JSON.
  repeated('json: brackets that never close', '<tool_call>', '[', '</tool_call>'),
  repeated('json: nested objects', '<tool_call>', '{"a":', '</tool_call>'),
  repeated('json: empty objects', '<tool_call>', '{}', 'x</tool_call>'),
  repeated('json: objects on lines', '<tool_call>', '\n{"name":"f"}', '\nx</tool_call>'),
  repeated('json: line ends before an object', '<tool_call>{}', '\n', 'x</tool_call>'),
  repeated('json: semicolons', '<tool_call>{}', ' ; ', 'x</tool_call>'),
  repeated('json: backslashes', '<tool_call>{"a": "', '\\', '</tool_call>'),
  repeated('json: quotes', '<tool_call>{', '"', '</tool_call>'),
  repeated('json: strings without commas', '<tool_call>{', '"a" ', 'x</tool_call>'),
  repeated('json: strings with brackets', '<tool_call>{"a":', '"[" , ', '}</tool_call>'),
  repeated('json: keys without quotes', '<tool_call>{', 'a:"b",', '</tool_call>'),
  repeated('json: strings that are joined', '<tool_call>{"a": "b"', ' + "b"', '}</tool_call>'),
  repeated('json: a fence of white space', '<tool_call>```json', ' ', 'x```</tool_call>'),
  repeated('json: fences in fences', '<tool_call>```json', ' ```', '</tool_call>'),
  repeated('json: encoded as text', '<tool_call>{"name":"f","arguments":"{', '\\"a\\":1,', '}"}</tool_call>'),
  repeated('apertus: nested lists', '<|tools_prefix|>', '[{"a":', '<|tools_suffix|>'),
  repeated('granite: openings', 'a', '<|tool_call|>[{'),
  repeated('granite: brackets that close', 'a', '<|tool_call|>{"a}"}'),

  // Tags.
  repeated('dsml: calls without the marks around them', '', '<｜DSML｜invoke name="f">', '</｜DSML｜invoke>'),
  repeated(
    'dsml: heads of parameters',
    '<｜DSML｜invoke name="f">',
    '<｜DSML｜parameter name="a">',
    '</｜DSML｜invoke>',
  ),
  repeated(
    'dsml: words beside arguments',
    '<｜DSML｜tool_calls>',
    '<｜DSML｜invoke name="f"> x </｜DSML｜invoke>',
    '</｜DSML｜tool_calls>',
  ),
  repeated(
    'plamo: names',
    '<|plamo:begin_tool_requests:plamo|>',
    '<|plamo:begin_tool_name:plamo|>f',
    '<|plamo:end_tool_requests:plamo|>',
  ),
  repeated('horizon: calls', '<ifm|tool_calls>', '<ifm|tool_call>f<ifm|arg_key>', '</ifm|tool_calls>'),
  repeated('hunyuan: marks with an ending', '<tool_calls:a>', '<tool_call:a>f</tool_call:a>', '</tool_calls:a>'),
  repeated('hunyuan: half marks of the end', '<tool_calls:a>', '</tool_calls:'),
  repeated('python: quotes in a string', "<|tool_call_start|>[f(a='", "b 'c', ", ')]<|tool_call_end|>'),
  repeated('python: quotes that end nothing', "<|tool_call_start|>[f(a='", "b 'c ", "')]<|tool_call_end|>"),
  repeated('gemma: names', '<|tool_call>:', 'f:', '<tool_call|>'),
  repeated('glm: argument keys', '<tool_call>f', '<arg_key>', '</tool_call>'),
  repeated('glm: keys that close', '<tool_call>f<arg_key>', '</arg_key> ', '</tool_call>'),
  repeated('glm: keys without values', '<tool_call>f', '<arg_key>a</arg_key><arg_value>', '</tool_call>'),
  repeated(
    'glm: arguments',
    '<tool_call>f',
    (at) => `<arg_key>a${at}</arg_key>\n<arg_value>b</arg_value>`,
    '</tool_call>',
  ),
  repeated('glm: white space between tokens', '<tool_call> ', SPACES, 'f <arg_key>a</arg_key></tool_call>'),
  repeated('glm: a long name', '<tool_call>', 'f', ' x</tool_call>'),
  repeated('qwen: function tags', '<tool_call>', '<function=', '</tool_call>'),
  repeated('qwen: functions', '<tool_call>', '<function=f>', '</tool_call>'),
  repeated('qwen: parameter tags', '<tool_call><function=f>', '<parameter=', '</function></tool_call>'),
  repeated('qwen: parameters', '<tool_call><function=f>', (at) => `<parameter=a${at}>\nb`, '</tool_call>'),
  repeated('qwen: without the outer mark', 'a', '<function=f><parameter=a>'),
  repeated('qwen: line ends in a value', '<tool_call><function=f><parameter=a>', '\n', 'x</parameter></tool_call>'),
  repeated('tool_calls: openings inside', '<tool_calls>', '<tool_call>', '</tool_calls>'),
  repeated('tool_calls: white space inside', '<tool_calls><tool_call>', ' ', '<</tool_call></tool_calls>'),
  repeated('minimax: invokes', '<minimax:tool_call>', '<invoke name="f">', '</minimax:tool_call>'),
  repeated('minimax: names that never end', '<minimax:tool_call>', '<invoke name=', '</minimax:tool_call>'),
  repeated(
    'minimax: parameters',
    '<minimax:tool_call><invoke name="f">',
    '<parameter name="a">',
    '</invoke></minimax:tool_call>',
  ),
  repeated(
    'minimax M3: nested elements',
    ']<]minimax[>[<tool_call><invoke name="f">',
    (at) => `<a${at % 50}>`,
    '</invoke>]<]minimax[>[</tool_call>',
  ),
  repeated(
    'minimax M3: elements that never close',
    ']<]minimax[>[<tool_call><invoke name="f">',
    (at) => `<a${at}>`,
    '</invoke>]<]minimax[>[</tool_call>',
  ),
  repeated(
    'minimax M3: closings without openings',
    ']<]minimax[>[<tool_call><invoke name="f"><a>',
    (at) => `</b${at}>`,
    '</invoke>]<]minimax[>[</tool_call>',
  ),
  repeated(
    'dsml: parameters',
    '<｜DSML｜tool_calls><｜DSML｜invoke name="f">',
    '<｜DSML｜parameter name="a">',
    '</｜DSML｜invoke></｜DSML｜tool_calls>',
  ),
  repeated('step: invokes', '<｜tool_calls_begin｜>', '<steptml:invoke name="f">', '<｜tool_calls_end｜>'),
  repeated('minicpm: functions', 'a', '<function name="f"><param name="a"><![CDATA['),
  repeated('solar: arguments', '<|tool_call:start|>f', '<|tool_arg:start|>a<|tool_arg:value|>', '<|tool_call:end|>'),
  repeated('kimi k3: attributes', '<|open|>tools<|sep|><|open|>call ', 'tool="f" ', '<|close|>tools<|sep|>'),
  repeated(
    'kimi k3: arguments',
    '<|open|>tools<|sep|><|open|>call tool="f"<|sep|>',
    '<|open|>argument key="a" type="',
    '<|close|>call<|sep|><|close|>tools<|sep|>',
  ),

  // Named calls.
  repeated(
    'kimi k2: calls without ends',
    '<|tool_calls_section_begin|>',
    '<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>',
    '<|tool_calls_section_end|>',
  ),
  repeated(
    'kimi k2: ids',
    '<|tool_calls_section_begin|><|tool_call_begin|>',
    'functions.',
    ':0<|tool_calls_section_end|>',
  ),
  repeated(
    'kimi k2: white space',
    '<|tool_calls_section_begin|><|tool_call_begin|>',
    ' ',
    'f:0 <|tool_calls_section_end|>',
  ),
  repeated(
    'deepseek: calls without ends',
    '<｜tool▁calls▁begin｜>',
    '<｜tool▁call▁begin｜>f<｜tool▁sep｜>',
    '<｜tool▁calls▁end｜>',
  ),
  repeated(
    'deepseek: white space before the end',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{}',
    '\n',
    'x<｜tool▁calls▁end｜>',
  ),
  repeated('mistral: openings', 'a', '[TOOL_CALLS]'),
  repeated('mistral: ids', 'a', '[TOOL_CALLS]f[CALL_ID]'),
  repeated('mistral: a long name', 'a[TOOL_CALLS]', 'f'),
  repeated('mistral: white space after names', 'a', `[TOOL_CALLS]f${' '.repeat(390)}`),
  repeated('harmony: leads', 'a', '<|channel|>commentary to=functions.'),
  repeated('harmony: long names', 'a', `<|channel|>commentary to=functions.${'f'.repeat(390)}`),
  repeated('harmony: leads without marks', 'a', 'commentary to=functions.f json '),

  // Literals of Python and of Gemma.
  repeated('python: lists', '<|tool_call_start|>[f(a=', '[', ')]<|tool_call_end|>'),
  repeated('python: dictionaries', '<|tool_call_start|>[f(a=', '{"a": ', ')]<|tool_call_end|>'),
  repeated('python: calls without marks', '[f(a=', "'x', a=", ')]'),
  repeated('python: words', '<function_calls>', 'f.', '</function_calls>'),
  repeated('python: white space', '<|tool_call_start|>[f(a', ' ', '= "b" x)]<|tool_call_end|>'),
  repeated('python: escapes', '<|tool_call_start|>[f(a="', '\\u', '")]<|tool_call_end|>'),
  repeated('python: digits', '<|tool_call_start|>[f(a=', '1', '.x)]<|tool_call_end|>'),
  repeated('python tag: brackets that never close', 'a', '<|python_tag|>{'),
  repeated('gemma: strings', '<|tool_call>call:f{a:', '<|"|>', '<tool_call|>'),
  repeated('gemma: openings', 'a', '<|tool_call>call:f{a:<|"|>'),
  repeated('phi: openings', 'a', 'functools['),

  // Calls without marks.
  repeated('bare: beginnings', '', '{"name":"f"'),
  repeated('bare: white space in a beginning', '{', ' ', '"name":"f"}'),
  repeated('bare: lists', '', '['),
  repeated('bare: objects', '', '{}'),
  repeated('bare: calls', '', `{${' '.repeat(900)}"name":"f","parameters":{}};`),
];

const LONG = [
  'white space alone',
  'white space after words',
  'tool_call: half payloads',
  'tool_call: white space, then a half mark',
  'tool_call: an honest long call',
  'json: nested objects',
  'json: backslashes',
  'glm: argument keys',
  'glm: white space between tokens',
  'qwen: parameters',
  'tool_calls: openings inside',
  'kimi k2: ids',
  'minimax: invokes',
  'harmony: leads',
  'gemma: strings',
  'fences',
  'tool_call: openings, then one closing',
  'json: line ends before an object',
  'mistral: ids',
  'python: words',
  'bare: lists',
];

/** Those that are read at full length: what models were seen to write when they degenerate, and one of each kind. */
export const LONG_TEXTS = ADVERSARIAL_TEXTS.filter(({ name }) => LONG.includes(name));

/** Arguments of a call that the server parsed. */
export const ADVERSARIAL_ARGUMENTS: readonly AdversarialText[] = [
  repeated('objects that are empty', '', '{}', 'x'),
  repeated('one object, again and again', '', '{"a":1}'),
  repeated('objects, and white space between them', '', '{"a":1} \n '),
  repeated('objects that do not close', '', '{"a":'),
  repeated('objects that close too often', '{"a":1', '}'),
  repeated('lists', '{"a":', '['),
  repeated('backslashes', '{"a":"', '\\'),
  repeated('quotes', '{', '"'),
  repeated('strings without commas', '{', '"a" '),
  repeated('strings with brackets', '{"a":', '"[" , '),
  repeated('strings that are joined', '{"a":"b"', ' + "b"'),
  repeated('keys without quotes', '{', 'a:"b",'),
  repeated('comments', '{', '/* '),
  repeated('white space', '{"a":1', ' \n'),
  repeated('text in quotes', '"', '{\\"a\\":1}', '"'),
  repeated('a lost first brace', '"a":1', ',"a":1'),
];

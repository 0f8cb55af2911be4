// Owns the formats between the marks `<tool_call>` and their relatives: JSON, one tag per argument, keys and values. Which family writes which
// format is in `../profile/families.ts`.

import type { CallFormat, ReadCalls } from './call-format.ts';
import { elementsOf } from './elements.ts';
import { readJsonCalls } from './read-json.ts';
import type { NamedBody, TagDialect } from './read-tags.ts';
import { taggedCalls } from './read-tags.ts';

/** Qwen3-Coder, Seed, Step 3.5 and Nemotron put each value on its own lines. */
const FUNCTION_TAGS = functionTags({ layout: 'line ends' });

/** MiMo puts nothing around a value. */
const INLINE_FUNCTION_TAGS = functionTags({});

function functionTags(dialect: Pick<TagDialect, 'layout'>): ReadCalls {
  return taggedCalls({
    call: {
      head: /<function=\s*(?<name>[^<>\s]+)(?:\s*>|\s(?=\s*<))/g,
      close: '</function>',
      mayLackClose: true,
    },
    argument: {
      head: /<parameter\s*=(?<key>[^<>]+)>/g,
      close: /<\s*\/\s*parameter\s*>/g,
      next: /<parameter\s*=/g,
      mayLackClose: true,
    },
    ...dialect,
  });
}

const KEY_VALUE_TAGS = keyValueTags({});

function keyValueTags(dialect: Pick<TagDialect, 'isJsonByDefault'>): ReadCalls {
  return taggedCalls({
    call: keyValueCall,
    argument: { head: /<arg_key>(?<key>[^<]*)<\/arg_key>\s*<arg_value>/g, close: '</arg_value>' },
    ...dialect,
  });
}

/** The name, perhaps a separator, and then nothing or tags. */
function keyValueCall(body: string, isClosed: boolean): readonly NamedBody[] {
  // At the end of an answer the name may be half, and arguments may be missing.
  if (!isClosed) return [];
  const text = without(body.trim(), '<tool_call>').trimStart();
  const name = /^[^\s<]+/.exec(text)?.[0];
  if (name === undefined) return [];
  const tags = without(text.slice(name.length), '<tool_sep>').trim();
  return tags === '' || tags.startsWith('<arg_key>') ? [{ name, body: tags }] : [];
}

function without(text: string, start: string): string {
  return text.startsWith(start) ? text.slice(start.length) : text;
}

/** Hermes and Qwen, Granite 4, Qwen3-Coder and GLM all write between the same marks. */
const TOOL_CALL: CallFormat = {
  name: 'tool_call',
  open: ['<tool_call>'],
  close: ['</tool_call>'],
  read: (body, isClosed) => {
    if (body.includes('<function=')) return FUNCTION_TAGS(body, isClosed);
    return /^\s*[[{"]/.test(body) ? readJsonCalls(body, isClosed) : KEY_VALUE_TAGS(body, isClosed);
  },
};

export const HERMES: CallFormat = {
  ...TOOL_CALL,
  name: 'hermes',
  tag: {
    trigger: '<tool_call>',
    begin: (name) => `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": `,
    end: '}\n</tool_call>',
    content: 'json',
  },
};

export const QWEN_XML: CallFormat = {
  ...TOOL_CALL,
  name: 'qwen_xml',
  tag: {
    trigger: '<tool_call>',
    begin: (name) => `<tool_call>\n<function=${name}>\n`,
    end: '\n</function>\n</tool_call>',
    content: 'qwen_xml',
  },
};

export const MIMO: CallFormat = {
  ...QWEN_XML,
  name: 'mimo',
  read: (body, isClosed) => (body.includes('<function=') ? INLINE_FUNCTION_TAGS : TOOL_CALL.read)(body, isClosed),
};

/** Qwen3-Coder sometimes omits the outer mark. */
export const FUNCTION_XML: CallFormat = {
  name: 'function_xml',
  open: ['<function='],
  close: ['</function>', '</tool_call>'],
  readsOpen: true,
  read: FUNCTION_TAGS,
  trail: ['</tool_call>'],
};

export const MIMO_FUNCTION_XML: CallFormat = {
  ...FUNCTION_XML,
  name: 'mimo_function_xml',
  read: INLINE_FUNCTION_TAGS,
};

/** ERNIE 4.5 writes its answers between marks too. */
export const ERNIE: CallFormat = { ...HERMES, name: 'ernie', drop: ['<response>', '</response>'] };

export const GLM: CallFormat = {
  ...TOOL_CALL,
  name: 'glm',
  tag: { trigger: '<tool_call>', begin: (name) => `<tool_call>${name}\n`, end: '</tool_call>', content: 'text' },
};

/** Laguna writes as GLM does, and its values have the type that they look like where the schema names none. */
export const POOLSIDE: CallFormat = { ...GLM, name: 'poolside', read: keyValueTags({ isJsonByDefault: true }) };

export const SEED: CallFormat = {
  name: 'seed',
  open: ['<seed:tool_call>'],
  close: ['</seed:tool_call>'],
  read: FUNCTION_TAGS,
  unwrapped: { open: ['<function='], close: ['</function>'] },
  tag: {
    trigger: '<seed:tool_call>',
    begin: (name) => `<seed:tool_call>\n<function=${name}>\n`,
    end: '\n</function>\n</seed:tool_call>',
    content: 'qwen_xml',
  },
};

/** Between these marks MiniMax M1 and Jamba write JSON, Hunyuan a list, and Hunyuan 3 calls with keys and values. */
export const TOOL_CALLS: CallFormat = {
  name: 'tool_calls',
  open: ['<tool_calls>'],
  close: ['</tool_calls>'],
  read: (body, isClosed) => {
    if (!body.includes('<tool_call>')) return readJsonCalls(body, isClosed);
    const calls = elementsOf(body, { head: /<tool_call>/g, close: '</tool_call>' }).map(({ inner }) =>
      KEY_VALUE_TAGS(inner, true),
    );
    return calls.every(Array.isArray) ? calls.flat() : undefined;
  },
  tag: {
    trigger: '<tool_calls>',
    begin: (name) => `<tool_calls>[{"name": ${JSON.stringify(name)}, "arguments": `,
    end: '}]</tool_calls>',
    content: 'json',
  },
};

// Owns claims about the requests that the fake refuses beyond those recorded, in the words of the server's own checks.

import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import type { FakePersonality } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../support/fake.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }];
const USAGE = 'Correct usage: `{"type": "function", "function": {"name": "my_function"}}`';
const BAD_TAG = 'Invalid response_format structural_tag specification. (parameter=response_format)';

async function ask(body: object, personality: FakePersonality = {}): Promise<[number, unknown]> {
  const vllm = await startFakeVllm({ ...personality, respond: () => answer({ content: 'ok' }) });
  try {
    const sent = JSON.stringify({ messages, ...body });
    const response = await request(`${vllm.baseUrl}/chat/completions`, { method: 'POST', body: sent });
    const read = (await response.body.json()) as { error?: unknown };
    return [response.statusCode, read.error ?? 'answered'];
  } finally {
    await vllm.close();
  }
}

function refusal(message: string, param: string | null, type = 'BadRequestError'): [number, unknown] {
  return [400, { message, type, param, code: 400 }];
}

function invalid(field: string, type: string, text: string, input: string): [number, unknown] {
  const message = `1 validation error:\n  {'type': '${type}', 'loc': 'body.${field}', 'msg': '${text}', 'input': ${input}}`;
  return refusal(message, `body.${field}`, 'Bad Request');
}

const INTEGER = 'Input should be a valid integer';
const NUMBER = 'Input should be a valid number';
const BOOLEAN = 'Input should be a valid boolean';

describe('a field of the wrong type', () => {
  test.each<[string, object, [number, unknown]]>([
    [
      'max_tokens',
      { max_tokens: 'many' },
      invalid('max_tokens', 'int_parsing', `${INTEGER}, unable to parse string as an integer`, "'many'"),
    ],
    [
      'max_tokens',
      { max_tokens: 1.5 },
      invalid('max_tokens', 'int_from_float', `${INTEGER}, got a number with a fractional part`, "'1.5'"),
    ],
    ['n', { n: [] }, invalid('n', 'int_type', INTEGER, "'<list of 0 items>'")],
    ['temperature', { temperature: {} }, invalid('temperature', 'float_type', NUMBER, "'<dict of 0 items>'")],
    [
      'top_p',
      { top_p: "o'k" },
      invalid('top_p', 'float_parsing', `${NUMBER}, unable to parse string as a number`, '"o\'k"'),
    ],
    [
      'stream',
      { stream: 'perhaps' },
      invalid('stream', 'bool_parsing', `${BOOLEAN}, unable to interpret input`, "'perhaps'"),
    ],
    ['stream', { stream: {} }, invalid('stream', 'bool_type', BOOLEAN, "'<dict of 0 items>'")],
    [
      'messages',
      { messages: { a: 1 } },
      invalid('messages', 'list_type', 'Input should be a valid list', "'<dict of 1 items>'"),
    ],
    ['tools', { tools: 'x' }, invalid('tools', 'list_type', 'Input should be a valid list', "'x'")],
  ])('%s is refused: %j', async (_field, body, expected) => {
    expect(await ask(body)).toEqual(expected);
  });

  test.each([{ max_tokens: '5' }, { temperature: '0.5' }, { temperature: null }, { stream: 'false' }, { unknown: {} }])(
    'is not one that the server reads as the right one: %j',
    async (body) => {
      expect(await ask(body)).toEqual([200, 'answered']);
    },
  );
});

const tag = { type: 'tag', begin: '<a>', content: { type: 'any_text' }, end: '</a>' };
const triggered = { type: 'triggered_tags', triggers: ['<a'], tags: [tag] };

describe('a structural tag', () => {
  test.each<[string, object]>([
    ['of an unknown kind', { format: { type: 'nope' } }],
    ['without a form', {}],
    ['without its begin', { format: { type: 'tag', content: { type: 'any_text' }, end: 'x' } }],
    ['without its content', { format: { type: 'tag', begin: 'a', end: 'x' } }],
    ['that no trigger starts', { format: { ...triggered, triggers: ['<z'] } }],
  ])('%s is refused', async (_name, given) => {
    const response_format = { type: 'structural_tag', ...given };
    expect(await ask({ response_format })).toEqual(refusal(BAD_TAG, 'response_format'));
  });

  test('in structured_outputs is refused when it is none', async () => {
    const message = 'Invalid structured_outputs structural_tag specification. (parameter=structured_outputs)';
    expect(await ask({ structured_outputs: { structural_tag: '{"type":"x"}' } })).toEqual(
      refusal(message, 'structured_outputs'),
    );
  });

  test.each<[string, object]>([
    ['with one tag', { format: tag }],
    ['with triggers', { format: triggered }],
    ['in the old form', { structures: [{ begin: 'a', schema: {}, end: 'b' }], triggers: ['a'] }],
  ])('%s is taken', async (_name, given) => {
    expect(await ask({ response_format: { type: 'structural_tag', ...given } })).toEqual([200, 'answered']);
  });
});

describe('fields that do not fit each other', () => {
  test.each<[string, object, [number, unknown]]>([
    [
      'a tool choice of no known kind',
      { tools, tool_choice: 'sometimes' },
      refusal(
        'Invalid value for `tool_choice`: sometimes! Only named tools, "none", "auto" or "required" are supported. (parameter=tool_choice)',
        'tool_choice',
      ),
    ],
    [
      'a named choice without a function',
      { tools, tool_choice: { type: 'function' } },
      refusal(
        `Invalid value for \`function\`: \`None\` in \`tool_choice\`! ${USAGE} (parameter=tool_choice.function)`,
        'tool_choice.function',
      ),
    ],
    [
      'a named choice without a name',
      { tools, tool_choice: { type: 'function', function: {} } },
      refusal(
        `Expected field \`name\` in \`function\` in \`tool_choice\`! ${USAGE} (parameter=tool_choice.function.name)`,
        'tool_choice.function.name',
      ),
    ],
    [
      'a name that no tool has',
      { tools, tool_choice: { type: 'function', function: { name: 'g' } } },
      refusal(
        'The tool specified in `tool_choice` does not match any of the specified `tools` (parameter=tool_choice)',
        'tool_choice',
      ),
    ],
    [
      'a choice without tools',
      { tool_choice: 'auto' },
      refusal('When using `tool_choice`, `tools` must be set. (parameter=tool_choice)', 'tool_choice'),
    ],
    [
      'a constraint beside a named choice',
      { tools, tool_choice: { type: 'function', function: { name: 'f' } }, structured_outputs: { regex: 'a' } },
      refusal('You can only either use constraints for structured outputs or tools, not both.', null),
    ],
    [
      'stream options without a stream',
      { stream_options: { include_usage: true } },
      refusal('Stream options can only be defined when `stream=True`. (parameter=stream_options)', 'stream_options'),
    ],
    [
      'a schema format without its schema',
      { response_format: { type: 'json_schema' } },
      refusal(
        "When response_format type is 'json_schema', the 'json_schema' field must be provided. (parameter=response_format)",
        'response_format',
      ),
    ],
    [
      'both prompt flags',
      { continue_final_message: true, add_generation_prompt: true },
      refusal('Cannot set both `continue_final_message` and `add_generation_prompt` to True.', null),
    ],
    [
      'several choices without chance',
      { n: 2, temperature: 0 },
      refusal('n must be 1 when using greedy sampling, got 2.', null),
    ],
  ])('are refused: %s', async (_name, body, expected) => {
    expect(await ask(body)).toEqual(expected);
  });
});

const SALT = "Parameter 'cache_salt' must be";

function named(message: string, param: string, value?: unknown): [number, unknown] {
  const shown = value === undefined ? '' : `, value=${String(value)}`;
  return refusal(`${message} (parameter=${param}${shown})`, param);
}

describe('a value out of range', () => {
  test.each<[object, [number, unknown]]>([
    [{ temperature: -1 }, named('temperature must be non-negative, got -1.0.', 'temperature', '-1.0')],
    [{ temperature: 2.5 }, named('temperature must be in [0, 2], got 2.5.', 'temperature', '2.5')],
    [{ top_p: 0 }, named('top_p must be in (0, 1], got 0.0.', 'top_p', '0.0')],
    [{ top_k: -2 }, refusal('top_k must be 0 (disable), or at least 1, got -2.', null)],
    [{ min_p: 1.5 }, refusal('min_p must be in [0, 1], got 1.5.', null)],
    [{ presence_penalty: 3 }, refusal('presence_penalty must be in [-2, 2], got 3.0.', null)],
    [{ frequency_penalty: -3 }, refusal('frequency_penalty must be in [-2, 2], got -3.0.', null)],
    [{ repetition_penalty: 0 }, refusal('repetition_penalty must be greater than zero, got 0.0.', null)],
    [{ max_tokens: 0 }, named('max_tokens must be at least 1, got 0.', 'max_tokens', 0)],
    [{ max_tokens: 2, min_tokens: 3 }, refusal('min_tokens must be less than or equal to max_tokens=2, got 3.', null)],
    [{ stop: ['a', ''] }, refusal('stop cannot contain an empty string.', null)],
    [
      { thinking_token_budget: -2 },
      named('`thinking_token_budget` must be a non-negative integer or -1 for unlimited.', 'thinking_token_budget', -2),
    ],
    [{ top_logprobs: 3 }, named('when using `top_logprobs`, `logprobs` must be set to true.', 'top_logprobs')],
    [{ logprobs: true, top_logprobs: -2 }, named('`top_logprobs` must be a positive value or -1.', 'top_logprobs', -2)],
    [{ prompt_logprobs: 'x' }, named('`prompt_logprobs` must be an integer.', 'prompt_logprobs', 'x')],
    [
      { prompt_logprobs: 1, stream: true },
      named('`prompt_logprobs` are not available when `stream=True`.', 'prompt_logprobs'),
    ],
    [{ prompt_logprobs: -2 }, named('`prompt_logprobs` must be a positive value or -1.', 'prompt_logprobs', -2)],
    [
      { logprob_token_ids: [1] },
      named('when using `logprob_token_ids`, `logprobs` must be set to true.', 'logprob_token_ids'),
    ],
    [
      { logprob_token_ids: [1], logprobs: true, use_beam_search: true },
      named('`logprob_token_ids` is not supported with beam search.', 'logprob_token_ids'),
    ],
    [{ cache_salt: '' }, named(`${SALT} a non-empty string if provided.`, 'cache_salt')],
    [
      { cache_salt: 'a/b' },
      named(`${SALT} at most 128 characters and must not contain '@', '/', '\\\\', or NUL.`, 'cache_salt'),
    ],
    [
      { stream_interval: 0 },
      refusal(
        "1 validation error:\n  {'type': 'greater_than_equal', 'loc': 'body.stream_interval', 'msg': 'Input should be greater than or equal to 1', 'input': '0', 'ctx': {'ge': 1}}",
        'body.stream_interval',
        'Bad Request',
      ),
    ],
    [
      { tools, tool_choice: { type: 'function', function: { name: '' } } },
      named(`Invalid \`name\` in \`function\`: \`\` in \`tool_choice\`! ${USAGE}`, 'tool_choice.function.name'),
    ],
  ])('is refused: %j', async (body, expected) => {
    expect(await ask(body)).toEqual(expected);
  });

  test.each([
    { temperature: 2, top_p: 1, top_k: -1, min_p: 0, presence_penalty: -2, repetition_penalty: 0.1 },
    { max_tokens: 3, min_tokens: 3, stop: ['a'], thinking_token_budget: -1 },
    { logprobs: true, top_logprobs: -1, prompt_logprobs: 0, stream_interval: 1, cache_salt: 'a'.repeat(128) },
  ])('is not one at its limit: %j', async (body) => {
    expect(await ask(body)).toEqual([200, 'answered']);
  });
});

describe('what a server takes only from clients that it trusts', () => {
  test.each<[object, [number, unknown]]>([
    [
      { chat_template: '{{ x }}' },
      refusal(
        'Chat template is passed with request, but --trust-request-chat-template is not set. Refused request with untrusted chat template.',
        null,
      ),
    ],
    [
      { mm_processor_kwargs: { a: 1 } },
      named(
        'Per-request mm_processor_kwargs are disabled by default because they can change multimodal preprocessing resource usage. Start the server with --trust-request-mm-kwargs only when clients are trusted.',
        'mm_processor_kwargs',
      ),
    ],
    [
      { media_io_kwargs: { image: {} } },
      named(
        'Per-request media_io_kwargs are disabled by default because they can change multimodal media loading resource usage. Start the server with --trust-request-mm-kwargs only when clients are trusted.',
        'media_io_kwargs',
      ),
    ],
  ])('is refused: %j', async (body, expected) => {
    expect(await ask(body)).toEqual(expected);
  });
});

describe('what only some servers take', () => {
  test('is a budget for thinking: without a reasoning parser it is refused', async () => {
    const message =
      'thinking_token_budget is set but reasoning_config is not configured. Please set --reasoning-parser and/or --reasoning-config to use thinking_token_budget.';
    expect(await ask({ thinking_token_budget: 5 }, { reasoningParser: false })).toEqual(refusal(message, null));
    expect(await ask({ thinking_token_budget: -1 }, { reasoningParser: false })).toEqual([200, 'answered']);
    expect(await ask({ thinking_token_budget: 5 })).toEqual([200, 'answered']);
  });

  test('are tools: without a tool parser only the choice none is taken', async () => {
    expect(await ask({ tools, tool_choice: 'none' }, { toolParser: false })).toEqual([200, 'answered']);
    expect(await ask({ tools }, { toolParser: false })).toEqual(
      refusal('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', null),
    );
  });

  test.each<[string, object, string, string]>([
    ['strict tools', { tools: [{ type: 'function', function: { name: 'f', strict: true } }] }, 'strict tools', 'tools'],
    ['a required call', { tools, tool_choice: 'required' }, 'required tool choice', 'tool_choice'],
    [
      'a named one',
      { tools, tool_choice: { type: 'function', function: { name: 'f' } } },
      'named tool choice',
      'tool_choice',
    ],
    ['a single one', { tools, parallel_tool_calls: false }, 'parallel_tool_calls=False', 'parallel_tool_calls'],
  ])('is %s: a tool parser without a grammar refuses it', async (_name, body, what, param) => {
    const message = `response_template parsing cannot guarantee ${what} without a format-compatible structural grammar`;
    expect(await ask(body, { toolGrammar: false })).toEqual(named(message, param));
    expect(await ask({ ...body, tool_choice: 'none' }, { toolGrammar: false })).toEqual([200, 'answered']);
    expect(await ask(body)).toEqual([200, 'answered']);
  });

  test('is no tool at all: they are taken without a grammar when nothing is promised of them', async () => {
    expect(await ask({ tools }, { toolGrammar: false })).toEqual([200, 'answered']);
  });

  test('is a long answer: the field that asked for it is named', async () => {
    const models = [{ id: 'fake', maxModelLen: 100 }];
    const text = 'cannot be greater than max_model_len=100. Please request fewer output tokens.';
    expect(await ask({ max_completion_tokens: 101 }, { models })).toEqual(
      refusal(
        `max_completion_tokens=101 ${text} (parameter=max_completion_tokens, value=101)`,
        'max_completion_tokens',
      ),
    );
    expect(await ask({ max_tokens: 101 }, { models })).toEqual(
      refusal(`max_tokens=101 ${text} (parameter=max_tokens, value=101)`, 'max_tokens'),
    );
  });
});

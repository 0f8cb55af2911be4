// Owns what is asked of a real vLLM: each check a claim, on the personalities that it holds for. Running them is left to `run.ts`.

import { strict as assert } from 'node:assert';
import { z } from 'zod';
import type { StreamEvent } from '../../src/index.ts';
import {
  ApiError,
  ContextOverflowError,
  defineAgent,
  defineTool,
  run,
  VllmClient,
  VllmError,
} from '../../src/index.ts';
import type { LivePersonality } from './personalities.ts';

export interface Live extends LivePersonality {
  readonly client: VllmClient;
  readonly model: string;
  readonly log: (() => Promise<string>) | undefined;
}

export interface Check {
  readonly claim: string;
  readonly holdsFor?: (personality: LivePersonality) => boolean;
  /** Throws when the claim does not hold; gives what was seen. */
  readonly try: (live: Live) => Promise<string>;
}

const HI = [{ role: 'user', content: 'Say hello.' }] as const;
const SHORT = { temperature: 0, max_tokens: 24 } as const;

const weather = (ran: string[] = []) =>
  defineTool({
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: z.object({ city: z.enum(['Paris', 'Tokyo']), days: z.int().min(1).max(9) }),
    execute: ({ city, days }) => {
      ran.push(`${city} ${days}`);
      return { city, celsius: 20 };
    },
  });

const WIRE_TOOL = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    strict: true,
    parameters: {
      type: 'object',
      properties: { city: { type: 'string', enum: ['Paris', 'Tokyo'] }, days: { type: 'integer' } },
      required: ['city', 'days'],
      additionalProperties: false,
    },
  },
} as const;

async function failureOf(promise: Promise<unknown>): Promise<VllmError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert(error instanceof VllmError, `a VllmError was expected, not ${String(error)}`);
  return error;
}

async function running({ client }: Live): Promise<number> {
  const metrics = await client.metrics();
  return metrics.samples
    .filter(({ name }) => name === 'vllm:num_requests_running')
    .reduce((sum, { value }) => sum + value, 0);
}

async function until(isSo: () => Promise<boolean>, limitMs: number): Promise<number> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < limitMs) {
    if (await isSo()) return Math.round(performance.now() - startedAt);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`it was not so within ${limitMs} ms`);
}

const forced = ({ hasToolParser }: LivePersonality): boolean => hasToolParser;

export const CHECKS: readonly Check[] = [
  {
    claim: 'tells its version, health, models and their context',
    try: async ({ client }) => {
      assert.equal(await client.health(), true);
      const [model] = (await client.models.list()).data;
      assert(typeof model?.max_model_len === 'number');
      return `vLLM ${await client.version()}, ${model.id}, ${model.max_model_len} tokens`;
    },
  },
  {
    claim: 'answers whole, with counts and a finish reason',
    try: async ({ client, model }) => {
      const { choices, usage } = await client.chat.completions.create({ model, messages: HI, ...SHORT, stream: false });
      assert(['stop', 'length'].includes(String(choices[0]?.finish_reason)));
      assert((usage?.completion_tokens ?? 0) > 0);
      return `${usage?.completion_tokens} tokens, ${choices[0]?.finish_reason}`;
    },
  },
  {
    claim: 'streams pieces, then counts, then one end',
    try: async ({ client, model }) => {
      const events: StreamEvent[] = [];
      for await (const event of client.chat.completions.stream({ model, messages: HI, ...SHORT })) events.push(event);
      assert.equal(events.at(-1)?.type, 'done');
      assert.equal(events.filter(({ type }) => type === 'usage').length, 1);
      const pieces = events.filter(({ type }) => type === 'content' || type === 'reasoning');
      assert(pieces.length > 2);
      return `${pieces.length} pieces, all ${pieces[0]?.type}`;
    },
  },
  {
    claim: 'takes every sampling parameter of the contract',
    try: async ({ client, model }) => {
      await client.chat.completions.create({
        ...{
          model,
          messages: HI,
          stream: false,
          max_tokens: 4,
          temperature: 0.5,
          top_p: 0.9,
          top_k: 20,
          min_p: 0.05,
          seed: 7,
        },
        ...{
          presence_penalty: 0.1,
          frequency_penalty: 0.1,
          repetition_penalty: 1.1,
          min_tokens: 1,
          stop: ['zzz'],
          stop_token_ids: [2],
        },
        ...{ ignore_eos: false, skip_special_tokens: true, bad_words: ['zzz'], logit_bias: { '5': -1 }, priority: 0 },
      });
      return 'accepted';
    },
  },
  {
    claim: 'refuses a wrong key as unauthorized',
    holdsFor: ({ apiKey }) => apiKey !== undefined,
    try: async ({ client, model }) => {
      await using wrong = new VllmClient(client.baseUrl, { apiKey: 'wrong', maxRetries: 0 });
      const { code, status } = await failureOf(
        wrong.chat.completions.create({ model, messages: HI, stream: false }) as Promise<unknown>,
      );
      assert.deepEqual([code, status], ['unauthorized', 401]);
      return '401 unauthorized';
    },
  },
  {
    claim: 'refuses a model that is not there, a body that is wrong, tools that are empty',
    try: async ({ client, model }) => {
      const missing = await failureOf(
        client.chat.completions.create({ model: 'nope', messages: HI, stream: false }) as Promise<unknown>,
      );
      assert.equal(missing.code, 'model_not_found');
      const wrong = { model, messages: HI, stream: false, temperature: 'hot' } as never;
      assert((await failureOf(client.chat.completions.create(wrong) as Promise<unknown>)) instanceof ApiError);
      return 'model_not_found, bad_request';
    },
  },
  {
    claim: 'tells a prompt that is too long, and an answer that would be',
    try: async ({ client, model }) => {
      const messages = [{ role: 'user', content: 'word '.repeat(20_000) }] as const;
      const long = await failureOf(
        client.chat.completions.create({ model, messages, stream: false }) as Promise<unknown>,
      );
      assert(long instanceof ContextOverflowError);
      const much = await failureOf(
        client.chat.completions.create({ model, messages: HI, max_tokens: 100_000, stream: false }) as Promise<unknown>,
      );
      assert(much instanceof ContextOverflowError);
      return `limit ${long.limit}, prompt ${long.promptTokens}`;
    },
  },
  {
    claim: 'stops generating when the stream is left',
    try: async (live) => {
      const { client, model } = live;
      for await (const event of client.chat.completions.stream({
        model,
        messages: HI,
        max_tokens: 4000,
        ignore_eos: true,
      })) {
        if (event.type === 'content' || event.type === 'reasoning') break;
      }
      return `none running after ${await until(async () => (await running(live)) === 0, 10_000)} ms`;
    },
  },
  {
    claim: 'stops generating when the run is aborted',
    try: async (live) => {
      const { client, model } = live;
      const controller = new AbortController();
      const params = { max_tokens: 4000, ignore_eos: true };
      const onEvent = ({ type }: { readonly type: string }) => {
        if (type === 'content' || type === 'reasoning') controller.abort();
      };
      const { outcome } = await run(defineAgent({ name: 'a', model, params }), 'Hi', {
        client,
        signal: controller.signal,
        onEvent,
      });
      assert.equal(outcome.type, 'aborted');
      return `none running after ${await until(async () => (await running(live)) === 0, 10_000)} ms`;
    },
  },
  {
    claim: 'gives a required call with arguments that fit a strict schema',
    holdsFor: (personality) => forced(personality) && !personality.hasReasoningParser,
    try: async ({ client, model }) => {
      const request = {
        model,
        messages: HI,
        tools: [WIRE_TOOL],
        temperature: 0,
        max_tokens: 80,
        stream: false,
      } as const;
      const seen: string[] = [];
      for (const tool_choice of ['required', { type: 'function', function: { name: 'get_weather' } }] as const) {
        const { choices } = await client.chat.completions.create({ ...request, tool_choice });
        const args = JSON.parse(choices[0]?.message.tool_calls?.[0]?.function.arguments ?? '');
        assert(['Paris', 'Tokyo'].includes(args.city) && Number.isInteger(args.days));
        seen.push(String(choices[0]?.finish_reason));
      }
      return `required ${seen[0]}, named ${seen[1]}`;
    },
  },
  {
    claim: 'streams a required call as pieces that make the whole',
    holdsFor: (personality) => forced(personality) && !personality.hasReasoningParser,
    try: async ({ client, model }) => {
      let pieces = '';
      let whole = '';
      const request = {
        model,
        messages: HI,
        tools: [WIRE_TOOL],
        tool_choice: 'required',
        temperature: 0,
        max_tokens: 80,
      } as const;
      for await (const event of client.chat.completions.stream(request)) {
        if (event.type === 'tool_call_delta') pieces += event.delta;
        if (event.type === 'tool_call_complete') whole = event.toolCall.function.arguments;
      }
      assert.equal(pieces, whole);
      JSON.parse(whole);
      return whole;
    },
  },
  {
    claim: 'takes strict tools under auto',
    holdsFor: forced,
    try: async ({ client, model }) => {
      const { choices } = await client.chat.completions.create({
        model,
        messages: HI,
        tools: [WIRE_TOOL],
        tool_choice: 'auto',
        ...SHORT,
        stream: false,
      });
      return `${choices[0]?.message.tool_calls?.length ?? 0} calls, ${choices[0]?.finish_reason}`;
    },
  },
  {
    claim: 'never runs a call that max_tokens cut, and runs it when it comes again',
    holdsFor: (personality) => !personality.hasReasoningParser,
    try: async ({ client, model }) => {
      const ran: string[] = [];
      const agent = defineAgent({
        name: 'a',
        model,
        tools: [weather(ran)],
        toolChoice: 'required',
        params: { temperature: 0, max_tokens: 12 },
        limits: { turns: 4 },
      });
      const { outcome, messages } = await run(agent, 'Weather in Paris?', { client });
      const told = messages.filter(({ role }) => role === 'tool').length;
      assert(ran.every((entry) => /^(Paris|Tokyo) [1-9]$/.test(entry)));
      return `${outcome.type}, ${ran.length} ran, ${told} results`;
    },
  },
  {
    claim: 'runs a tool and goes on to an answer',
    holdsFor: ({ hasReasoningParser }) => !hasReasoningParser,
    try: async ({ client, model, hasToolParser }) => {
      const ran: string[] = [];
      const agent = defineAgent({
        name: 'a',
        model,
        tools: [weather(ran)],
        params: { temperature: 0, max_tokens: 90 },
        limits: { turns: 4 },
      });
      const { messages } = await run(agent, 'Weather in Paris?', {
        client,
        toolChoice: { type: 'function', function: { name: 'get_weather' } },
      });
      assert.equal(ran.length > 0, true);
      assert.deepEqual(
        messages.slice(1, 3).map(({ role }) => role),
        ['assistant', 'tool'],
      );
      return `${ran.join(', ')}; ${hasToolParser ? 'read by the server' : 'made by a structural tag, read on this side'}`;
    },
  },
  {
    claim: 'takes structural tags, with and without at_least_one',
    try: async ({ client, model }) => {
      const tags = [
        {
          begin: '<call>',
          content: { type: 'json_schema', json_schema: WIRE_TOOL.function.parameters },
          end: '</call>',
        },
      ];
      const seen: string[] = [];
      for (const at_least_one of [false, true]) {
        const format = {
          type: 'triggered_tags',
          triggers: ['<call>'],
          tags,
          ...(at_least_one && { at_least_one }),
        } as const;
        const { choices } = await client.chat.completions.create({
          model,
          messages: HI,
          ...SHORT,
          response_format: { type: 'structural_tag', format: format as never },
          stream: false,
        });
        seen.push(String(choices[0]?.message.content ?? choices[0]?.message.reasoning).slice(0, 20));
      }
      return seen.map((text) => JSON.stringify(text)).join(' / ');
    },
  },
  {
    claim: 'gives a structured output after tools, checked',
    holdsFor: ({ hasReasoningParser }) => !hasReasoningParser,
    try: async ({ client, model }) => {
      const output = z.object({ city: z.enum(['Paris', 'Tokyo']), warm: z.boolean() });
      const agent = defineAgent({
        name: 'a',
        model,
        tools: [weather()],
        output,
        params: { temperature: 0, max_tokens: 80 },
        limits: { turns: 6 },
      });
      const choice = { type: 'function', function: { name: 'get_weather' } } as const;
      const result = await run(agent, 'Is it warm in Paris? Say yes or no.', { client, toolChoice: choice });
      if (result.outcome.type === 'completed') output.parse(result.output);
      else assert.equal(result.outcome.type, 'limit');
      return result.outcome.type === 'completed' ? JSON.stringify(result.output) : 'the model talked until its limit';
    },
  },
  {
    claim: 'gives thinking in a field of its own, and takes it back',
    holdsFor: ({ hasReasoningParser }) => hasReasoningParser,
    try: async ({ client, model }) => {
      const { choices } = await client.chat.completions.create({
        model,
        messages: HI,
        ...SHORT,
        chat_template_kwargs: { enable_thinking: true },
        stream: false,
      });
      const thought = choices[0]?.message.reasoning ?? '';
      assert(thought.length > 0);
      const counts = await Promise.all(
        [undefined, 'a long thought '.repeat(20)].map(async (reasoning) => {
          const answered = { role: 'assistant', content: 'Hi', ...(reasoning !== undefined && { reasoning }) } as const;
          return (await client.tokenize({ model, messages: [...HI, answered, ...HI] })).count;
        }),
      );
      assert((counts[1] ?? 0) > (counts[0] ?? 0));
      return `${thought.length} characters; replayed: ${counts.join(' -> ')} tokens`;
    },
  },
  {
    claim: 'is never taken for done when the model only thought',
    holdsFor: ({ hasReasoningParser }) => hasReasoningParser,
    try: async ({ client, model }) => {
      const agent = defineAgent({ name: 'a', model, thinking: 'on', params: { temperature: 0, max_tokens: 20 } });
      const { outcome, text, warnings } = await run(agent, 'What is 2+2?', { client });
      assert(outcome.type !== 'completed' || text.trim() !== '');
      return `${outcome.type}; ${warnings.map(({ code }) => code).join(', ') || 'no warning'}`;
    },
  },
  {
    claim: 'finds the history of a run in its cache: it is append-only',
    holdsFor: ({ hasToolParser, hasReasoningParser }) => hasToolParser && !hasReasoningParser,
    try: async ({ client, model }) => {
      const cached: number[] = [];
      let state: Awaited<ReturnType<typeof run>>['state'] | undefined;
      const agent = defineAgent({
        name: 'a',
        model,
        instructions: 'You are brief. '.repeat(40),
        // Long answers: the cache of the CPU counts in blocks of 128 tokens.
        params: { temperature: 0, max_tokens: 110, ignore_eos: true },
      });
      for (const question of ['Hello there.', 'And again.', 'Once more.', 'The last one.']) {
        const result = await run(agent, question, { client, ...(state !== undefined && { state }) });
        state = result.state;
        cached.push(result.usage.cachedTokens ?? -1);
      }
      for (const [at, count] of cached.entries()) assert(at === 0 || count >= (cached[at - 1] ?? 0), cached.join());
      assert((cached.at(-1) ?? 0) > (cached[1] ?? 0), `cached tokens did not grow: ${cached.join()}`);
      return `cached tokens, turn by turn: ${cached.join(', ')}`;
    },
  },
  {
    claim: 'continues the last message exactly',
    try: async ({ client, model }) => {
      const messages = [
        { role: 'user', content: 'Count.' },
        { role: 'assistant', content: '1, 2, 3,' },
      ] as const;
      const request = {
        model,
        messages,
        max_tokens: 6,
        temperature: 0,
        continue_final_message: true,
        add_generation_prompt: false,
        stream: false,
      } as const;
      const { choices } = await client.chat.completions.create(request);
      const text = choices[0]?.message.content ?? choices[0]?.message.reasoning ?? '';
      assert.match(String(text), /^\s*4/);
      return JSON.stringify(text);
    },
  },
  {
    claim: 'serves runs side by side, each with its own answer',
    try: async ({ client, model }) => {
      const agent = defineAgent({ name: 'a', model, params: { temperature: 0, max_tokens: 8 } });
      const results = await Promise.all([1, 2, 3, 4].map((at) => run(agent, `Say the number ${at}.`, { client })));
      const ids = new Set(results.map(({ state }) => state.runId));
      assert.equal(ids.size, 4);
      assert(results.every(({ outcome }) => outcome.type !== 'failed'));
      return results.map(({ outcome }) => outcome.type).join(', ');
    },
  },
];

// Owns the checks of answers without tools: streaming, token counts, thinking, structured output, the chat template.

import type { Message } from '../../core/message.ts';
import { VllmError } from '../../core/vllm-error.ts';
import { thinkingParams } from '../../model/profile/profile-of.ts';
import { adviceText } from '../../model/profile/server-flags.ts';
import type { CheckContext } from './check-context.ts';
import { MAX_TOKENS, QUESTION } from './check-context.ts';
import type { Finding } from './finding.ts';
import { bad, fatal, good, note, skipped } from './finding.ts';
import { messageOf } from './server-checks.ts';

/** When all chunks arrive within this share of the whole time, something buffered them. */
const BUFFERED_SHARE = 0.05;
/** With fewer chunks the times say nothing. */
const MIN_CHUNKS = 6;

/** Streams one answer: whether it comes, in chunks, with token counts. */
export async function checkStreaming(context: CheckContext, now: () => number): Promise<readonly Finding[]> {
  const { client, model, signal } = context;
  context.countRequest();
  const startedAt = now();
  const times: number[] = [];
  let usage: { readonly prompt_tokens_details?: { readonly cached_tokens?: number | null } | null } | undefined;
  let failure: Error | undefined;
  const request = { model, messages: QUESTION, max_tokens: MAX_TOKENS, temperature: 0 };
  for await (const event of client.chat.completions.stream(request, { signal, maxRetries: 0 })) {
    if (event.type === 'content' || event.type === 'reasoning') times.push(now());
    if (event.type === 'usage') usage = event.usage as typeof usage;
    if (event.type === 'error') failure = event.error;
  }
  if (failure !== undefined) return [fatal('answer', messageOf(failure))];
  const durationMs = (times.at(-1) ?? startedAt) - startedAt;
  const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const isBuffered = times.length >= MIN_CHUNKS && spanMs < durationMs * BUFFERED_SHARE;
  const seconds = (durationMs / 1000).toFixed(1);
  const streaming = isBuffered
    ? note(
        'streaming',
        `${times.length} chunks arrived at once after ${seconds} s: something between here and the server buffers them`,
        'Turn off buffering in the proxy (nginx: proxy_buffering off), or bypass the proxy.',
      )
    : good('streaming', `${times.length} chunks in ${seconds} s`);
  return [streaming, usageFinding(usage)];
}

function usageFinding(
  usage: { readonly prompt_tokens_details?: { readonly cached_tokens?: number | null } | null } | undefined,
): Finding {
  if (usage === undefined)
    return note(
      'usage',
      'the server sent no token counts: token limits cannot be enforced',
      'A gateway may remove them; vLLM sends them on request.',
    );
  const cached = usage.prompt_tokens_details?.cached_tokens;
  if (typeof cached === 'number') return good('usage', `token counts, including cached tokens (${cached})`);
  return note('usage', 'token counts, without cached tokens', 'Start vLLM with --enable-prompt-tokens-details');
}

/** Whether thinking is separated from the answer. */
export async function checkThinking(context: CheckContext): Promise<Finding> {
  const { profile, flags } = context;
  if (profile.thinking === 'never') return skipped('thinking', `${profile.name} does not think`);
  const { response, error } = await context.ask(thinkingParams(profile, 'on'));
  if (error !== undefined) return bad('thinking', messageOf(error));
  const message = response.choices[0]?.message;
  const content = typeof message?.content === 'string' ? message.content : '';
  const thought = message?.reasoning ?? message?.reasoning_content ?? '';
  const { delimiters } = profile;
  const flag = adviceText(flags.thinking);
  const isInText =
    delimiters !== undefined && (content.includes(delimiters.open) || content.includes(delimiters.close));
  if (isInText) return note('thinking', 'in the text; runs remove it, other clients do not', flag);
  if (thought !== '') return good('thinking', 'in a field of its own');
  if (profile.name === 'unknown') return skipped('thinking', 'the model did not think');
  return note('thinking', `the model did not think, although ${profile.name} can`, flag);
}

/** Whether the server's grammar enforces a JSON Schema. */
export async function checkStructured(context: CheckContext): Promise<Finding> {
  const schema = {
    type: 'object',
    properties: { city: { type: 'string', maxLength: 12 } },
    required: ['city'],
    additionalProperties: false,
  };
  const { response, error } = await context.ask({
    ...thinkingParams(context.profile, 'off'),
    response_format: { type: 'json_schema', json_schema: { name: 'place', schema } },
  });
  if (error !== undefined) return bad('structured output', messageOf(error));
  const message = response.choices[0]?.message;
  const text =
    typeof message?.content === 'string' && message.content !== '' ? message.content : (message?.reasoning ?? '');
  try {
    JSON.parse(text);
    return good('structured output', 'the grammar enforces the schema');
  } catch {
    const isCut = response.choices[0]?.finish_reason === 'length';
    if (isCut) return note('structured output', 'the answer was cut short; so far it matches the schema');
    return bad('structured output', 'the answer does not match the schema');
  }
}

/** What the chat template refuses or omits. Sends only `/tokenize` requests, which generate nothing. */
export async function checkTemplate({ client, model, signal }: CheckContext): Promise<readonly Finding[]> {
  const count = async (messages: readonly Message[]): Promise<number | VllmError> => {
    try {
      return (await client.tokenize({ model, messages }, { signal, maxRetries: 0 })).count;
    } catch (error) {
      if (error instanceof VllmError) return error;
      throw error;
    }
  };
  const user = { role: 'user', content: 'Hi' } as const;
  const plain = await count([user]);
  if (plain instanceof VllmError)
    return [
      note(
        'tokenize',
        `not available: ${plain.message}`,
        'Without it, a prompt that is too long is noticed only when the server refuses it.',
      ),
    ];
  const answered: Message = { role: 'assistant', content: 'Hello' };
  const [middle, twice, bare, thought] = await Promise.all([
    count([user, answered, { role: 'system', content: 'Be brief.' }, user]),
    count([user, user]),
    count([user, answered, user]),
    count([user, { ...answered, reasoning: 'a long thought '.repeat(20) } as Message, user]),
  ]);
  const isRefused = [middle, twice].filter((result) => result instanceof VllmError).length > 0;
  const isKept = typeof bare === 'number' && typeof thought === 'number' && thought > bare;
  return [
    good('tokenize', 'prompts can be counted before they are sent'),
    isRefused
      ? good('template', 'it refuses some message orders; runs send one that it accepts')
      : good('template', 'it accepts messages in any order'),
    good(
      'replayed thinking',
      isKept ? 'the template shows it to the model' : 'the template omits the thinking of earlier turns',
    ),
  ];
}

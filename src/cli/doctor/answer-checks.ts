// Owns the checks of plain answers: streaming, counts, thinking, structured output, the template.

import type { Message } from '../../core/message.ts';
import { VllmError } from '../../core/vllm-error.ts';
import { thinkingParams } from '../../model/profile/profile-of.ts';
import type { Finding } from './finding.ts';
import { bad, fatal, good, note, skipped } from './finding.ts';
import type { Patient } from './patient.ts';
import { MAX_TOKENS, QUESTION } from './patient.ts';
import { messageOf } from './server-checks.ts';

/** Chunks that come within this share of the whole time were held back and sent at once. */
const AT_ONCE = 0.05;
const CHUNKS_TO_TELL = 6;

/** One streamed answer: does it come, piece by piece, with counts. */
export async function checkStreaming(patient: Patient, now: () => number): Promise<readonly Finding[]> {
  const { client, model, signal } = patient;
  patient.countOne();
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
  const took = (times.at(-1) ?? startedAt) - startedAt;
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const isBuffered = times.length >= CHUNKS_TO_TELL && span < took * AT_ONCE;
  const streaming = isBuffered
    ? note(
        'streaming',
        `${times.length} pieces came at once, after ${(took / 1000).toFixed(1)} s: something on the way holds them back`,
        'Switch buffering off in the proxy (nginx: proxy_buffering off), or go past it.',
      )
    : good('streaming', `${times.length} pieces in ${(took / 1000).toFixed(1)} s`);
  return [streaming, usageFinding(usage)];
}

function usageFinding(
  usage: { readonly prompt_tokens_details?: { readonly cached_tokens?: number | null } | null } | undefined,
): Finding {
  if (usage === undefined)
    return note(
      'usage',
      'no counts came: limits of tokens cannot be kept',
      'A gateway may take them out; vLLM sends them when asked.',
    );
  const cached = usage.prompt_tokens_details?.cached_tokens;
  if (typeof cached === 'number') return good('usage', `counts, and what was cached (${cached} tokens)`);
  return note('usage', 'counts, without what was cached', 'Start vLLM with --enable-prompt-tokens-details');
}

/** Whether thinking comes apart from the answer, and ends. */
export async function checkThinking(patient: Patient): Promise<Finding> {
  const { profile } = patient;
  if (profile.thinking === 'never') return skipped('thinking', `${profile.name} does not think`);
  const { response, error } = await patient.ask(thinkingParams(profile, 'on'));
  if (error !== undefined) return bad('thinking', messageOf(error));
  const message = response.choices[0]?.message;
  const content = typeof message?.content === 'string' ? message.content : '';
  const thought = message?.reasoning ?? message?.reasoning_content ?? '';
  const { delimiters, reasoningParser } = profile;
  const flag = `Start vLLM with --reasoning-parser ${reasoningParser ?? 'NAME'}`;
  const isInText =
    delimiters !== undefined && (content.includes(delimiters.open) || content.includes(delimiters.close));
  if (isInText) return note('thinking', 'it comes in the text; runs take it out, other clients will not', flag);
  if (thought !== '') return good('thinking', 'it comes in a field of its own');
  if (profile.name === 'unknown') return skipped('thinking', 'the model did not think');
  return note('thinking', `none came, though ${profile.name} can`, reasoningParser === undefined ? undefined : flag);
}

/** A schema that the grammar must hold. */
export async function checkStructured(patient: Patient): Promise<Finding> {
  const schema = {
    type: 'object',
    properties: { city: { type: 'string', maxLength: 12 } },
    required: ['city'],
    additionalProperties: false,
  };
  const { response, error } = await patient.ask({
    ...thinkingParams(patient.profile, 'off'),
    response_format: { type: 'json_schema', json_schema: { name: 'place', schema } },
  });
  if (error !== undefined) return bad('structured output', messageOf(error));
  const message = response.choices[0]?.message;
  const text =
    typeof message?.content === 'string' && message.content !== '' ? message.content : (message?.reasoning ?? '');
  try {
    JSON.parse(text);
    return good('structured output', 'the grammar holds a schema');
  } catch {
    const isCut = response.choices[0]?.finish_reason === 'length';
    if (isCut) return note('structured output', 'the answer was cut before its end, as far as it goes it fits');
    return bad('structured output', 'the answer does not fit the schema that was asked for');
  }
}

/** What the template refuses or leaves out, without making it generate. */
export async function checkTemplate({ client, model, signal }: Patient): Promise<readonly Finding[]> {
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
        `it cannot be asked: ${plain.message}`,
        'Without it a prompt that is too long shows only when it is refused.',
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
      ? good('template', 'it refuses some orders of messages; runs bring them into one that it takes')
      : good('template', 'it takes messages in any order'),
    good(
      'replayed thinking',
      isKept ? 'the template shows it to the model' : 'the template leaves thinking of earlier turns out',
    ),
  ];
}

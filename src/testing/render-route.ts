// Owns the fake's route that renders a chat request without generating, as vLLM 0.33 answers it.

import { errorReply } from './error-reply.ts';
import { hash } from './hash.ts';
import type { Personality } from './personality.ts';
import { refusalOf } from './refusals.ts';
import type { RecordedRequest, Reply } from './steps.ts';
import { reply } from './steps.ts';
import { countPrompt, tokenIdsOf } from './token-count.ts';

/** The routes of `--enable-scale-out`. Without it all of them answer 403; with it the fake plays the one for chats. */
export const SCALE_OUT_ROUTES = [
  '/v1/chat/completions/render',
  '/v1/completions/render',
  '/v1/responses/render',
  '/v1/messages/render',
  '/v1/chat/completions/derender',
  '/v1/completions/derender',
  '/inference/v1/generate',
] as const;

const DISABLED = 'Scale-out endpoints are disabled. Restart vllm serve with --enable-scale-out to enable them.';

export function scaleOut(request: RecordedRequest, personality: Personality): Reply {
  if (!personality.scaleOut) return errorReply(403, DISABLED, null, 'PermissionDeniedError');
  if (request.path !== SCALE_OUT_ROUTES[0]) return reply({ status: 404, body: { detail: 'Not Found' } });
  return refusalOf(request.body, request.rawBody, personality) ?? rendered(request, personality);
}

function rendered({ body = {}, headers, rawBody }: RecordedRequest, { models }: Personality): Reply {
  if (body.use_beam_search === true)
    return errorReply(400, 'Beam search is not supported by the render endpoint', null);
  const limit = (models.find(({ id }) => id === body.model) ?? models[0])?.maxModelLen ?? 0;
  const tokenIds = tokenIdsOf(body);
  const hasTools = Array.isArray(body.tools);
  return reply({
    status: 200,
    body: {
      request_id: `chatcmpl-${headers['x-request-id'] ?? hash(rawBody)}`,
      token_ids: tokenIds,
      token_offsets: body.return_token_offsets === true ? tokenIds.map((_, at) => [at, at + 1]) : null,
      features: null,
      content_parts: null,
      sampling_params: {
        n: body.n ?? 1,
        temperature: body.temperature ?? 1,
        top_p: body.top_p ?? 1,
        top_k: body.top_k ?? 0,
        seed: body.seed ?? null,
        max_tokens: body.max_completion_tokens ?? body.max_tokens ?? limit - countPrompt(body),
      },
      model: body.model ?? null,
      reasoning_ended: null,
      reasoning_parser_kwargs: null,
      return_token_ids: body.return_token_ids ?? null,
      output_mode: 'tokens',
      parse_context: {
        tools: body.tools ?? null,
        tool_choice: body.tool_choice ?? (hasTools ? 'auto' : 'none'),
        parallel_tool_calls: body.parallel_tool_calls ?? true,
        include_reasoning: body.include_reasoning ?? true,
        chat_template_kwargs: body.chat_template_kwargs ?? {},
        history_tool_call_cnt: 0,
      },
      stream: body.stream === true,
      stream_options: body.stream_options ?? null,
      cache_salt: body.cache_salt ?? null,
      priority: body.priority ?? 0,
      kv_transfer_params: null,
      ec_transfer_params: null,
    },
  });
}

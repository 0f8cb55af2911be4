// Owns the routes that need no script: models, tokenize, detokenize, health, version, load, metrics. Embedding,
// ranking and rendering are left to their own files.

import { errorReply } from './error-reply.ts';
import { hash } from './hash.ts';
import { metricsText } from './metrics-text.ts';
import type { Personality } from './personality.ts';
import { embed, rank } from './pooling-routes.ts';
import { SCALE_OUT_ROUTES, scaleOut } from './render-route.ts';
import type { RecordedRequest, Reply } from './steps.ts';
import { reply } from './steps.ts';
import { idOfToken, tokensOfPrompt } from './token-count.ts';

/** The answer to a request, or undefined when the request generates text. */
export function plainAnswer(request: RecordedRequest, personality: Personality): Reply | undefined {
  const { apiKey } = personality;
  const isGuarded = /^\/(v1|v2|inference)\//.test(request.path);
  if (isGuarded && apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
    return reply({ status: 401, body: { error: 'Unauthorized' } });
  }
  const methods = ROUTES.get(request.path);
  if (methods === undefined) return reply({ status: 404, body: { detail: 'Not Found' } });
  const handler = methods[request.method];
  if (handler === undefined) return reply({ status: 405, body: { detail: 'Method Not Allowed' } });
  return handler === GENERATES ? undefined : handler(request, personality);
}

type Handler = (request: RecordedRequest, personality: Personality) => Reply;

const GENERATES = 'generates';

const ROUTES = new Map<string, Readonly<Record<string, Handler | typeof GENERATES>>>([
  ['/v1/chat/completions', { POST: GENERATES }],
  ['/v1/completions', { POST: GENERATES }],
  ['/v1/models', { GET: models }],
  ['/version', { GET: (_, { version }) => reply({ status: 200, body: { version } }) }],
  ['/load', { GET: (_, { load }) => reply({ status: 200, body: { server_load: load } }) }],
  ['/health', { GET: health }],
  ['/ping', { GET: health, POST: health }],
  ['/metrics', { GET: (_, personality) => metrics(personality) }],
  ['/tokenize', { POST: tokenize }],
  ['/detokenize', { POST: detokenize }],
  ['/v1/embeddings', { POST: embed }],
  ...['/rerank', '/v1/rerank', '/v2/rerank'].map((path) => [path, { POST: rank }] as const),
  ...SCALE_OUT_ROUTES.map((path) => [path, { POST: scaleOut }] as const),
]);

function models(_: RecordedRequest, { models: served }: Personality): Reply {
  const created = 1_795_480_267;
  const data = served.map(({ id, maxModelLen }) => ({
    id,
    object: 'model',
    created,
    owned_by: 'vllm',
    root: id,
    parent: null,
    max_model_len: maxModelLen,
    permission: [
      {
        id: `modelperm-${hash(id)}${hash(`${id}/`)}`,
        object: 'model_permission',
        created,
        allow_create_engine: false,
        allow_sampling: true,
        allow_logprobs: true,
        allow_search_indices: false,
        allow_view: true,
        allow_fine_tuning: false,
        organization: '*',
        group: null,
        is_blocking: false,
      },
    ],
  }));
  return reply({ status: 200, body: { object: 'list', data } });
}

function health(_: RecordedRequest, { isHealthy }: Personality): Reply {
  return reply({ status: isHealthy ? 200 : 503, headers: {}, body: '' });
}

/** The tokens by id, so that what was tokenized can be detokenized. An id is a hash of its token. */
const texts = new Map<number, string>();
const MAX_REMEMBERED = 100_000;

function tokenize({ body }: RecordedRequest, { models: served }: Personality): Reply {
  if (body === undefined) return errorReply(400, 'the body is not JSON', null, 'Bad Request');
  const limit = served[0]?.maxModelLen ?? 0;
  const tokens = tokensOfPrompt(body);
  const ids = tokens.map(idOfToken);
  for (const [at, id] of ids.entries()) if (texts.size < MAX_REMEMBERED) texts.set(id, tokens[at] ?? '');
  const names = body.return_token_strs === true ? tokens : null;
  return reply({ status: 200, body: { count: tokens.length, max_model_len: limit, tokens: ids, token_strs: names } });
}

function detokenize({ body }: RecordedRequest): Reply {
  const tokens: unknown = body?.tokens;
  if (!Array.isArray(tokens)) return errorReply(400, 'tokens are missing', 'body.tokens', 'Bad Request');
  return reply({ status: 200, body: { prompt: tokens.map((id) => texts.get(Number(id)) ?? '').join('') } });
}

function metrics(personality: Personality): Reply {
  const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
  return reply({ status: 200, headers, body: metricsText(personality) });
}

// Owns the checks of the server itself: is it there, is it a vLLM, does it take the key, what does it serve.

import type { VllmClient } from '../../client/client.ts';
import type { ModelCard } from '../../client/server.ts';
import { VllmError } from '../../core/vllm-error.ts';
import type { Profile } from '../../model/profile/profile.ts';
import { profileOf } from '../../model/profile/profile-of.ts';
import type { Finding } from './finding.ts';
import { bad, fatal, good, note } from './finding.ts';

export interface ServerFound {
  readonly findings: readonly Finding[];
  /** Undefined when nothing more can be looked at. */
  readonly model: { readonly id: string; readonly profile: Profile } | undefined;
}

export async function checkServer(
  client: VllmClient,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<ServerFound> {
  const findings: Finding[] = [await checkVersion(client, signal)];
  if (findings[0]?.isFatal) return { findings, model: undefined };
  let models: readonly ModelCard[];
  try {
    models = (await client.models.list({ signal, maxRetries: 0 })).data;
  } catch (error) {
    return { findings: [...findings, modelsFailed(error)], model: undefined };
  }
  findings.push(good('key', client.apiKey === undefined ? 'none is given, and none is asked for' : 'it is taken'));
  return chooseModel(models, wanted, findings);
}

async function checkVersion(client: VllmClient, signal: AbortSignal): Promise<Finding> {
  try {
    const version = await client.version({ signal, maxRetries: 0 });
    return good('server', `vLLM ${version} at ${client.baseUrl}`);
  } catch (error) {
    const code = error instanceof VllmError ? error.code : '';
    if (OF_CONNECTION.has(code)) {
      const remedy = 'Start it (vllm serve MODEL), or name another: VLLM_BASE_URL or --base-url, with its /v1.';
      return fatal('server', messageOf(error), remedy);
    }
    // A gateway may lack the route; a site that is no such server at all shows with the models.
    return note('server', `something answers at ${client.baseUrl}, which does not tell a version of vLLM`);
  }
}

const OF_CONNECTION = new Set([
  'connection_failed',
  'connection_reset',
  'tls_failed',
  'not_http',
  'connect_timeout',
  'first_byte_timeout',
]);

function modelsFailed(error: unknown): Finding {
  const code = error instanceof VllmError ? error.code : '';
  if (code === 'unauthorized' || code === 'forbidden') {
    return fatal(
      'key',
      'the server wants another key than it was given',
      'Set VLLM_API_KEY to what vLLM was started with (--api-key).',
    );
  }
  const remedy = 'Give the address of a vLLM, with its /v1: VLLM_BASE_URL or --base-url.';
  return fatal('models', `this is no vLLM, nor like one: ${messageOf(error)}`, remedy);
}

function chooseModel(
  models: readonly ModelCard[],
  wanted: string | undefined,
  findings: readonly Finding[],
): ServerFound {
  const names = models.map(({ id }) => id).join(', ');
  const found = models.find(({ id }) => id === wanted) ?? (wanted === undefined ? models[0] : undefined);
  if (found === undefined) {
    const message = wanted === undefined ? 'the server serves none' : `there is no ${wanted}; there are: ${names}`;
    return {
      findings: [...findings, fatal('model', message, 'Name one of them: VLLM_MODEL or --model.')],
      model: undefined,
    };
  }
  const profile = profileOf(found.id, found.root);
  const limit =
    typeof found.max_model_len === 'number' ? `${found.max_model_len} tokens of context` : 'its context is not told';
  const family = profile.name === 'unknown' ? 'of a family that is not known here' : `of the family ${profile.name}`;
  const model = good('model', `${found.id}, ${family}, ${limit}`);
  const isUnclear =
    wanted === undefined && models.filter(({ parent }) => parent === null || parent === undefined).length > 1;
  const choice = isUnclear ? [bad('choice', `several are served: ${names}`, `Say which: VLLM_MODEL=${found.id}`)] : [];
  return { findings: [...findings, model, ...choice], model: { id: found.id, profile } };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

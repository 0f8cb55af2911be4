// Owns the checks of the server itself: its address, whether it is a vLLM, the API key, its models.

import type { VllmClient } from '../../client/client.ts';
import type { ModelCard } from '../../client/server.ts';
import { VllmError } from '../../core/vllm-error.ts';
import type { Profile } from '../../model/profile/profile.ts';
import { profileOf } from '../../model/profile/profile-of.ts';
import type { ServerFlags } from '../../model/profile/server-flags.ts';
import { serverFlags } from '../../model/profile/server-flags.ts';
import type { Finding } from './finding.ts';
import { bad, fatal, good, note } from './finding.ts';

export interface ServerFound {
  readonly findings: readonly Finding[];
  /** Undefined when nothing more can be checked. */
  readonly model: { readonly id: string; readonly profile: Profile; readonly flags: ServerFlags } | undefined;
}

export async function checkServer(
  client: VllmClient,
  requested: string | undefined,
  signal: AbortSignal,
): Promise<ServerFound> {
  const { version, finding } = await checkVersion(client, signal);
  const findings: Finding[] = [finding];
  if (findings[0]?.isFatal) return { findings, model: undefined };
  let models: readonly ModelCard[];
  try {
    models = (await client.models.list({ signal, maxRetries: 0 })).data;
  } catch (error) {
    return { findings: [...findings, modelsFailed(error)], model: undefined };
  }
  findings.push(good('key', client.apiKey === undefined ? 'none set, none required' : 'accepted'));
  return chooseModel(models, requested, { findings, version });
}

interface VersionFound {
  /** Undefined where the server does not report it. */
  readonly version: string | undefined;
  readonly finding: Finding;
}

async function checkVersion(client: VllmClient, signal: AbortSignal): Promise<VersionFound> {
  try {
    const version = await client.version({ signal, maxRetries: 0 });
    return { version, finding: good('server', `vLLM ${version} at ${client.baseUrl}`) };
  } catch (error) {
    const code = error instanceof VllmError ? error.code : '';
    if (OF_CONNECTION.has(code)) {
      const remedy = 'Start it (vllm serve MODEL), or set another address, ending in /v1: VLLM_BASE_URL or --base-url.';
      return { version: undefined, finding: fatal('server', messageOf(error), remedy) };
    }
    // A gateway may lack this route. The list of models shows whether it is such a server at all.
    const message = `the server at ${client.baseUrl} does not report a vLLM version`;
    return { version: undefined, finding: note('server', message) };
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
      'the server did not accept the API key',
      'Set VLLM_API_KEY to the key that vLLM was started with (--api-key).',
    );
  }
  const remedy = 'Set the address of a vLLM server, ending in /v1: VLLM_BASE_URL or --base-url.';
  return fatal('models', `this is not a vLLM-compatible server: ${messageOf(error)}`, remedy);
}

function chooseModel(
  models: readonly ModelCard[],
  requested: string | undefined,
  { findings, version }: { readonly findings: readonly Finding[]; readonly version: string | undefined },
): ServerFound {
  const names = models.map(({ id }) => id).join(', ');
  const found = models.find(({ id }) => id === requested) ?? (requested === undefined ? models[0] : undefined);
  if (found === undefined) {
    const message =
      requested === undefined ? 'the server has no models' : `there is no model ${requested}; available: ${names}`;
    return {
      findings: [...findings, fatal('model', message, 'Choose one of them: VLLM_MODEL or --model.')],
      model: undefined,
    };
  }
  const profile = profileOf(found.id, found.root);
  const limit =
    typeof found.max_model_len === 'number' ? `${found.max_model_len} tokens of context` : 'unknown context length';
  const family = profile.name === 'unknown' ? 'unknown model family' : `family ${profile.name}`;
  const model = good('model', `${found.id}, ${family}, ${limit}`);
  const isUnclear =
    requested === undefined && models.filter(({ parent }) => parent === null || parent === undefined).length > 1;
  const choice = isUnclear
    ? [bad('choice', `the server has several models: ${names}`, `Choose one: VLLM_MODEL=${found.id}`)]
    : [];
  return {
    findings: [...findings, model, ...choice],
    model: { id: found.id, profile, flags: serverFlags(profile, version) },
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Owns what a server says of its models, asked once a client. What follows from it is left to the caller.

import type { VllmClient } from '../client/client.ts';
import type { ModelCard } from '../client/server.ts';
import { VllmError } from '../core/vllm-error.ts';
import { UNKNOWN } from '../model/profile/families.ts';
import type { Profile } from '../model/profile/profile.ts';
import { profileOf } from '../model/profile/profile-of.ts';

const asked = new WeakMap<VllmClient, Promise<readonly ModelCard[]>>();

/** The models that the server serves. Rejects with a VllmError; a failure is not remembered. */
export function servedModels(client: VllmClient, signal: AbortSignal): Promise<readonly ModelCard[]> {
  const known = asked.get(client);
  if (known !== undefined) return known;
  const models = client.models.list({ signal }).then((list) => list.data);
  asked.set(client, models);
  models.catch(() => asked.delete(client));
  return models;
}

/** The name to ask for: the given one, else the only one that the server serves. Adapters do not count. */
export async function resolveModel(
  client: VllmClient,
  given: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if (given !== undefined && given !== '') return given;
  const models = await servedModels(client, signal);
  const bases = models.filter((model) => model.parent === null || model.parent === undefined);
  const [only] = bases;
  if (only !== undefined && bases.length === 1) return only.id;
  const names = models.map((model) => model.id).join(', ');
  const message =
    names === ''
      ? `${client.baseUrl} serves no model.`
      : `${client.baseUrl} serves several models: ${names}. Say which one (\`model\`, VLLM_MODEL or --model).`;
  throw new VllmError(message, { code: 'model_unclear' });
}

/** What is known of the model. Asks the server for the path of the weights only when the name does not tell. */
export async function resolveProfile(client: VllmClient, model: string, signal: AbortSignal): Promise<Profile> {
  const known = profileOf(model);
  if (known !== UNKNOWN) return known;
  try {
    const card = (await servedModels(client, signal)).find(({ id }) => id === model);
    return profileOf(model, card?.root);
  } catch {
    // A gateway without the route: what no family is known to mind will do.
    return UNKNOWN;
  }
}

/** The context length in tokens; undefined where the server does not tell. */
export async function contextLength(
  client: VllmClient,
  model: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const card = (await servedModels(client, signal)).find(({ id }) => id === model);
    return card?.max_model_len ?? undefined;
  } catch {
    // A gateway without the route: the server's own refusal will tell.
    return undefined;
  }
}

// Owns what was learned about a server: the models that it serves, and how its tools and templates behave. There is one object per client,
// so that a fact lasts as long as the client that found it. Acting on a fact is left to the caller.

import type { VllmClient } from '../client/client.ts';
import { AbortError } from '../client/errors.ts';
import type { ModelCard } from '../client/server.ts';
import type { ToolMode } from '../core/loop-state.ts';
import { VllmError } from '../core/vllm-error.ts';
import { untilAborted } from '../flow/until-aborted.ts';
import { UNKNOWN } from './profile/families.ts';
import type { TemplateRule } from './profile/profile.ts';
import { profileOf } from './profile/profile-of.ts';

interface ServerFacts {
  models: Promise<readonly ModelCard[]> | undefined;
  /** By model. */
  readonly toolModes: Map<string, ToolMode>;
  /** The models whose calls the server has parsed. */
  readonly parsed: Set<string>;
  /** By model: whether the template writes the tools into the prompt. */
  readonly shownTools: Map<string, boolean>;
  /** The models for which the server refused a grammar of calls or words. */
  readonly refusing: Set<string>;
  /** By model: what its template was seen to demand of a conversation. */
  readonly rules: Map<string, readonly TemplateRule[]>;
}

const known = new WeakMap<VllmClient, ServerFacts>();

function factsOf(client: VllmClient): ServerFacts {
  const facts = known.get(client) ?? {
    models: undefined,
    toolModes: new Map(),
    parsed: new Set(),
    shownTools: new Map(),
    refusing: new Set(),
    rules: new Map(),
  };
  known.set(client, facts);
  return facts;
}

/**
 * The models that the server serves, requested once. Rejects with a VllmError; a failure is not remembered. All callers share one
 * request: aborting `signal` ends only this caller's wait.
 */
async function servedModels(client: VllmClient, signal: AbortSignal): Promise<readonly ModelCard[]> {
  const facts = factsOf(client);
  if (facts.models === undefined) {
    const models = client.models.list().then((list) => list.data);
    facts.models = models;
    models.catch(() => {
      facts.models = undefined;
    });
  }
  const models = await untilAborted(facts.models, signal);
  if (models === undefined) throw new AbortError('The run was cancelled.', { code: 'aborted' });
  return models;
}

/** The model's name: the given one, else that of the only model that the server serves, not counting adapters. */
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

/** The path of the weights, requested only when the name does not reveal the family; null when unknown. */
export async function weightsOf(client: VllmClient, model: string, signal: AbortSignal): Promise<string | null> {
  if (profileOf(model) !== UNKNOWN) return null;
  return (await cardOf(client, model, signal))?.root ?? null;
}

/** The context length in tokens; undefined when the server does not report it. */
export async function contextLength(
  client: VllmClient,
  model: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  return (await cardOf(client, model, signal))?.max_model_len ?? undefined;
}

/** A gateway may lack the route: then the family is unknown, and limits become known when the server refuses a request. */
async function cardOf(client: VllmClient, model: string, signal: AbortSignal): Promise<ModelCard | undefined> {
  try {
    return (await servedModels(client, signal)).find(({ id }) => id === model);
  } catch (error) {
    if (error instanceof AbortError) throw error;
    return undefined;
  }
}

/** The tool mode that an earlier run with this client found; undefined when none has. */
export function knownToolMode(client: VllmClient, model: string): ToolMode | undefined {
  return factsOf(client).toolModes.get(model);
}

/** Remembers the mode, so that the next run is not refused first. */
export function rememberToolMode(client: VllmClient, model: string, mode: ToolMode): void {
  factsOf(client).toolModes.set(model, mode);
}

/** Whether the server refused a grammar that lets an answer be calls or words. */
export function refusesEither(client: VllmClient, model: string): boolean {
  return factsOf(client).refusing.has(model);
}

export function rememberToRefuse(client: VllmClient, model: string): void {
  const { refusing, toolModes } = factsOf(client);
  refusing.add(model);
  if (toolModes.get(model) === 'client_json') toolModes.delete(model);
}

export function forgetRefusal(client: VllmClient, model: string): void {
  factsOf(client).refusing.delete(model);
}

/** Whether the server was seen to parse a call of this model. */
export function knownToParse(client: VllmClient, model: string): boolean {
  return factsOf(client).parsed.has(model);
}

export function rememberToParse(client: VllmClient, model: string): void {
  factsOf(client).parsed.add(model);
}

/** What the model's template was seen to demand of a conversation. */
export function knownRules(client: VllmClient, model: string): readonly TemplateRule[] {
  return factsOf(client).rules.get(model) ?? [];
}

export function rememberRules(client: VllmClient, model: string, rules: readonly TemplateRule[]): void {
  factsOf(client).rules.set(model, [...new Set([...knownRules(client, model), ...rules])]);
}

/** Whether the model's template shows tools. `ask` finds out, once per model; if it throws, the answer is no and is not remembered. */
export async function templateShowsTools(
  client: VllmClient,
  model: string,
  ask: () => Promise<boolean>,
): Promise<boolean> {
  const { shownTools } = factsOf(client);
  const remembered = shownTools.get(model);
  if (remembered !== undefined) return remembered;
  try {
    const isShown = await ask();
    shownTools.set(model, isShown);
    return isShown;
  } catch {
    // A gateway without the route: it is better to describe tools twice than not at all.
    return false;
  }
}

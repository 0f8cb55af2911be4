// Owns the tool providers of one run: opened side by side, asked for their tools each turn, closed at its end.

import type { RunWarning } from '../../core/run-warning.ts';
import { VllmError } from '../../core/vllm-error.ts';
import type { Tool } from '../../tool/tool.ts';
import type { OpenProvider, ProviderContext, ToolProvider } from '../../tool/tool-provider.ts';

export interface OpenProviders {
  /** What they bring now, in the order of the providers, without names that are taken. */
  readonly tools: (isTaken: (name: string) => boolean) => readonly Tool[];
  /** What they say of themselves, for the model; '' when nothing. */
  readonly instructions: string;
  /** Never rejects. */
  readonly close: () => Promise<void>;
}

const NONE: OpenProviders = { tools: () => [], instructions: '', close: async () => {} };

interface Opened {
  readonly name: string;
  readonly provider: OpenProvider;
}

/** One that fails is left out with a warning; a required one makes this reject with its VllmError, and the others are closed. */
export async function openProviders(
  providers: readonly ToolProvider[],
  context: ProviderContext & { readonly warn: (warning: RunWarning) => void },
): Promise<OpenProviders> {
  if (providers.length === 0) return NONE;
  const settled = await Promise.allSettled(providers.map(async (provider) => await provider.open(context)));
  const opened: Opened[] = [];
  let failure: VllmError | undefined;
  for (const [at, result] of settled.entries()) {
    const provider = providers[at];
    if (provider === undefined) continue;
    const { name, isRequired } = provider;
    if (result.status === 'fulfilled') opened.push({ name, provider: result.value });
    else if (isRequired) failure ??= failureOf(name, result.reason);
    else context.warn(lostProvider(name, result.reason));
  }
  const close = async (): Promise<void> => void (await Promise.all(opened.map(({ provider }) => provider.close())));
  if (failure !== undefined) {
    await close();
    throw failure;
  }
  return {
    close,
    instructions: opened
      .filter(({ provider }) => provider.instructions !== '')
      .map(({ name, provider }) => `Notes of the tool server ${name}:\n${provider.instructions}`)
      .join('\n\n'),
    tools: (isTaken) => collect(opened, isTaken, context),
  };
}

function collect(
  opened: readonly Opened[],
  isTaken: (name: string) => boolean,
  context: ProviderContext,
): readonly Tool[] {
  const names = new Set<string>();
  return opened.flatMap(({ name: owner, provider }) =>
    provider.tools().filter((tool) => {
      const isFree = !names.has(tool.name) && !isTaken(tool.name);
      names.add(tool.name);
      if (!isFree) {
        const message = `\`${tool.name}\` of ${owner} is left out: the name is taken. Rename or leave out one of the two.`;
        context.warn({ code: 'tool_name_taken', message });
      }
      return isFree;
    }),
  );
}

/** The warning about one that is left out. */
export function lostProvider(name: string, reason: unknown): RunWarning {
  const { message } = failureOf(name, reason);
  return { code: 'provider_failed', message: `The run goes on without it. ${message}` };
}

function failureOf(name: string, reason: unknown): VllmError {
  if (reason instanceof VllmError) return reason;
  const message = `The tool provider \`${name}\` failed: ${reason instanceof Error ? reason.message : String(reason)}`;
  return new VllmError(message, { code: 'provider_failed', cause: reason });
}

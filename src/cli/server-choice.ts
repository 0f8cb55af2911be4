// Owns the choice of the server: the one that was named, the one on this machine, or the simulator when it was asked for.

import { checkBaseUrl } from '../client/base-url.ts';
import { VllmClient } from '../client/client.ts';
import { checkApiKey } from '../client/header-values.ts';
import { DEFAULT_BASE_URL } from '../client/options.ts';
import { VllmError } from '../core/vllm-error.ts';
import type { CliArgs } from './args.ts';
import type { Io } from './io.ts';
import { isListening } from './listening.ts';
import { block, styled } from './styled.ts';

export interface ChosenServer extends AsyncDisposable {
  readonly client: VllmClient;
  /** The model that it has, whatever is named elsewhere. */
  readonly onlyModel: string | undefined;
}

type Wish = Pick<CliArgs, 'baseUrl' | 'isSimulated'>;

/**
 * The simulator is never chosen because a server is missing: tools would run on guesses. Throws a VllmError when no server is named and
 * nothing listens at `local`.
 */
export async function chooseServer(wish: Wish, io: Io, local = DEFAULT_BASE_URL): Promise<ChosenServer> {
  if (wish.isSimulated) return await simulated(io);
  const isNamed = baseUrlOf(wish, io.env) !== undefined;
  if (!isNamed && !(await isListening(local))) throw new VllmError(nobodyAt(local), { code: 'no_server' });
  const client = clientFor(wish, io, local);
  return { client, onlyModel: undefined, [Symbol.asyncDispose]: () => client.close() };
}

/** A client of the server that is named, else of `local`. Throws a MissingParameterError that names the flag or the variable. */
export function clientFor(wish: Pick<Wish, 'baseUrl'>, { env, err }: Io, local = DEFAULT_BASE_URL): VllmClient {
  return new VllmClient(baseUrlOf(wish, env) ?? local, {
    apiKey: checkApiKey(env.VLLM_API_KEY, 'VLLM_API_KEY'),
    onWarning: ({ message }) => err.write(styled`! ${block(message)}\n`),
  });
}

function baseUrlOf({ baseUrl }: Pick<Wish, 'baseUrl'>, { VLLM_BASE_URL: variable }: Io['env']): string | undefined {
  if (baseUrl !== undefined) return checkBaseUrl(baseUrl, '--base-url');
  return variable === undefined || variable === '' ? undefined : checkBaseUrl(variable, 'VLLM_BASE_URL');
}

function nobodyAt(local: string): string {
  return [
    `No vLLM is named, and nothing answers at ${local}.`,
    'Name yours: VLLM_BASE_URL=http://host:8000/v1, in the environment or in a file .env in the current folder, or --base-url.',
    'To try the program without one, add --simulate: a built-in simulator answers then. It understands nothing, and your tools really run.',
  ].join('\n');
}

async function simulated({ env, err }: Io): Promise<ChosenServer> {
  // Loaded on demand: a program with a server does not need it.
  const { SIMULATOR_MODEL, startSimulator } = await import('../testing/simulator.ts');
  const simulator = await startSimulator();
  const unused = (env.VLLM_BASE_URL ?? '') === '' ? '' : ' VLLM_BASE_URL is not used.';
  err.write(
    `A built-in simulator answers, not a model: it understands nothing, but it calls your tools, which really run.${unused}\n`,
  );
  const client = new VllmClient(simulator.baseUrl, { apiKey: '' });
  const stop = async (): Promise<void> => {
    await client.close();
    await simulator.close();
  };
  return { client, onlyModel: SIMULATOR_MODEL, [Symbol.asyncDispose]: stop };
}

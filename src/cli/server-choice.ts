// Owns the choice of the server: the one that was named, the one on this machine, or the simulator.

import { VllmClient } from '../client/client.ts';
import { DEFAULT_BASE_URL } from '../client/options.ts';
import type { Io } from './io.ts';

export interface ChosenServer extends AsyncDisposable {
  readonly client: VllmClient;
}

/** A server on this machine answers faster than this, or there is none. */
const PROBE_MS = 1000;

/** `baseUrl` comes from the flag or the environment. A server that is named is never replaced by the simulator. */
export async function chooseServer(baseUrl: string | undefined, io: Io): Promise<ChosenServer> {
  const apiKey = io.env.VLLM_API_KEY;
  const client = new VllmClient(baseUrl ?? DEFAULT_BASE_URL, { apiKey });
  if (baseUrl !== undefined || (await answers(client))) return { client, [Symbol.asyncDispose]: () => client.close() };
  await client.close();
  // Loaded on demand: a program with a server does not need it.
  const { startSimulator } = await import('../testing/simulator.ts');
  const simulator = await startSimulator();
  io.err.write(
    'No vLLM on localhost:8000: a built-in simulator answers; it understands nothing. Set VLLM_BASE_URL to use a server.\n',
  );
  const simulated = new VllmClient(simulator.baseUrl);
  const stop = async (): Promise<void> => {
    await simulated.close();
    await simulator.close();
  };
  return { client: simulated, [Symbol.asyncDispose]: stop };
}

async function answers(client: VllmClient): Promise<boolean> {
  try {
    await client.version({ maxRetries: 0, totalTimeoutMs: PROBE_MS });
    return true;
  } catch {
    // No server, or one that is not a vLLM.
    return false;
  }
}

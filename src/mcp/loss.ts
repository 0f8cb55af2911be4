// Owns telling a lost connection from a server's answer, waiting before it is made again, and saying why something failed.

/** How an error says that the connection is gone; undefined when it is the server's answer. `no session`: the call never arrived. */
export function lossOf(error: unknown): 'lost' | 'no session' | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? error.code : undefined;
  if (code === 404 || (code === 400 && /session|initiali[sz]ed/i.test(error.message))) return 'no session';
  const isLost =
    code === CONNECTION_CLOSED || /fetch failed|does not read any more|not connected|terminated/i.test(error.message);
  return isLost ? 'lost' : undefined;
}

const CONNECTION_CLOSED = -32_000;

/** In words, without the SDK's own prefix. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.replace(/^MCP error -?\d+: /, '').slice(0, MAX_REASON_CHARS);
}

/** Rejects with the signal's reason when that is aborted first. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort);
  });
}

const MAX_REASON_CHARS = 1000;

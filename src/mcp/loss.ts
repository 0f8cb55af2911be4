// Owns distinguishing a lost connection from a server's answer, waiting before the next attempt, and the reason of a failure in words.

/** How the connection was lost, by the error; undefined when the error is the server's answer. `no session`: the call was not received. */
export function lossOf(error: unknown): 'lost' | 'no session' | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? error.code : undefined;
  if (code === 404 || (code === 400 && /session|initiali[sz]ed/i.test(error.message))) return 'no session';
  const isLost =
    code === CONNECTION_CLOSED ||
    /fetch failed|no longer reads its input|not connected|terminated/i.test(error.message);
  return isLost ? 'lost' : undefined;
}

const CONNECTION_CLOSED = -32_000;

/** The message of an error, without the SDK's prefix. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.replace(/^MCP error -?\d+: /, '').slice(0, MAX_REASON_CHARS);
}

/** Rejects with the signal's reason when the signal is aborted first. */
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

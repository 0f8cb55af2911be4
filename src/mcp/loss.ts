// Owns waiting before the next attempt to connect, and the reason of a failure in words.

/** The message of an error, without the SDK's prefix. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return wellFormed(error.message.replace(/^MCP error -?\d+: /, '').slice(0, MAX_REASON_CHARS));
}

/** Half of a surrogate pair is no character, and not every server takes it. */
export function wellFormed(text: string): string {
  return /\p{Surrogate}/u.test(text) ? Buffer.from(text).toString() : text;
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

// Owns the time limits of one call: how long it may go without progress, and how long it may take in all. What happens when one is exceeded
// is left to `server-call.ts`.

import { MAX_TIMER_MS } from '../core/timers.ts';
import type { McpServerConfig } from './server-config.ts';

const DEFAULT_CALL_TIMEOUT_MS = 120_000;
const DEFAULT_MAX_CALL_MS = 1_800_000;

/** Running limits. Whoever starts them stops them. */
export interface CallLimits {
  /** Aborted when the call is cancelled or a limit is exceeded. */
  readonly signal: AbortSignal;
  /** Which limit was exceeded, in words; undefined when none was. */
  readonly exceeded: () => string | undefined;
  /** The call made progress: it may go without for the full time again. */
  readonly extend: () => void;
  readonly stop: () => void;
}

export function startCallLimits(config: McpServerConfig, callSignal: AbortSignal): CallLimits {
  const { timeoutMs = DEFAULT_CALL_TIMEOUT_MS, maxCallMs = DEFAULT_MAX_CALL_MS } = config;
  const controller = new AbortController();
  let exceeded: string | undefined;
  const onAbort = (): void => controller.abort(callSignal.reason);
  const startTimer = (ms: number, what: string): NodeJS.Timeout =>
    setTimeout(
      () => {
        exceeded ??= what;
        controller.abort(new Error(what));
      },
      Math.min(ms, MAX_TIMER_MS),
    );
  const total = startTimer(maxCallMs, `it took longer than ${maxCallMs} ms`);
  const silence = startTimer(timeoutMs, `it reported no progress for ${timeoutMs} ms`);
  callSignal.addEventListener('abort', onAbort);
  if (callSignal.aborted) onAbort();
  return {
    signal: controller.signal,
    exceeded: () => exceeded,
    extend: () => {
      if (!controller.signal.aborted) silence.refresh();
    },
    stop: () => {
      clearTimeout(total);
      clearTimeout(silence);
      callSignal.removeEventListener('abort', onAbort);
    },
  };
}

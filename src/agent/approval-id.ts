// Owns what a decision on a call names. Asking for decisions is left to the loop, taking them in to `start-run.ts`.

import { createHash } from 'node:crypto';
import type { ReadyCall } from '../core/call.ts';

const DIGEST_CHARS = 12;

/**
 * The step key of the call and a digest of the run, the tool and the arguments: a decision counts for the exact call that a person saw,
 * and for no later one that happens to have the same id.
 */
export function approvalIdOf(runId: string, call: Pick<ReadyCall, 'key' | 'toolName' | 'arguments'>): string {
  const { key, toolName, arguments: args } = call;
  const digest = createHash('sha256')
    .update(JSON.stringify([runId, key, toolName, args]))
    .digest('hex');
  return `${key}#${digest.slice(0, DIGEST_CHARS)}`;
}

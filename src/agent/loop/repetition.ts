// Owns counting how often the model makes the same call in a row, whatever becomes of it. Calls that ran are left to `ran-calls.ts`, what
// is done about them to `calls.ts`.

import type { PreparedCall } from '../../core/call.ts';
import { comparableArguments } from '../../core/call.ts';
import { isSameJson } from '../../core/json.ts';
import type { RepeatedCall } from '../../core/loop-state.ts';

/**
 * The call with how often it has now come in a row. Another call in between may have changed the world, so the count begins again. The
 * same arguments in another order or with other white space are the same. A call that may be repeated is not counted.
 */
export function countRepetition(last: RepeatedCall | null, call: PreparedCall): RepeatedCall {
  const args = comparableArguments(call);
  const isSame = last !== null && last.toolName === call.toolName && isSameJson(last.arguments, args);
  const isCounted = isSame && !(call.type === 'ready' && call.isRepeatable);
  return { toolName: call.toolName, arguments: args, times: isCounted ? last.times + 1 : 1 };
}

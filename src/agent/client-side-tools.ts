// Owns tools on a server without a tool parser.
import type { ChatParams } from '../client/chat-params.ts';
import type { TurnPlan } from './agent.ts';
import type { ModelCall } from './model-call.ts';
import type { RunContext } from './run-context.ts';

export async function clientSideTurn(
  _run: RunContext,
  _plan: TurnPlan,
  request: ChatParams,
): Promise<Pick<ModelCall, 'request' | 'scanners'>> {
  return { request, scanners: undefined };
}

// Owns what is remembered of a server's way with tools. Either way itself is left to the turn.

import type { VllmClient } from '../client/client.ts';
import type { ModelAnswer } from './model-answer.ts';

/** `server`: it parses calls itself. `client`: its grammar makes them and this side reads them. */
export type ToolMode = 'server' | 'client';

/** More servers than one process talks to; the oldest is forgotten, which costs one refused request. */
const MAX_REMEMBERED = 1000;

const remembered = new Map<string, ToolMode>();

export function toolModeOf(client: VllmClient, model: string): ToolMode {
  return remembered.get(keyOf(client, model)) ?? 'server';
}

/** Remembers for this process, so that the next run does not have to be refused first. */
export function rememberToolMode(client: VllmClient, model: string, mode: ToolMode): void {
  const oldest = remembered.keys().next().value;
  if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  remembered.set(keyOf(client, model), mode);
}

/** Whether the server refused because it was started without the flags for tools. */
export function isParserMissing(answer: ModelAnswer): boolean {
  return answer.failure?.code === 'tool_parser_missing';
}

function keyOf(client: VllmClient, model: string): string {
  return `${client.baseUrl} ${model}`;
}

// Owns reading MCP servers from configuration files of other programs: `mcpServers` of Claude Desktop, Cursor and others, `servers` of
// VS Code; with comments and trailing commas. Checking each server is left to `server-config.ts`.

import { readFileSync } from 'node:fs';
import { DefinitionError } from '../core/definition-error.ts';
import { isObject } from '../core/json.ts';
import { whyUnreadable } from '../core/unreadable.ts';
import type { McpServers } from './server-config.ts';
import { checkServerConfig } from './server-config.ts';

/** Throws a DefinitionError that names the file and what is wrong with it. Placeholders are filled in when a server starts. */
export function mcpServersFrom(path: string): McpServers {
  const value = parse(path);
  const listed = value.mcpServers ?? value.servers;
  if (!isObject(listed)) throw new DefinitionError(`${path} has no \`mcpServers\` (or \`servers\`).`);
  return Object.fromEntries(
    Object.entries(listed).map(([name, config]) => [name, checkServerConfig(name, withOwnNames(config))]),
  );
}

function parse(path: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new DefinitionError(`The file ${path} cannot be read: ${whyUnreadable(cause)}.`, { cause });
  }
  try {
    const value: unknown = JSON.parse(withoutComments(text));
    if (isObject(value)) return value;
  } catch (cause) {
    throw new DefinitionError(`${path} is not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  throw new DefinitionError(`${path} does not contain a JSON object.`);
}

/** Renames the fields of other programs that mean the same here, and drops those that mean nothing here. */
function withOwnNames(config: unknown): unknown {
  if (!isObject(config)) return config;
  const known: Record<string, unknown> = { ...config };
  if (known.httpUrl !== undefined) known.url ??= known.httpUrl;
  if (typeof known.timeout === 'number') known.timeoutMs ??= known.timeout;
  if (Array.isArray(known.disabledTools)) known.deny ??= known.disabledTools;
  for (const foreign of FOREIGN) delete known[foreign];
  return known;
}

const FOREIGN = [
  'httpUrl',
  'timeout',
  'disabledTools',
  'alwaysAllow',
  'autoApprove',
  'trust',
  'description',
  'envFile',
  'dev',
  'gallery',
  'version',
];

/** Removes comments and trailing commas outside of strings. */
function withoutComments(text: string): string {
  const plain = text.replace(/"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('"') ? part : ' ',
  );
  return plain.replace(/"(?:\\.|[^"\\])*"|,(?=\s*[}\]])/g, (part) => (part.startsWith('"') ? part : ''));
}

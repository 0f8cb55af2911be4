// Owns reading MCP servers from configuration files of other programs: `mcpServers` of Claude Desktop, Cursor and others, `servers` of
// VS Code; with comments and trailing commas. Checking each server is left to `server-config.ts`.

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { DefinitionError } from '../core/definition-error.ts';
import { isObject } from '../core/json.ts';
import { whyUnreadable } from '../core/unreadable.ts';
import type { McpServerConfig, McpServers } from './server-config.ts';
import { checkServerConfig, isServerField } from './server-config.ts';

interface FileOptions {
  readonly onProblem: (problem: string) => void;
  /** The value of `${workspaceFolder}` in `envFile`. */
  readonly workspaceFolder: string;
}

/** Throws a DefinitionError that names the file when it cannot be read. A server that is wrong is left out alone. */
export function readServersFile(path: string, { onProblem, workspaceFolder }: FileOptions): McpServers {
  const folders = { own: dirname(path), workspaceFolder };
  const value = parse(path);
  const listed = value.mcpServers ?? value.servers;
  if (!isObject(listed)) throw new DefinitionError(`${path} has no \`mcpServers\` (or \`servers\`).`);
  const servers = new Map<string, McpServerConfig>();
  for (const [name, config] of Object.entries(listed)) {
    try {
      const { known, foreign } = withOwnNames(config, folders);
      servers.set(name, checkServerConfig(name, known));
      if (foreign.length > 0)
        onProblem(`${path}: MCP server \`${name}\`: ${listOf(foreign)} of other programs: ignored.`);
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      onProblem(`${path}: ${error.message} It is left out.`);
    }
  }
  return Object.fromEntries(servers);
}

function listOf(fields: readonly string[]): string {
  const names = fields.map((field) => `\`${field}\``).join(', ');
  return fields.length === 1 ? `the field ${names} is` : `the fields ${names} are`;
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

interface Folders {
  /** Of the configuration file. */
  readonly own: string;
  readonly workspaceFolder: string;
}

interface OwnNames {
  readonly known: unknown;
  /** Fields that somebody may have counted on. */
  readonly foreign: readonly string[];
}

/** Shorter ones are meant in seconds, as some programs write them. */
const LEAST_MS = 1000;

/** Renames the fields of other programs that mean the same here, and drops those that mean nothing here. */
function withOwnNames(config: unknown, folders: Folders): OwnNames {
  if (!isObject(config)) return { known: config, foreign: [] };
  const known: Record<string, unknown> = { ...config };
  known.url ??= known.httpUrl ?? known.serverUrl;
  if (typeof known.timeout === 'number') {
    known.timeoutMs ??= known.timeout < LEAST_MS ? known.timeout * 1000 : known.timeout;
  }
  if (Array.isArray(known.disabledTools)) known.deny ??= known.disabledTools;
  if (Array.isArray(known.excludeTools)) known.deny ??= known.excludeTools;
  if (Array.isArray(known.includeTools)) known.allow ??= known.includeTools;
  // Of Copilot; `*` stands for all there too.
  if (Array.isArray(known.tools)) known.allow ??= known.tools;
  if (typeof known.envFile === 'string') known.env = { ...readEnv(known.envFile, folders), ...(known.env as object) };
  if (known.type === 'local') known.type = 'stdio';
  if (known.url === undefined) delete known.url;
  const isOwn = (field: string): boolean => isServerField(field) && !(field === 'auth' && !isOwnAuth(known.auth));
  const foreign = Object.keys(known).filter((field) => !isOwn(field));
  for (const field of foreign) delete known[field];
  return { known, foreign: foreign.filter((field) => !READ.has(field) && !NOTED.has(field)) };
}

/** Relative to the file that names it. Throws a DefinitionError when it cannot be read: a server without its variables would fail later. */
function readEnv(envFile: string, { own, workspaceFolder }: Folders): Readonly<Record<string, string | undefined>> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a placeholder of the file
  const path = resolve(own, envFile.replaceAll('${workspaceFolder}', workspaceFolder));
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new DefinitionError(`Its \`envFile\` ${path} cannot be read.`, { cause });
  }
}

/** Cursor writes credentials in another form under the same name. */
function isOwnAuth(auth: unknown): boolean {
  return !isObject(auth) || 'type' in auth;
}

/** Read above under the names of this project. */
const READ = new Set([
  'httpUrl',
  'serverUrl',
  'timeout',
  'disabledTools',
  'excludeTools',
  'includeTools',
  'tools',
  'envFile',
]);

/** Switches of approvals and texts for people: nobody misses them here, and approvals are never switched off by a file. */
const NOTED = new Set([
  ...[
    'alwaysAllow',
    'autoApprove',
    'trust',
    'description',
    'dev',
    'gallery',
    'version',
    'icon',
    'watchPaths',
    'alwaysLoad',
  ],
]);

/** Removes comments and trailing commas outside of strings. */
function withoutComments(text: string): string {
  const plain = text.replace(/"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('"') ? part : ' ',
  );
  return plain.replace(/"(?:\\.|[^"\\])*"|,(?=\s*[}\]])/g, (part) => (part.startsWith('"') ? part : ''));
}

// Owns reading MCP servers from configuration files of other programs, with comments and trailing commas. The forms that they have are left to
// `foreign-config.ts`, checking each server to `server-config.ts`.

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { DefinitionError } from '../core/definition-error.ts';
import { isObject } from '../core/json.ts';
import { whyUnreadable } from '../core/unreadable.ts';
import { inputNames } from './expand.ts';
import { foreignServers, withOwnNames } from './foreign-config.ts';
import type { McpServerConfig, McpServers } from './server-config.ts';
import { checkServerConfig } from './server-config.ts';

interface FileOptions {
  readonly onProblem: (problem: string) => void;
  /** The value of `${workspaceFolder}` in `envFile`. */
  readonly workspaceFolder: string;
}

/** Throws a DefinitionError that names the file when it cannot be read. A server that is wrong is left out alone. */
export function readServersFile(path: string, options: FileOptions): McpServers {
  try {
    return readServers(path, readFileSync(path, 'utf8'), options);
  } catch (cause) {
    if (cause instanceof DefinitionError) throw cause;
    throw new DefinitionError(`The file ${path} cannot be read: ${whyUnreadable(cause)}.`, { cause });
  }
}

/** The same of a file whose text is known. */
export function readServers(path: string, text: string, { onProblem, workspaceFolder }: FileOptions): McpServers {
  const folders = { own: dirname(path), workspaceFolder };
  const value = parse(path, text);
  const listed = foreignServers(value, workspaceFolder);
  if (listed === undefined) throw new DefinitionError(`${path} has no \`mcpServers\` (or \`servers\`).`);
  const servers = new Map<string, McpServerConfig>();
  for (const [name, config] of Object.entries(listed.servers)) {
    try {
      const { known, foreign } = withOwnNames(config, (envFile) => readEnv(envFile, folders));
      servers.set(name, withInputs(checkServerConfig(name, known), listed.inputs));
      if (foreign.length > 0)
        onProblem(`${path}: MCP server \`${name}\`: ${listOf(foreign)} of other programs: ignored.`);
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      onProblem(`${path}: ${error.message} It is left out.`);
    }
  }
  return Object.fromEntries(servers);
}

/** With what the placeholders that it has for inputs ask for. */
function withInputs(config: McpServerConfig, described: Readonly<Record<string, string>>): McpServerConfig {
  const wanted = inputNames(config).flatMap((name) => (name in described ? [[name, described[name] ?? '']] : []));
  return wanted.length === 0 ? config : { ...config, inputs: { ...Object.fromEntries(wanted), ...config.inputs } };
}

function listOf(fields: readonly string[]): string {
  const names = fields.map((field) => `\`${field}\``).join(', ');
  return fields.length === 1 ? `the field ${names} is` : `the fields ${names} are`;
}

function parse(path: string, text: string): Readonly<Record<string, unknown>> {
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

/** Removes comments and trailing commas outside of strings. */
function withoutComments(text: string): string {
  const plain = text.replace(/"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('"') ? part : ' ',
  );
  return plain.replace(/"(?:\\.|[^"\\])*"|,(?=\s*[}\]])/g, (part) => (part.startsWith('"') ? part : ''));
}

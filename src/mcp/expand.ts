// Owns placeholders in a server's configuration: `${VAR}`, `${VAR:-default}`, `${env:VAR}`, `${input:name}`, `${workspaceFolder}` and the like.

import { homedir } from 'node:os';
import { basename, sep } from 'node:path';
import { VllmError } from '../core/vllm-error.ts';
import type { McpServerConfig } from './server-config.ts';
import { checkServerConfig } from './server-config.ts';
import type { SignInOptions } from './sign-in.ts';

/** What a server takes from the process around it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The value of `${workspaceFolder}`. */
  readonly workspaceFolder: string;
  /** Of this package, for servers that ask. */
  readonly version: string;
  /** Where tokens are kept, and how the user is asked to sign in. Absent: no sign-ins. */
  readonly signIn?: SignInOptions;
  /** What could not be read, as a sentence. */
  readonly problem?: string;
}

/** The configuration with its placeholders filled in. Throws a VllmError that names the field and the variable, never a value. */
export function expandConfig(
  name: string,
  { inputs: _described, ...config }: McpServerConfig,
  surroundings: Surroundings,
  inputs: ReadonlyMap<string, string> = new Map(),
): McpServerConfig {
  return checkServerConfig(name, expandValue(config, '', { name, surroundings, inputs }));
}

/** The names of what the user has to be asked for. */
export function inputNames({ inputs: _described, ...config }: McpServerConfig): readonly string[] {
  const found = JSON.stringify(config).matchAll(/\$\{input:([^{}"\\]+)\}/g);
  return [...new Set([...found].map(([, name = '']) => name))];
}

interface Place {
  readonly name: string;
  readonly surroundings: Surroundings;
  /** What the user was asked for. */
  readonly inputs: ReadonlyMap<string, string>;
}

function expandValue(value: unknown, field: string, place: Place): unknown {
  if (typeof value === 'string') return expandText(value, field, place);
  if (Array.isArray(value)) return value.map((entry) => expandValue(entry, field, place));
  if (typeof value !== 'object' || value === null) return value;
  const inner = (key: string): string => (field === '' ? key : `${field}.${key}`);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, expandValue(entry, inner(key), place)]));
}

const PLACEHOLDER = /\$\{([^}]*)\}/g;

function expandText(text: string, field: string, { name, surroundings, inputs }: Place): string {
  const { env, workspaceFolder } = surroundings;
  return text.replace(PLACEHOLDER, (whole, inside: string) => {
    if (inside === 'workspaceFolder') return workspaceFolder;
    if (inside === 'workspaceFolderBasename') return basename(workspaceFolder);
    if (inside === 'userHome') return env.HOME ?? env.USERPROFILE ?? homedir();
    if (inside === 'pathSeparator' || inside === '/') return sep;
    if (inside.startsWith('input:'))
      return inputs.get(inside.slice('input:'.length)) ?? missingInput(name, field, inside);
    const found = /^(?:env:)?([A-Za-z_]\w*)(?::-([\s\S]*))?$/.exec(inside);
    const variable = found?.[1];
    const given = variable === undefined ? undefined : env[variable];
    if (given !== undefined && (given !== '' || found?.[2] === undefined)) return given;
    if (found?.[2] !== undefined) return found[2];
    const what =
      variable === undefined
        ? `${whole} is not a placeholder that is known here`
        : `the variable ${variable} is not set`;
    const remedy = `Set it, or write \${${variable ?? 'NAME'}:-default}.`;
    const problem = surroundings.problem === undefined ? '' : ` ${surroundings.problem}`;
    throw new VllmError(`MCP server \`${name}\`, \`${field}\`: ${what}. ${remedy}${problem}`, { code: 'mcp_config' });
  });
}

function missingInput(name: string, field: string, inside: string): never {
  const what = `\${${inside}} asks for a value, and there is nobody to ask`;
  const remedy = 'Run the agent in a terminal, or write the variable of an environment in its place.';
  throw new VllmError(`MCP server \`${name}\`, \`${field}\`: ${what}. ${remedy}`, { code: 'mcp_config' });
}

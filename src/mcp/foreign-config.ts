// Owns the forms in which other programs write servers: where a file has them, and what their fields are called here. Reading a file is left
// to `config-file.ts`, checking a server to `server-config.ts`.

import { isObject } from '../core/json.ts';
import { isServerField } from './server-config.ts';

type Fields = Readonly<Record<string, unknown>>;

interface ForeignServers {
  /** By name, in their own forms. */
  readonly servers: Fields;
  /** What `${input:x}` asks for, in words, by name. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** The servers of a whole file; undefined when it has none in a form that is known. `folder` is the one that the user works in. */
export function foreignServers(file: Fields, folder: string): ForeignServers | undefined {
  const servers = serversOf(file, folder);
  return servers && { servers, inputs: inputsOf(file) };
}

function serversOf(file: Fields, folder: string): Fields | undefined {
  const { mcpServers, servers, context_servers: zed, mcp, projects } = file;
  // Claude Code keeps those of each project apart.
  const project = isObject(projects) && isObject(projects[folder]) ? projects[folder].mcpServers : undefined;
  if (isObject(project)) return { ...(isObject(mcpServers) && mcpServers), ...project };
  for (const listed of [mcpServers, servers, zed]) if (isObject(listed)) return listed;
  // The settings of VS Code, and opencode.
  if (isObject(mcp)) return isObject(mcp.servers) ? mcp.servers : mcp;
  return isPublished(file) ? publishedServer(file) : undefined;
}

/** Of VS Code. */
function inputsOf({ inputs }: Fields): Readonly<Record<string, string>> {
  const known = Array.isArray(inputs) ? inputs.filter(isObject) : [];
  return Object.fromEntries(
    known.flatMap(({ id, description }) =>
      typeof id === 'string' && typeof description === 'string' ? [[id, description]] : [],
    ),
  );
}

/** A `server.json` of the registry: a description of one server, for programs that install it. */
function isPublished({ name, packages, remotes }: Fields): boolean {
  return typeof name === 'string' && (Array.isArray(packages) || Array.isArray(remotes));
}

function publishedServer({ name, packages, remotes }: Fields): Fields {
  const short = String(name).split('/').at(-1) ?? '';
  const [published] = Array.isArray(packages) ? packages.filter(isObject) : [];
  const [remote] = Array.isArray(remotes) ? remotes.filter(isObject) : [];
  const config = published === undefined ? remoteServer(remote ?? {}) : packagedServer(published);
  return { [short]: config };
}

function remoteServer({ type, url, headers }: Fields): Fields {
  const given = valuesOf(headers);
  return { url, type: type === 'sse' ? 'sse' : 'http', ...(Object.keys(given).length > 0 && { headers: given }) };
}

/** How each kind of package is started, without installing it. */
function packagedServer(published: Fields): Fields {
  const { registryType, identifier, version, environmentVariables } = published;
  const name = String(identifier);
  const pinned = typeof version === 'string' && version !== '' ? version : undefined;
  const before = argumentsOf(published.runtimeArguments);
  const after = argumentsOf(published.packageArguments);
  const env = valuesOf(environmentVariables);
  const rest = Object.keys(env).length > 0 ? { env } : {};
  switch (registryType) {
    case 'npm':
      return { command: 'npx', args: ['-y', ...before, pinned ? `${name}@${pinned}` : name, ...after], ...rest };
    case 'pypi':
      return { command: 'uvx', args: [...before, pinned ? `${name}==${pinned}` : name, ...after], ...rest };
    case 'oci': {
      const passed = Object.keys(env).flatMap((variable) => ['-e', variable]);
      return { command: 'docker', args: ['run', '-i', '--rm', ...passed, ...before, name, ...after], ...rest };
    }
    default:
      // Neither a command nor a URL: told as a server that is wrong.
      return { package: registryType };
  }
}

/** Texts as they stand; a value that the user has to give is a placeholder for it. */
function argumentsOf(given: unknown): readonly string[] {
  return (Array.isArray(given) ? given.filter(isObject) : []).flatMap(
    ({ type, name, value, default: usual, valueHint }) => {
      const own = value ?? usual;
      const text = typeof own === 'string' ? own : `\${input:${String(valueHint ?? name ?? 'value')}}`;
      return type === 'named'
        ? [String(name), ...(own === undefined && valueHint === undefined ? [] : [text])]
        : [text];
    },
  );
}

function valuesOf(given: unknown): Readonly<Record<string, string>> {
  const known = Array.isArray(given) ? given.filter(isObject) : [];
  return Object.fromEntries(
    known.flatMap(({ name, value, default: usual, isRequired }) => {
      const own = value ?? usual;
      if (typeof own === 'string') return [[String(name), own]];
      return isRequired === true ? [[String(name), `\${${String(name)}}`]] : [];
    }),
  );
}

export interface OwnNames {
  readonly known: unknown;
  /** Fields that somebody may have counted on. */
  readonly foreign: readonly string[];
}

/** Shorter ones are meant in seconds, as some programs write them. */
const LEAST_MS = 1000;

/**
 * Renames the fields of other programs that mean the same here, and drops those that mean nothing here. `readEnv` gives the variables of a
 * file.
 */
export function withOwnNames(config: unknown, readEnv: (path: string) => object): OwnNames {
  if (!isObject(config)) return { known: config, foreign: [] };
  const known: Record<string, unknown> = { ...config };
  // Zed has all of it in one field, opencode a list that begins with it.
  if (isObject(known.command)) {
    const { path, args, env } = known.command;
    Object.assign(known, { command: path, args: args ?? [], env: env ?? {} });
  }
  if (Array.isArray(known.command)) {
    const [command, ...args] = known.command;
    Object.assign(known, { command, args });
  }
  known.env ??= known.environment;
  if (known.enabled === false) known.disabled ??= true;
  known.url ??= known.httpUrl ?? known.serverUrl;
  if (typeof known.timeout === 'number') {
    known.timeoutMs ??= known.timeout < LEAST_MS ? known.timeout * 1000 : known.timeout;
  }
  if (Array.isArray(known.disabledTools)) known.deny ??= known.disabledTools;
  if (Array.isArray(known.excludeTools)) known.deny ??= known.excludeTools;
  if (Array.isArray(known.includeTools)) known.allow ??= known.includeTools;
  // Of Copilot; `*` stands for all there too.
  if (Array.isArray(known.tools)) known.allow ??= known.tools;
  if (typeof known.envFile === 'string') known.env = { ...readEnv(known.envFile), ...(known.env as object) };
  if (known.type === 'local') known.type = 'stdio';
  if (known.type === 'remote') known.type = 'http';
  for (const field of ['url', 'env']) if (known[field] === undefined) delete known[field];
  const isOwn = (field: string): boolean => isServerField(field) && !(field === 'auth' && !isOwnAuth(known.auth));
  const foreign = Object.keys(known).filter((field) => !isOwn(field));
  for (const field of foreign) delete known[field];
  return { known, foreign: foreign.filter((field) => !READ.has(field) && !NOTED.has(field)) };
}

/** Cursor writes credentials in another form under the same name. */
function isOwnAuth(auth: unknown): boolean {
  return !isObject(auth) || 'type' in auth;
}

/** Read above under the names of this project. */
const READ = new Set([
  ...['httpUrl', 'serverUrl', 'timeout', 'disabledTools', 'excludeTools', 'includeTools', 'tools', 'envFile'],
  ...['environment', 'enabled', 'source'],
]);

/** Switches of approvals and texts for people: nobody misses them here, and approvals are never switched off by a file. */
const NOTED = new Set([
  ...['alwaysAllow', 'autoApprove', 'trust', 'description', 'dev', 'gallery', 'version', 'icon', 'watchPaths'],
  'alwaysLoad',
]);

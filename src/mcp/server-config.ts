// Owns the configuration of an MCP server, as it stands in a program or a file, and checking it. Starting the server is left to `connect.ts`.

import { DefinitionError } from '../core/definition-error.ts';
import { isObject } from '../core/json.ts';
import { nearName } from '../core/known-names.ts';

/**
 * The revision of the protocol to speak. `auto`: 2026-07-28, and 2025-11-25 (or what the server has before it) if the server does not speak
 * that.
 */
export type Protocol = '2025-11-25' | '2026-07-28' | 'auto';

/** When a person must approve a call. `hints`: when the server marks the tool as destructive, which is a hint and no protection. */
export type ApprovalPolicy = 'always' | 'never' | 'hints';

interface CommonConfig {
  /** Whether to leave the server out. Default false. */
  readonly disabled?: boolean;
  /** Whether a run fails when the server cannot be started. Default false: the run goes on with a warning. */
  readonly required?: boolean;
  /** The tools to offer, by the server's own names; `*` stands for any characters. Default: all. */
  readonly allow?: readonly string[];
  /** The tools to leave out, in the same form. Takes precedence over `allow`. */
  readonly deny?: readonly string[];
  /** The server's own name of a tool -> the name that the model is shown. Default: `server__tool`. */
  readonly rename?: Readonly<Record<string, string>>;
  /** Default: 2025-11-25 or what the server has before it, and 2026-07-28 if it says that it speaks nothing older. */
  readonly protocol?: Protocol;
  /** Default `hints`. */
  readonly approval?: ApprovalPolicy;
  /** Milliseconds within which the server must be ready. Default 30 000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds that a call may take without reporting progress. Default 120 000. */
  readonly timeoutMs?: number;
  /** Milliseconds that a call may take in all. Default 1 800 000. */
  readonly maxCallMs?: number;
  /**
   * Folders of the user that the server may ask for, as paths or `file://` URIs. Default: none. The filesystem server, for one, uses
   * them instead of its arguments.
   */
  readonly roots?: readonly string[];
  /** Whether the model is offered tools that list and read the server's resources. Default false. */
  readonly resourceTools?: boolean;
  /** Whether the model is given the server's instructions. Default true. */
  readonly instructions?: boolean;
  /** What each placeholder `${input:name}` asks the user for, in words. Default: its name. */
  readonly inputs?: Readonly<Record<string, string>>;
}

/** A program with MCP on its standard input and output. */
export interface StdioServerConfig extends CommonConfig {
  readonly type?: 'stdio';
  readonly command: string;
  readonly args?: readonly string[];
  /** Variables beside those that programs need to run, to reach the network and to speak the user's language. No other one is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A server at a URL: Streamable HTTP, or the older SSE when the server does not support it. */
export interface HttpServerConfig extends CommonConfig {
  readonly type?: 'http' | 'streamable-http' | 'streamableHttp' | 'sse';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How to sign in when the server requires it. Default: in the browser, if the program runs in a terminal. */
  readonly auth?: AuthConfig;
}

/** `issuer` is the URL of the authorization server that configured credentials are for. Default: only one of the server's own origin. */
export type AuthConfig =
  | { readonly type: 'none' }
  /** In the browser. `clientId` is for a client that was registered by hand. */
  | {
      readonly type: 'browser';
      readonly clientId?: string;
      readonly clientSecret?: string;
      readonly scope?: string;
      /** An https URL of a document that describes this client. */
      readonly clientMetadataUrl?: string;
      readonly issuer?: string;
    }
  | {
      readonly type: 'client_credentials';
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope?: string;
      readonly issuer?: string;
    }
  /** With a key in PEM. `algorithm` is a JWT name; default RS256. */
  | {
      readonly type: 'private_key_jwt';
      readonly clientId: string;
      readonly privateKey: string;
      readonly algorithm?: string;
      readonly scope?: string;
      readonly issuer?: string;
    };

/** A server in this program, or behind a transport of your own. */
export interface TransportServerConfig extends CommonConfig {
  readonly type?: undefined;
  /** Makes a new transport of the MCP SDK for each connection, such as one end of `InMemoryTransport.createLinkedPair()`. */
  readonly transport: () => McpTransport | Promise<McpTransport>;
}

/** The part of the SDK's transports that is needed to pass one on. */
export interface McpTransport {
  start(): Promise<void>;
  send(message: never): Promise<void>;
  close(): Promise<void>;
}

export type McpServerConfig = StdioServerConfig | HttpServerConfig | TransportServerConfig;

/** By name, as in the configuration files of other programs. */
export type McpServers = Readonly<Record<string, McpServerConfig>>;

const COMMON = new Set([
  'type',
  'disabled',
  'required',
  'allow',
  'deny',
  'rename',
  'protocol',
  'approval',
  'connectTimeoutMs',
  'timeoutMs',
  'maxCallMs',
  'roots',
  'resourceTools',
  'instructions',
  'inputs',
]);
const OF_STDIO = new Set(['command', 'args', 'env', 'cwd']);
const OF_HTTP = new Set(['url', 'headers', 'auth']);
/** Whether a field of a configuration in a file means something here, for one kind of server or another. */
export function isServerField(field: string): boolean {
  return COMMON.has(field) || OF_STDIO.has(field) || OF_HTTP.has(field);
}

const HTTP_TYPES = new Set(['http', 'streamable-http', 'streamableHttp', 'sse']);

/** Throws a DefinitionError that names the server, the field and the remedy. An unknown field is an error, as it would do nothing. */
export function checkServerConfig(name: string, config: unknown): McpServerConfig {
  const fail = (what: string): never => {
    throw new DefinitionError(`MCP server \`${name}\`: ${what}`);
  };
  if (name.trim() === '') fail('its name is empty.');
  if (!isObject(config)) return fail('its configuration is not an object.');
  const { type, command, url, transport } = config;
  const isHttp = url !== undefined;
  if ([command, url, transport].filter((field) => field !== undefined).length !== 1) {
    fail('give it either a `command` to start or a `url` to connect to (or, in a program, a `transport`).');
  }
  if (type !== undefined && !(isHttp ? HTTP_TYPES.has(String(type)) : type === 'stdio')) {
    fail(`\`type\` is ${JSON.stringify(type)}; it must be ${isHttp ? [...HTTP_TYPES].join(', ') : 'stdio'}.`);
  }
  const own = isHttp ? OF_HTTP : transport === undefined ? OF_STDIO : new Set(['transport']);
  for (const field of Object.keys(config)) {
    if (COMMON.has(field) || own.has(field)) continue;
    const near = nearName(field, [...COMMON, ...own]);
    fail(`there is no field \`${field}\`.${near === undefined ? '' : ` Did you mean \`${near}\`?`}`);
  }
  if (isHttp) {
    checkUrl(String(url), fail);
    checkAuth(config.auth, fail);
  } else if (transport !== undefined) {
    if (typeof transport !== 'function') fail('`transport` must be a function that makes one.');
  } else if (typeof command !== 'string' || command.trim() === '') fail('`command` is empty.');
  checkLists(config, fail);
  return config as unknown as McpServerConfig; // its fields have been checked one by one
}

function checkUrl(text: string, fail: (what: string) => never): void {
  // Checked again once its placeholders are filled in.
  if (text.includes('${')) return;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // The parser's message does not help.
    fail('`url` is not a valid URL.');
    return;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') fail('`url` must begin with http:// or https://.');
  if (url.username !== '' || url.password !== '') {
    fail('`url` contains a user or password: use `headers` with a placeholder for a variable instead.');
  }
}

/** The fields of each kind of `auth`; those that are required end with `!`. */
const AUTH_FIELDS: Readonly<Record<string, readonly string[]>> = {
  none: [],
  browser: ['clientId', 'clientSecret', 'scope', 'clientMetadataUrl', 'issuer'],
  client_credentials: ['clientId!', 'clientSecret!', 'scope', 'issuer'],
  private_key_jwt: ['clientId!', 'privateKey!', 'algorithm', 'scope', 'issuer'],
};

function checkAuth(auth: unknown, fail: (what: string) => never): void {
  if (auth === undefined) return;
  const type = isObject(auth) ? String(auth.type) : '';
  const known = Object.hasOwn(AUTH_FIELDS, type) ? AUTH_FIELDS[type] : undefined;
  if (!isObject(auth) || known === undefined) {
    fail(`\`auth\` must have a \`type\`: ${Object.keys(AUTH_FIELDS).join(', ')}.`);
    return;
  }
  for (const field of known) {
    const name = field.replace('!', '');
    const value = auth[name];
    if (value === undefined && field === name) continue;
    if (typeof value !== 'string' || value === '') fail(`\`auth.${name}\` must be a text.`);
  }
  const unknown = Object.keys(auth).find(
    (key) => key !== 'type' && !known.some((field) => field.replace('!', '') === key),
  );
  if (unknown !== undefined) fail(`there is no field \`auth.${unknown}\`.`);
  if (typeof auth.issuer === 'string' && !auth.issuer.includes('${') && !URL.canParse(auth.issuer)) {
    fail('`auth.issuer` is not a valid URL.');
  }
}

function checkLists(config: Readonly<Record<string, unknown>>, fail: (what: string) => never): void {
  for (const field of ['args', 'allow', 'deny', 'roots']) {
    const value = config[field];
    if (value !== undefined && !(Array.isArray(value) && value.every((entry) => typeof entry === 'string'))) {
      fail(`\`${field}\` must be a list of strings.`);
    }
  }
  for (const field of ['env', 'headers', 'rename', 'inputs']) {
    const value = config[field];
    if (value !== undefined && !(isObject(value) && Object.values(value).every((entry) => typeof entry === 'string'))) {
      fail(`\`${field}\` must be an object of strings.`);
    }
  }
  for (const field of ['connectTimeoutMs', 'timeoutMs', 'maxCallMs']) {
    const value = config[field];
    if (value !== undefined && !(typeof value === 'number' && value > 0))
      fail(`\`${field}\` must be a number above 0.`);
  }
  const { approval, protocol, type } = config;
  if (protocol !== undefined && protocol !== '2025-11-25' && protocol !== '2026-07-28' && protocol !== 'auto') {
    fail('`protocol` must be 2025-11-25, 2026-07-28 or auto.');
  }
  if (protocol === '2026-07-28' && type === 'sse') fail('`protocol` 2026-07-28 has no `type` sse: use http.');
  if (approval !== undefined && approval !== 'always' && approval !== 'never' && approval !== 'hints') {
    fail('`approval` must be always, never or hints.');
  }
}

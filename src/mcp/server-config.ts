// Owns how an MCP server is named in a program or a file, and checking that. Starting one is left to `connect.ts`.

import { DefinitionError } from '../core/definition-error.ts';
import { isObject } from '../core/json.ts';

/** When a person is asked before a call. `hints`: when the tool says of itself that it destroys; a hint, no protection. */
export type ApprovalPolicy = 'always' | 'never' | 'hints';

interface CommonConfig {
  /** A server that is configured and not to be used. */
  readonly disabled?: boolean;
  /** Whether a run fails when the server is not there. Default false: it goes on with a warning. */
  readonly required?: boolean;
  /** Raw names of tools, with `*`. Left out: all. */
  readonly allow?: readonly string[];
  /** Raw names of tools, with `*`; wins over `allow`. */
  readonly deny?: readonly string[];
  /** Raw name of a tool -> the name that the model is shown. */
  readonly rename?: Readonly<Record<string, string>>;
  /** Default `hints`. */
  readonly approval?: ApprovalPolicy;
  /** Milliseconds until the server must be ready. Default 30 000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds of silence in a call; progress starts it anew. Default 120 000. */
  readonly timeoutMs?: number;
  /** Milliseconds of a call whatever its progress. Default 1 800 000. */
  readonly maxCallMs?: number;
  /**
   * Folders that the server is told are the user's, as paths or `file://` URIs. Left out: it is told of none, and keeps to its own
   * arguments; the filesystem server for one lets roots take their place.
   */
  readonly roots?: readonly string[];
  /** Offers the model tools to list and read the server's resources. Default false. */
  readonly resourceTools?: boolean;
  /** Whether the model is told what the server says of itself. Default true. */
  readonly instructions?: boolean;
}

/** A program that speaks MCP over its standard input and output. */
export interface StdioServerConfig extends CommonConfig {
  readonly type?: 'stdio';
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to HOME, LOGNAME, PATH, SHELL, TERM and USER: nothing else of this process's environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A server at a URL: Streamable HTTP, or the older SSE where it knows no better. */
export interface HttpServerConfig extends CommonConfig {
  readonly type?: 'http' | 'streamable-http' | 'streamableHttp' | 'sse';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How to sign in where the server asks for it. Left out: in the browser, when somebody is there. */
  readonly auth?: AuthConfig;
}

export type AuthConfig =
  | { readonly type: 'none' }
  /** In the browser; `clientId` for a client that is registered by hand. */
  | {
      readonly type: 'browser';
      readonly clientId?: string;
      readonly clientSecret?: string;
      readonly scope?: string;
      /** An https URL of a document that describes this client. */
      readonly clientMetadataUrl?: string;
    }
  | {
      readonly type: 'client_credentials';
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope?: string;
    }
  /** With a key in PEM, `algorithm` as JWT names it; default RS256. */
  | {
      readonly type: 'private_key_jwt';
      readonly clientId: string;
      readonly privateKey: string;
      readonly algorithm?: string;
      readonly scope?: string;
    };

/** A server in this program, or behind a way of its own. */
export interface TransportServerConfig extends CommonConfig {
  readonly type?: undefined;
  /** Makes a transport as the MCP SDK has them, such as one end of `InMemoryTransport.createLinkedPair()`; a new one each time. */
  readonly transport: () => McpTransport | Promise<McpTransport>;
}

/** The form of the SDK's transports, as far as it is needed to hand one on. */
export interface McpTransport {
  start(): Promise<void>;
  send(message: never): Promise<void>;
  close(): Promise<void>;
}

export type McpServerConfig = StdioServerConfig | HttpServerConfig | TransportServerConfig;

/** By name, as in the configuration files of other hosts. */
export type McpServers = Readonly<Record<string, McpServerConfig>>;

const COMMON = new Set([
  'type',
  'disabled',
  'required',
  'allow',
  'deny',
  'rename',
  'approval',
  'connectTimeoutMs',
  'timeoutMs',
  'maxCallMs',
  'roots',
  'resourceTools',
  'instructions',
]);
const OF_STDIO = new Set(['command', 'args', 'env', 'cwd']);
const OF_HTTP = new Set(['url', 'headers', 'auth']);
const HTTP_TYPES = new Set(['http', 'streamable-http', 'streamableHttp', 'sse']);

/** Throws a DefinitionError that names the server, the field and the remedy. Unknown fields are one: they would do nothing. */
export function checkServerConfig(name: string, config: unknown): McpServerConfig {
  const fail = (what: string): never => {
    throw new DefinitionError(`MCP server \`${name}\`: ${what}`);
  };
  if (name.trim() === '') fail('its name is empty.');
  if (!isObject(config)) return fail('its configuration is no object.');
  const { type, command, url, transport } = config;
  const isHttp = url !== undefined;
  if ([command, url, transport].filter((way) => way !== undefined).length !== 1) {
    fail('give it either a `command` to start or a `url` to connect to.');
  }
  if (type !== undefined && !(isHttp ? HTTP_TYPES.has(String(type)) : type === 'stdio')) {
    fail(`\`type\` is ${JSON.stringify(type)}; it is to be ${isHttp ? [...HTTP_TYPES].join(', ') : 'stdio'}.`);
  }
  const own = isHttp ? OF_HTTP : transport === undefined ? OF_STDIO : new Set(['transport']);
  for (const field of Object.keys(config)) {
    if (!COMMON.has(field) && !own.has(field)) fail(`there is no field \`${field}\`.`);
  }
  if (isHttp) checkUrl(String(url), fail);
  else if (transport !== undefined) {
    if (typeof transport !== 'function') fail('`transport` is to be a function that makes one.');
  } else if (typeof command !== 'string' || command.trim() === '') fail('`command` is empty.');
  checkLists(config, fail);
  return config as unknown as McpServerConfig; // the fields were looked at one by one
}

function checkUrl(text: string, fail: (what: string) => never): void {
  // Placeholders are filled in later, and looked at then.
  if (text.includes('${')) return;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // The parser's own words do not help.
    fail('`url` is no URL.');
    return;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') fail('`url` must begin with http:// or https://.');
  if (url.username !== '' || url.password !== '') {
    fail('`url` holds a user or password: give them in `headers`, from the environment.');
  }
}

function checkLists(config: Readonly<Record<string, unknown>>, fail: (what: string) => never): void {
  for (const field of ['args', 'allow', 'deny', 'roots']) {
    const value = config[field];
    if (value !== undefined && !(Array.isArray(value) && value.every((entry) => typeof entry === 'string'))) {
      fail(`\`${field}\` is to be a list of texts.`);
    }
  }
  for (const field of ['env', 'headers', 'rename']) {
    const value = config[field];
    if (value !== undefined && !(isObject(value) && Object.values(value).every((entry) => typeof entry === 'string'))) {
      fail(`\`${field}\` is to be an object of texts.`);
    }
  }
  for (const field of ['connectTimeoutMs', 'timeoutMs', 'maxCallMs']) {
    const value = config[field];
    if (value !== undefined && !(typeof value === 'number' && value > 0))
      fail(`\`${field}\` is to be a number above 0.`);
  }
  const { approval } = config;
  if (approval !== undefined && approval !== 'always' && approval !== 'never' && approval !== 'hints') {
    fail('`approval` is to be always, never or hints.');
  }
}

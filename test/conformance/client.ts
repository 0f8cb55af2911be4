// Owns the client that the conformance suite starts: a mounted server, used as a run without a user does. The suite gives the server's
// URL as the last argument, and what else a scenario needs in the environment.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/core/json.ts';
import { isObject } from '../../src/core/json.ts';
import { createServer } from '../../src/mcp/server.ts';
import type { AuthConfig, HttpServerConfig } from '../../src/mcp/server-config.ts';
import type { Tool } from '../../src/tool/tool.ts';
import type { ProviderContext } from '../../src/tool/tool-provider.ts';

const url = process.argv.at(-1) ?? '';
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? '';
const context: unknown = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');

/** The suite's own authorize page sends straight back to the loopback address: the browser of this client. */
function browse(_server: string, page: string): void {
  fetch(page).catch((error: unknown) => process.stderr.write(`the browser failed: ${String(error)}\n`));
}

function authOf(): AuthConfig {
  const given = isObject(context) ? context : {};
  const {
    client_id: clientId,
    client_secret: clientSecret,
    private_key_pem: privateKey,
    signing_algorithm: algorithm,
  } = given;
  if (typeof clientId === 'string' && typeof privateKey === 'string' && typeof algorithm === 'string') {
    return { type: 'private_key_jwt', clientId, privateKey, algorithm };
  }
  const isProgram = scenario.startsWith('auth/client-credentials');
  if (isProgram && typeof clientId === 'string' && typeof clientSecret === 'string') {
    return { type: 'client_credentials', clientId, clientSecret };
  }
  return {
    type: 'browser',
    clientMetadataUrl: 'https://conformance-test.local/client-metadata.json',
    ...(typeof clientId === 'string' && { clientId }),
    ...(typeof clientSecret === 'string' && { clientSecret }),
  };
}

/** Something that fits, for each argument that must be. */
async function argumentsFor({ name: tool, schema }: Tool): Promise<JsonObject> {
  // This one checks that a schema arrives as it was sent.
  if (tool.endsWith('__json_schema_echo')) return { schema: await listedSchema() };
  const { properties, required } = schema.jsonSchema;
  const names = Array.isArray(required) ? required : [];
  return Object.fromEntries(
    names.map((name) => {
      const property = isObject(properties) ? properties[String(name)] : undefined;
      const type = isObject(property) ? property.type : undefined;
      return [String(name), type === 'number' || type === 'integer' ? 2 : type === 'boolean' ? true : 'text'];
    }),
  );
}

async function listedSchema(): Promise<JsonObject> {
  const { tools } = await (await server.connection()).listTools(provided.signal);
  const [listed] = tools
    .filter(isObject)
    .filter(({ inputSchema }) => isObject(inputSchema) && '$schema' in inputSchema);
  return (listed?.inputSchema ?? {}) as JsonObject;
}

interface PlannedCall {
  readonly tool: Tool;
  readonly args: JsonObject;
}

/** The calls that the scenario asks for, or one of every tool. */
async function planCalls(tools: readonly Tool[]): Promise<readonly PlannedCall[]> {
  const wanted = isObject(context) && Array.isArray(context.toolCalls) ? context.toolCalls.filter(isObject) : [];
  if (wanted.length > 0) {
    return wanted.flatMap(({ name, arguments: args }) => {
      const tool = tools.find((listed) => listed.name === `${NAME}__${String(name)}`);
      return tool === undefined ? [] : [{ tool, args: args as JsonObject }];
    });
  }
  return await Promise.all(tools.map(async (tool) => ({ tool, args: await argumentsFor(tool) })));
}

const NAME = 'conformance';
const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
const revision = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION;
const protocol = revision === '2026-07-28' ? revision : '2025-11-25';
const config: HttpServerConfig = { url, type: 'http', protocol, auth: authOf() };
const server = createServer(NAME, config, () => ({
  env: {},
  workspaceFolder: folder,
  version: '0.0.0',
  signIn: { tokenFile: join(folder, 'sign-ins.json'), showUrl: browse },
}));
const provided: ProviderContext = {
  // The suite ends a client that hangs.
  signal: new AbortController().signal,
  warn: ({ code, message }) => process.stderr.write(`${code}: ${message}\n`),
  askUser: async () => ({ action: 'accept', content: {} }),
};

try {
  const provider = await server.open(provided);
  for (const { tool, args } of await planCalls(provider.tools())) {
    const call = {
      signal: provided.signal,
      progress: () => undefined,
      callId: 'c',
      toolName: tool.name,
      runId: 'r',
      messages: [],
      idempotencyKey: 'k',
      context: undefined,
    };
    try {
      process.stdout.write(`${tool.name}: ${JSON.stringify(await tool.execute(args, call))}\n`);
    } catch (error) {
      process.stdout.write(`${tool.name} failed: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  await provider.close();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

// Owns a server's list of tools -> tools of this project. One that is malformed is dropped alone, with a reason.
// Calling them is left to whoever gives the function for it.

import { createHash } from 'node:crypto';
import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { fromListedSchema } from '../schema/json-schema.ts';
import type { Validator } from '../schema/validator.ts';
import { validatorFor } from '../schema/validator.ts';
import { defineTool } from '../tool/define-tool.ts';
import type { Tool, ToolContext } from '../tool/tool.ts';
import type { ApprovalPolicy, McpServerConfig } from './server-config.ts';
import { exposedName, isListed } from './tool-names.ts';

/** A tool as its server describes it. */
export interface ServerTool {
  readonly rawName: string;
  /** Of the structured part of its results. It throws when the schema that the server gave for them is not valid. */
  readonly output: Validator | undefined;
  /** A second call does what the first did: it may be repeated. A hint of the server. */
  readonly isRepeatable: boolean;
  /** Whether the server will only run it as a task, which this client does not speak. */
  readonly needsTask: boolean;
}

export type CallServerTool = (tool: ServerTool, args: JsonObject, context: ToolContext) => Promise<unknown>;

export interface ReadTools {
  /** In the server's order. */
  readonly tools: readonly Tool[];
  /** Exposed name -> hash of name, description, schema and annotations: tells when one changed. */
  readonly hashes: ReadonlyMap<string, string>;
  /** What was dropped, and why. */
  readonly dropped: readonly string[];
}

export interface ReadToolsOptions {
  readonly server: string;
  readonly config: McpServerConfig;
  readonly call: CallServerTool;
}

/** Never throws: what is wrong with a tool is in `dropped`. */
export function readTools(listed: readonly unknown[], options: ReadToolsOptions): ReadTools {
  const tools = new Map<string, Tool>();
  const hashes = new Map<string, string>();
  const dropped: string[] = [];
  for (const entry of listed) {
    const name = isObject(entry) && typeof entry.name === 'string' ? entry.name : '';
    if (!isObject(entry) || name === '') {
      dropped.push('an entry without a name');
      continue;
    }
    if (!isWanted(name, options.config)) continue;
    const exposed = options.config.rename?.[name] ?? exposedName(options.server, name);
    if (tools.has(exposed)) {
      dropped.push(`${name}: it is there twice`);
      continue;
    }
    try {
      tools.set(exposed, makeTool(entry, { name, exposed, options }));
      hashes.set(exposed, hashOf(entry));
    } catch (error) {
      dropped.push(`${name.slice(0, 80)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { tools: [...tools.values()], hashes, dropped };
}

function isWanted(name: string, { allow, deny = [] }: McpServerConfig): boolean {
  return (allow === undefined || isListed(name, allow)) && !isListed(name, deny);
}

interface Making {
  readonly name: string;
  readonly exposed: string;
  readonly options: ReadToolsOptions;
}

function makeTool(entry: Readonly<Record<string, unknown>>, { name, exposed, options }: Making): Tool {
  const { config, server, call } = options;
  const hints = isObject(entry.annotations) ? entry.annotations : {};
  const execution = isObject(entry.execution) ? entry.execution : {};
  const tool: ServerTool = {
    rawName: name,
    output: isObject(entry.outputSchema) ? validatorFor(entry.outputSchema as JsonObject, OUTPUT) : undefined,
    isRepeatable: hints.idempotentHint === true || hints.readOnlyHint === true,
    needsTask: execution.taskSupport === 'required',
  };
  const title = typeof entry.title === 'string' ? entry.title : typeof hints.title === 'string' ? hints.title : '';
  const description = typeof entry.description === 'string' ? entry.description.trim() : '';
  return defineTool({
    name: exposed,
    description: description || title || `The tool ${name} of the server ${server}.`,
    parameters: fromListedSchema(inputSchema(entry.inputSchema), `tool \`${exposed}\``),
    needsApproval: needsApproval(config.approval ?? 'hints', hints),
    // The call has limits of its own, which progress moves.
    timeoutMs: 0,
    execute: (args, context) => call(tool, args, context),
  });
}

/** Whether a result fits is all that is asked: it is shown as it came. */
const OUTPUT = { fillDefaults: false, findAll: false } as const;

/** A hint can only make the run more careful: none gives a permission. */
function needsApproval(policy: ApprovalPolicy, hints: Readonly<Record<string, unknown>>): boolean {
  if (policy !== 'hints') return policy === 'always';
  return hints.destructiveHint === true && hints.readOnlyHint !== true;
}

/** Small faults that many servers have are put right; a schema that refers to the network is none. */
function inputSchema(given: unknown): JsonObject {
  if (given !== undefined && !isObject(given)) throw new TypeError('its input schema is no object');
  const { $schema: _dialect, $id: _id, ...schema } = (given ?? {}) as Record<string, JsonObject[string]>;
  const text = JSON.stringify(schema);
  if (text.length > MAX_SCHEMA_CHARS)
    throw new TypeError(`its input schema is longer than ${MAX_SCHEMA_CHARS} characters`);
  if (/"\$ref":"(?!#)/.test(text)) throw new TypeError('its input schema refers to another document');
  return { ...schema, type: schema.type ?? 'object' };
}

const MAX_SCHEMA_CHARS = 256 * 1024;

function hashOf({
  name,
  title,
  description,
  inputSchema: input,
  annotations,
  outputSchema,
}: Record<string, unknown>): string {
  const told = JSON.stringify([name, title, description, input, annotations, outputSchema]);
  return createHash('sha256').update(told).digest('hex');
}

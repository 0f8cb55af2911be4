// Owns turning a server's list of tools into tools of this project. A malformed tool is dropped alone, with a reason.
// Calling a tool is left to `server-call.ts`.

import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { fromListedSchema } from '../schema/json-schema.ts';
import type { Validator } from '../schema/validator.ts';
import { validatorFor } from '../schema/validator.ts';
import { defineTool } from '../tool/define-tool.ts';
import type { Tool, ToolContext } from '../tool/tool.ts';
import { wellFormed } from './loss.ts';
import type { ApprovalPolicy, McpServerConfig } from './server-config.ts';
import { exposedName, isListed } from './tool-names.ts';

/** A tool as its server describes it. */
export interface ServerTool {
  readonly rawName: string;
  /** Checks the structured content of its results. Throws when the server's schema for it is not valid. */
  readonly output: Validator | undefined;
  /** Whether a call may be repeated without further effect. A hint of the server. */
  readonly isRepeatable: boolean;
  /** Whether the server runs it only as a task, which this client does not support. */
  readonly needsTask: boolean;
}

export type CallServerTool = (tool: ServerTool, args: JsonObject, context: ToolContext) => Promise<unknown>;

export interface ReadTools {
  /** In the server's order. */
  readonly tools: readonly Tool[];
  /** Exposed name -> hash of name, description, schemas and annotations, to detect a change. */
  readonly hashes: ReadonlyMap<string, string>;
  /** What was dropped, and why. */
  readonly dropped: readonly string[];
  /** Names of tools whose descriptions were cut. */
  readonly cut: readonly string[];
}

interface ReadToolsOptions {
  readonly server: string;
  readonly config: McpServerConfig;
  readonly call: CallServerTool;
}

/** Tools that are read before the rest of the program has its turn. */
const TOOLS_AT_ONCE = 20;

/** Never rejects: what is wrong with a tool is in `dropped`. */
export async function readTools(listed: readonly unknown[], options: ReadToolsOptions): Promise<ReadTools> {
  const tools = new Map<string, Tool>();
  const hashes = new Map<string, string>();
  const dropped: string[] = [];
  const cut: string[] = [];
  for (const [at, entry] of listed.entries()) {
    if (at > 0 && at % TOOLS_AT_ONCE === 0) await setImmediate();
    const name = isObject(entry) && typeof entry.name === 'string' ? entry.name : '';
    if (!isObject(entry) || name === '') {
      dropped.push('an entry without a name');
      continue;
    }
    if (!isWanted(name, options.config)) continue;
    const exposed = options.config.rename?.[name] ?? exposedName(options.server, name);
    if (tools.has(exposed)) {
      dropped.push(`${name}: it is listed twice`);
      continue;
    }
    try {
      tools.set(exposed, makeTool(entry, { name, exposed, options }));
      hashes.set(exposed, hashOf(entry));
      if (String(entry.description).length > MAX_DESCRIPTION_CHARS) cut.push(exposed);
    } catch (error) {
      dropped.push(`${name.slice(0, 80)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { tools: [...tools.values()], hashes, dropped, cut };
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
  const given = typeof entry.description === 'string' ? entry.description.trim() : '';
  const description = wellFormed(cutText(given, MAX_DESCRIPTION_CHARS));
  return defineTool({
    name: exposed,
    description: description || title || `The tool ${name} of the server ${server}.`,
    parameters: fromListedSchema(inputSchema(entry.inputSchema), `tool \`${exposed}\``),
    needsApproval: needsApproval(config.approval ?? 'hints', hints),
    // Not `repeatable`: a server cannot say that it is to be polled, and a small model reads in circles.
    readOnly: hints.readOnlyHint === true,
    // Calls have time limits of their own, which progress extends.
    timeoutMs: 0,
    idempotent: tool.isRepeatable,
    execute: (args, context) => call(tool, args, context),
  });
}

/** Every request carries it. */
const MAX_DESCRIPTION_CHARS = 8000;

function cutText(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)} (cut: it is ${text.length} characters long)`;
}

/** Only whether a result fits is of interest: the model is shown the result as it came. */
const OUTPUT = { fillDefaults: false, findAll: false, isForeign: true } as const;

/** A hint can only add an approval, never remove one. */
function needsApproval(policy: ApprovalPolicy, hints: Readonly<Record<string, unknown>>): boolean {
  if (policy !== 'hints') return policy === 'always';
  return hints.destructiveHint === true && hints.readOnlyHint !== true;
}

/** Corrects small faults that many servers have; refuses a schema that refers to another document. */
function inputSchema(given: unknown): JsonObject {
  if (given !== undefined && !isObject(given)) throw new TypeError('its input schema is not an object');
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
  const text = JSON.stringify([name, title, description, input, annotations, outputSchema]);
  return createHash('sha256').update(text).digest('hex');
}

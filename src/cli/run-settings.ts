// Owns what a program keeps with a run in order to start it again as it was started. What may start another program (MCP servers) or decide
// on calls is not taken from a store: it is given again.

import type { Agent } from '../agent/agent.ts';
import type { RunOptions } from '../agent/run-options.ts';
import type { JsonValue } from '../core/json.ts';
import { asJson, isObject } from '../core/json.ts';
import { checkParams } from '../model/model-params.ts';
import type { CliArgs } from './args.ts';
import type { Io } from './io.ts';
import { toolChoiceOf, withoutTools } from './program-setting.ts';

export interface RunSettings {
  /** The file of the agent, for people. */
  readonly program?: string;
  readonly folder?: string;
  readonly model?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly maxTurns?: number;
  readonly toolChoice?: string;
  readonly hasTools?: boolean;
  /** The flags of MCP servers, to be given again. */
  readonly servers?: readonly string[];
}

export function settingsOf(cliArgs: CliArgs, { program, folder }: Io): JsonValue {
  const { model, params, maxTurns, toolChoice, hasTools, mcpFiles, mcpUrls } = cliArgs;
  const servers = [...mcpFiles.flatMap((file) => ['--mcp', file]), ...mcpUrls.flatMap((url) => ['--mcp-url', url])];
  const settings: RunSettings = {
    program,
    folder,
    ...(model !== undefined && { model }),
    ...(Object.keys(params).length > 0 && { params }),
    ...(maxTurns !== undefined && { maxTurns }),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(!hasTools && { hasTools }),
    ...(servers.length > 0 && { servers }),
  };
  return asJson(settings);
}

/** What is not of the form is left out: other programs keep other settings. */
export function readSettings(settings: JsonValue): RunSettings {
  if (!isObject(settings)) return {};
  const { program, folder, model, params, maxTurns, toolChoice, hasTools, servers } = settings;
  const isCount = typeof maxTurns === 'number' && Number.isInteger(maxTurns) && maxTurns > 0;
  const areTexts = Array.isArray(servers) && servers.every((one) => typeof one === 'string');
  return {
    ...(typeof program === 'string' && { program }),
    ...(typeof folder === 'string' && { folder }),
    ...(typeof model === 'string' && { model }),
    ...(isObject(params) && isAllowed(params) && { params }),
    ...(isCount && { maxTurns }),
    ...(typeof toolChoice === 'string' && { toolChoice }),
    ...(hasTools === false && { hasTools }),
    ...(areTexts && { servers }),
  };
}

function isAllowed(params: Readonly<Record<string, unknown>>): boolean {
  try {
    checkParams(params, 'The stored run');
    return true;
  } catch {
    // A run would refuse them.
    return false;
  }
}

/** The agent and the options for going on with a run: as it was started, except for what the command line says now. */
export function resumed(
  agent: Agent,
  options: RunOptions,
  { given, stored }: { readonly given: CliArgs; readonly stored: RunSettings },
): { readonly agent: Agent; readonly options: RunOptions } {
  const isToolless = stored.hasTools === false;
  const wished = given.toolChoice === undefined && !isToolless ? stored.toolChoice : undefined;
  return {
    agent: isToolless ? withoutTools(agent) : agent,
    options: {
      ...options,
      model: given.isSimulated ? options.model : (given.model ?? stored.model ?? options.model),
      params: { ...stored.params, ...given.params },
      ...(wished !== undefined && { toolChoice: knownChoice(agent, wished) }),
      ...(given.maxTurns === undefined && stored.maxTurns !== undefined && { limits: { turns: stored.maxTurns } }),
    },
  };
}

/** The agent may have lost the tool since. */
function knownChoice(agent: Agent, name: string): RunOptions['toolChoice'] {
  try {
    return toolChoiceOf(agent, name);
  } catch {
    // Then the model chooses.
    return undefined;
  }
}

// Owns `--mcp auto`: the servers that a project's own files name, once a person has allowed the file as it is. Reading such a file is left to
// the room of MCP.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { isObject, parseJson } from '../core/json.ts';
import { readServers } from '../mcp/config-file.ts';
import type { McpServers } from '../mcp/server-config.ts';
import type { Io } from './io.ts';
import { exactJson, exactly, styled } from './styled.ts';

/** Where Claude Code, VS Code and Cursor have them. */
const FILES = ['.mcp.json', '.vscode/mcp.json', '.cursor/mcp.json'];

export interface Project {
  readonly folder: string;
  /** The file that remembers which files a person has allowed. Created when needed, readable by its owner alone. */
  readonly allowedFile: string;
}

/**
 * The servers of all files that a person allows, now or before; an earlier file's where two have one name. Throws a DefinitionError for a file
 * that cannot be read.
 */
export async function projectServers(io: Io, { folder, allowedFile }: Project): Promise<McpServers> {
  const { err } = io;
  let servers: McpServers = {};
  let hasFile = false;
  for (const name of FILES) {
    const path = join(folder, name);
    const text = readText(path);
    if (text === undefined) continue;
    hasFile = true;
    const onProblem = (problem: string): void => err.write(styled`! ${problem}\n`);
    const named = readServers(path, text, { onProblem, workspaceFolder: folder });
    if (Object.keys(named).length === 0) continue;
    if (await isAllowed(io, { allowedFile, path, text, named })) servers = { ...named, ...servers };
  }
  if (!hasFile) err.write(styled`! --mcp auto: there is none of ${FILES.join(', ')} in ${folder}.\n`);
  return servers;
}

/** Undefined when there is no such file. One that cannot be read is left to whoever reads it as a file that was asked for. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
}

interface Asking {
  readonly allowedFile: string;
  readonly path: string;
  readonly text: string;
  readonly named: McpServers;
}

/** Asks once for each file and content: whoever changes the file of a project could start any program. */
async function isAllowed({ terminal, err }: Io, { allowedFile, path, text, named }: Asking): Promise<boolean> {
  const hash = createHash('sha256').update(text).digest('hex');
  if ((await readAllowed(allowedFile))[path] === hash) return true;
  if (terminal === undefined) {
    err.write(
      styled`! --mcp auto: ${path} is left out, since nobody has allowed it as it is: run this in a terminal once, or give --mcp ${path}.\n`,
    );
    return false;
  }
  err.write(styled`${exactly(path)} names these servers:\n${exactJson(named as unknown as JsonObject)}\n`);
  const read = await terminal.ask('Start them, now and later? y: yes, n: no [n] ');
  if (read.type !== 'line' || !/^y(?:es)?$/i.test(read.text.trim())) return false;
  await allow(allowedFile, path, hash);
  return true;
}

async function readAllowed(file: string): Promise<Readonly<Record<string, JsonValue | undefined>>> {
  // A file that is missing or damaged allows nothing: the person is asked again.
  const value = parseJson(await readFile(file, 'utf8').catch(() => ''));
  return isObject(value) ? (value as JsonObject) : {};
}

async function allow(file: string, path: string, hash: string): Promise<void> {
  const allowed = { ...(await readAllowed(file)), [path]: hash };
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // Renamed into place, so that the file is never half written.
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, JSON.stringify(allowed, undefined, 2), { mode: 0o600 });
  await rename(fresh, file);
}

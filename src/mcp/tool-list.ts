// Owns the list of one server's tools: read when the server is connected, read again when the server says that it changed.
// Turning an entry into a tool is left to `read-tools.ts`, keeping the connection to `server.ts`.

import type { Tool } from '../tool/tool.ts';
import type { ConnectLimit } from './connect-limit.ts';
import type { Listed, McpConnection } from './connection.ts';
import { reason } from './loss.ts';
import type { CallServerTool, ReadTools } from './read-tools.ts';
import { readTools } from './read-tools.ts';
import type { McpServerConfig } from './server-config.ts';

interface ToolListOptions {
  readonly server: string;
  readonly config: McpServerConfig;
  readonly call: CallServerTool;
  readonly createResourceTools: () => readonly Tool[];
  readonly warn: (code: string, message: string) => void;
  /** Of reading a list again. */
  readonly startLimit: () => ConnectLimit;
  /** The connection that is open or being opened. */
  readonly current: () => Promise<McpConnection> | undefined;
}

export class ToolList {
  readonly #options: ToolListOptions;
  #listed: ReadTools = { tools: [], hashes: new Map(), dropped: [], cut: [] };
  #isStale = false;
  #refreshing: Promise<void> | undefined;

  constructor(options: ToolListOptions) {
    this.#options = options;
  }

  /** In the server's order. */
  get tools(): readonly Tool[] {
    return this.#listed.tools;
  }

  definitionOf(name: string): string | undefined {
    return this.#listed.hashes.get(name);
  }

  /** What was left out, and why. */
  get dropped(): readonly string[] {
    return this.#listed.dropped;
  }

  /** Reads the whole list. Rejects with what the connection rejected with. */
  async read(connection: McpConnection, signal: AbortSignal): Promise<void> {
    const { server, config, call, createResourceTools, warn } = this.#options;
    this.#isStale = false;
    const {
      tools: entries,
      cut,
      dropped = [],
    } = connection.info.hasTools ? await connection.listTools(signal) : NO_TOOLS;
    const before = this.#listed.hashes;
    const read = await readTools(entries, { server, config, call });
    const more = config.resourceTools === true && connection.info.hasResources ? createResourceTools() : [];
    this.#listed = { ...read, tools: [...read.tools, ...more], dropped: [...dropped, ...read.dropped] };
    if (cut !== undefined) warn('mcp_list_cut', `its list of tools is incomplete: ${cut}.`);
    if (read.cut.length > 0) {
      const names = read.cut.slice(0, 5).join(', ');
      warn('mcp_description_cut', `descriptions of ${read.cut.length} tools are too long and were cut: ${names}.`);
    }
    for (const [name, hash] of read.hashes) {
      const known = before.get(name);
      if (known !== undefined && known !== hash) {
        warn('mcp_tool_changed', `\`${name}\` no longer describes itself as it did before.`);
      }
    }
  }

  /** Reads the list again, for the next turn. Notices that arrive meanwhile cause one more reading, not one each. Never rejects. */
  refresh(onRead: () => void): void {
    this.#isStale = true;
    this.#refreshing ??= this.#readUntilFresh(onRead);
  }

  async #readUntilFresh(onRead: () => void): Promise<void> {
    const { current, warn, startLimit } = this.#options;
    const limited = async (connection: McpConnection): Promise<void> => {
      const limit = startLimit();
      try {
        await this.read(connection, limit.signal);
      } finally {
        limit.stop();
      }
    };
    try {
      // Only from a connection that is there: a notice that arrives with the server's end must not start it again.
      for (let open = current(); this.#isStale && open !== undefined; open = current()) await limited(await open);
      onRead();
    } catch (error) {
      warn('mcp_list_failed', `its new list of tools could not be read: ${reason(error)}`);
    } finally {
      this.#refreshing = undefined;
    }
  }
}

const NO_TOOLS: Listed = { tools: [], cut: undefined };

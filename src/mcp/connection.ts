// Owns what this project needs of an MCP client, in a dozen verbs, so that another SDK can take the place of the one that is
// used. Implementing it is left to `sdk-connection.ts`.

import type { JsonObject } from '../core/json.ts';
import type { InputAnswer, InputRequest, SampleAnswer } from '../tool/tool-provider.ts';

export interface ServerInfo {
  readonly name: string;
  readonly version: string;
  readonly instructions: string;
  readonly hasTools: boolean;
  readonly hasResources: boolean;
  readonly hasPrompts: boolean;
  readonly hasCompletions: boolean;
}

/** A result as it came: nothing of it is trusted yet. */
export interface RawResult {
  readonly content?: unknown;
  readonly structuredContent?: unknown;
  readonly isError?: unknown;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** Milliseconds of silence. */
  readonly timeoutMs: number;
  /** Milliseconds in all. */
  readonly maxCallMs: number;
  readonly onProgress: (progress: JsonObject) => void;
}

/** What the server asks of its host. */
export interface HostHandlers {
  /** Folders that the server may take for the user's, as `file://` URIs. */
  readonly roots: () => readonly string[];
  readonly askUser: (request: Omit<InputRequest, 'provider'>, signal: AbortSignal) => Promise<InputAnswer>;
  /** `params` as the protocol has them. */
  readonly sample: (params: JsonObject, signal: AbortSignal) => Promise<SampleAnswer>;
  readonly onLog: (level: string, text: string) => void;
  readonly onToolsChanged: () => void;
  readonly onResourceUpdated: (uri: string) => void;
  /** The connection ended without `close` being called. */
  readonly onLost: () => void;
}

export interface McpConnection {
  readonly info: ServerInfo;
  /** All pages, unchecked. */
  readonly listTools: (signal: AbortSignal) => Promise<Listed>;
  readonly callTool: (name: string, args: JsonObject, options: CallOptions) => Promise<RawResult>;
  readonly listResources: (signal: AbortSignal) => Promise<readonly JsonObject[]>;
  readonly listResourceTemplates: (signal: AbortSignal) => Promise<readonly JsonObject[]>;
  readonly readResource: (uri: string, signal: AbortSignal) => Promise<readonly unknown[]>;
  readonly subscribe: (uri: string, signal: AbortSignal) => Promise<void>;
  readonly listPrompts: (signal: AbortSignal) => Promise<readonly JsonObject[]>;
  readonly getPrompt: (
    name: string,
    args: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) => Promise<readonly unknown[]>;
  /** Values that begin with what was typed. */
  readonly complete: (request: CompletionRequest, signal: AbortSignal) => Promise<readonly string[]>;
  readonly ping: (signal: AbortSignal) => Promise<void>;
  /** Ends it, and all its processes. Never rejects. */
  readonly close: () => Promise<void>;
}

export interface Listed {
  readonly tools: readonly unknown[];
  /** Why there may be more; undefined when these are all. */
  readonly cut: string | undefined;
}

export interface CompletionRequest {
  readonly prompt?: string;
  readonly resource?: string;
  readonly argument: string;
  readonly value: string;
}

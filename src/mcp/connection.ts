// Owns what this project needs of an MCP client, so that one SDK can be replaced by another. Implementing it is left to
// `connection-2025.ts` and `connection-2026.ts`.

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

/** A result as it came: nothing of it has been checked. */
export interface RawResult {
  readonly content?: unknown;
  readonly structuredContent?: unknown;
  readonly isError?: unknown;
  /** Of other revisions than 2025-11-25. */
  readonly resultType?: unknown;
  readonly task?: unknown;
  readonly toolResult?: unknown;
}

interface CallOptions {
  /** Ends the call: it has no other time limit. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: JsonObject) => void;
}

/** What the server may ask or report outside of its answers. */
export interface ServerCallbacks {
  /** Folders of the user, as `file://` URIs. */
  readonly roots: () => readonly string[];
  readonly askUser: (request: Omit<InputRequest, 'provider'>, signal: AbortSignal) => Promise<InputAnswer>;
  /** `params` as in the protocol. */
  readonly sample: (params: JsonObject, signal: AbortSignal) => Promise<SampleAnswer>;
  readonly onLog: (level: string, text: string) => void;
  readonly onToolsChanged: () => void;
  readonly onResourceUpdated: (uri: string) => void;
  /** The server asks for more at once than is answered; the rest is dropped. */
  readonly onFlood: (most: number) => void;
  /** The connection ended without `close` being called. */
  readonly onLost: () => void;
}

/** Requests reject with the errors of `connection-error.ts`, or with the reason of their signal. */
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
  /** Values that begin with the given text. */
  readonly complete: (request: CompletionRequest, signal: AbortSignal) => Promise<readonly string[]>;
  readonly ping: (signal: AbortSignal) => Promise<void>;
  /** Ends it, and all its processes. Never rejects. */
  readonly close: () => Promise<void>;
}

export interface Listed {
  readonly tools: readonly unknown[];
  /** Why the list may be incomplete; undefined when it is complete. */
  readonly cut: string | undefined;
  /** What is left out because it may not be used, and why. */
  readonly dropped?: readonly string[];
}

export interface CompletionRequest {
  readonly prompt?: string;
  readonly resource?: string;
  readonly argument: string;
  readonly value: string;
}

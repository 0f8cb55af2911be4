// Owns what a run needs of a tool provider: a source of tools whose list may change during the run, such as an MCP server.

import type { JsonObject, JsonValue } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { Tool } from './tool.ts';

/** A provider's question to the user. */
export interface InputRequest {
  readonly provider: string;
  readonly message: string;
  /** What is asked for: the fields of a form, as a flat JSON Schema, or a page to visit. */
  readonly form?: JsonObject;
  readonly url?: string;
}

export type InputAnswer =
  | { readonly action: 'accept'; readonly content?: Readonly<Record<string, JsonValue>> }
  | { readonly action: 'decline' }
  | { readonly action: 'cancel' };

/** A provider's question to the run's model. */
export interface SampleRequest {
  readonly provider: string;
  readonly messages: readonly Message[];
  readonly maxTokens: number;
  readonly temperature?: number;
  readonly stopSequences?: readonly string[];
  readonly tools?: readonly { readonly name: string; readonly description: string; readonly parameters: JsonObject }[];
  readonly toolChoice?: 'auto' | 'required' | 'none';
}

export interface SampleAnswer {
  readonly model: string;
  readonly text: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: JsonObject }[];
  readonly stopReason: 'endTurn' | 'maxTokens' | 'toolUse';
}

export interface ProviderWarning {
  readonly code: string;
  readonly message: string;
}

/** What a run offers a provider that it uses. */
export interface ProviderContext {
  /** Aborted when the run is. */
  readonly signal: AbortSignal;
  readonly warn: (warning: ProviderWarning) => void;
  /** Absent where there is no user to ask. */
  readonly askUser?: (request: InputRequest, signal: AbortSignal) => Promise<InputAnswer>;
  /** Absent where the model may not be asked. Rejects when this request is not allowed. */
  readonly sample?: (request: SampleRequest, signal: AbortSignal) => Promise<SampleAnswer>;
}

/** Provides tools. Several runs may use the same one at once. */
export interface ToolProvider {
  readonly name: string;
  /** Whether a run fails without it. */
  readonly isRequired: boolean;
  /** Starts it, or joins its other users. Rejects with a VllmError that says why it is unavailable. */
  readonly open: (context: ProviderContext) => Promise<OpenProvider>;
}

/** One use of a provider. Whoever opened it closes it. */
export interface OpenProvider {
  /** As they are now: a changed list takes effect with the next turn. The order is stable. */
  readonly tools: () => readonly Tool[];
  /** Its description of itself, for the model; '' when it has none. */
  readonly instructions: string;
  /** Never rejects. */
  readonly close: () => Promise<void>;
}

// Owns what a run needs of whatever brings tools that may change while it runs. What brings them is left to its maker.

import type { JsonObject, JsonValue } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { Tool } from './tool.ts';

/** A provider asks the person in front of the run for something. */
export interface InputRequest {
  readonly provider: string;
  readonly message: string;
  /** What is asked for: the fields of a form, as a flat JSON Schema, or a page to be visited. */
  readonly form?: JsonObject;
  readonly url?: string;
}

export type InputAnswer =
  | { readonly action: 'accept'; readonly content?: Readonly<Record<string, JsonValue>> }
  | { readonly action: 'decline' }
  | { readonly action: 'cancel' };

/** A provider asks the run's model something. */
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

/** What a run offers a provider while it uses it. */
export interface ProviderHost {
  /** Aborted when the run is. */
  readonly signal: AbortSignal;
  readonly warn: (warning: { readonly code: string; readonly message: string }) => void;
  /** Absent where nobody can be asked. */
  readonly askUser?: (request: InputRequest, signal: AbortSignal) => Promise<InputAnswer>;
  /** Absent where the model may not be asked. Rejects when it was not allowed. */
  readonly sample?: (request: SampleRequest, signal: AbortSignal) => Promise<SampleAnswer>;
}

/** Brings tools. The same one may be used by several runs at once. */
export interface ToolProvider {
  readonly name: string;
  /** Whether a run is to fail without it. */
  readonly isRequired: boolean;
  /** Starts it, or shares what is started. Rejects with a VllmError that says why it is not there. */
  readonly open: (host: ProviderHost) => Promise<OpenProvider>;
}

/** One use of a provider. Whoever opened it closes it. */
export interface OpenProvider {
  /** As they are now: a changed list counts from the next turn on. The order is stable. */
  readonly tools: () => readonly Tool[];
  /** What it says about itself, for the model; '' when nothing. */
  readonly instructions: string;
  /** Never rejects. */
  readonly close: () => Promise<void>;
}

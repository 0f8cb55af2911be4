// Owns the messages of a conversation, in the format that vLLM takes. Sending them is left to the client.

/** A call that the model asked for. `function.arguments` is JSON text, not a parsed value. */
export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: FunctionCall;
}

export interface FunctionCall {
  readonly name: string;
  /** JSON text as the server sent it: possibly empty, cut or broken. */
  readonly arguments: string;
}

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

export interface ImagePart {
  readonly type: 'image_url';
  /** `url` is http(s) or a data URI. */
  readonly image_url: { readonly url: string; readonly detail?: 'auto' | 'low' | 'high' };
}

/** Audio, video and other input of multimodal models, passed on unchanged. */
export interface OtherPart {
  readonly type: 'audio_url' | 'video_url' | 'input_audio' | 'file' | 'refusal';
  readonly [key: string]: unknown;
}

export type ContentPart = TextPart | ImagePart | OtherPart;

export interface SystemMessage {
  readonly role: 'system' | 'developer';
  readonly content: string | readonly TextPart[];
  readonly name?: string;
}

export interface UserMessage {
  readonly role: 'user';
  readonly content: string | readonly ContentPart[];
  readonly name?: string;
}

export interface AssistantMessage {
  readonly role: 'assistant';
  /** May be absent or null when there are `tool_calls`. */
  readonly content?: string | readonly ContentPart[] | null;
  readonly tool_calls?: readonly ToolCall[];
  /** The thinking, in the field that vLLM has read since 0.11.1. */
  readonly reasoning?: string | null;
  /** The same text under the older name. Sending both is harmless with every version. */
  readonly reasoning_content?: string | null;
  readonly refusal?: string | null;
  readonly name?: string;
}

export interface ToolMessage {
  readonly role: 'tool';
  /** The id of the call that this answers. */
  readonly tool_call_id: string;
  readonly content: string | readonly ContentPart[];
}

/** One entry of the conversation, discriminated by `role`. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

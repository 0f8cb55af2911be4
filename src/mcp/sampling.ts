// Owns turning a server's sampling request into messages of this project. Asking the model is left to the run, which may refuse.

import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { ContentPart, Message, ToolCall } from '../core/message.ts';
import type { SampleRequest } from '../tool/tool-provider.ts';

const DEFAULT_MAX_TOKENS = 1000;

/** `params` as in `sampling/createMessage`; the SDK has checked their form. */
export function sampleRequest(provider: string, params: JsonObject): SampleRequest {
  const { systemPrompt, messages, maxTokens, temperature, stopSequences, tools, toolChoice } = params;
  const system: Message[] =
    typeof systemPrompt === 'string' && systemPrompt !== '' ? [{ role: 'system', content: systemPrompt }] : [];
  const mode = isObject(toolChoice) ? toolChoice.mode : undefined;
  return {
    provider,
    messages: [...system, ...(Array.isArray(messages) ? messages.filter(isObject).flatMap(readMessage) : [])],
    maxTokens: typeof maxTokens === 'number' && maxTokens > 0 ? maxTokens : DEFAULT_MAX_TOKENS,
    ...(typeof temperature === 'number' && { temperature }),
    ...(Array.isArray(stopSequences) && { stopSequences: stopSequences.filter((entry) => typeof entry === 'string') }),
    ...(Array.isArray(tools) && tools.length > 0 && { tools: tools.filter(isObject).map(readTool) }),
    ...((mode === 'auto' || mode === 'required' || mode === 'none') && { toolChoice: mode }),
  };
}

function readTool({ name, description, inputSchema }: Readonly<Record<string, unknown>>) {
  return {
    name: String(name),
    description: typeof description === 'string' ? description : '',
    parameters: (isObject(inputSchema) ? inputSchema : { type: 'object' }) as JsonObject,
  };
}

function readMessage({ role, content: given }: Readonly<Record<string, unknown>>): Message[] {
  const parts = (Array.isArray(given) ? given : [given]).filter(isObject);
  const results = parts.filter(({ type }) => type === 'tool_result');
  const uses = parts.filter(({ type }) => type === 'tool_use');
  const content = parts.filter(({ type }) => type === 'text' || type === 'image').map(readPart);
  const toolMessages: Message[] = results.map(({ toolUseId, content: inner }) => ({
    role: 'tool',
    tool_call_id: String(toolUseId),
    content: Array.isArray(inner)
      ? inner
          .filter(isObject)
          .map(({ text }) => String(text ?? ''))
          .join('\n')
      : '',
  }));
  if (role === 'assistant') {
    const calls = uses.map(readUse);
    return [{ role, content: textOf(content), ...(calls.length > 0 && { tool_calls: calls }) }];
  }
  return content.length === 0 ? toolMessages : [...toolMessages, { role: 'user', content }];
}

function readUse({ id, name, input }: Readonly<Record<string, unknown>>): ToolCall {
  return { id: String(id), type: 'function', function: { name: String(name), arguments: JSON.stringify(input ?? {}) } };
}

function readPart({ type, text, data, mimeType }: Readonly<Record<string, unknown>>): ContentPart {
  if (type === 'text') return { type: 'text', text: String(text ?? '') };
  return { type: 'image_url', image_url: { url: `data:${String(mimeType)};base64,${String(data)}` } };
}

function textOf(parts: readonly ContentPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

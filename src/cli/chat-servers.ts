// Owns the MCP servers of a chat, tools aside: keeping them open while it lasts, their prompts, their resources.

import type { Agent } from '../agent/agent.ts';
import type { RunInput } from '../agent/run-options.ts';
import { lostProvider } from '../agent/tasks/providers.ts';
import { isObject } from '../core/json.ts';
import type { ContentPart, Message, UserMessage } from '../core/message.ts';
import { VllmError } from '../core/vllm-error.ts';
import { readResourcePart } from '../mcp/call-result.ts';
import type { McpServer } from '../mcp/server.ts';
import { isServer } from '../mcp/server.ts';
import type { Tool } from '../tool/tool.ts';
import type { OpenProvider, ProviderContext, ToolProvider } from '../tool/tool-provider.ts';
import type { Io } from './io.ts';
import type { Styled } from './styled.ts';
import { block, styled } from './styled.ts';

export interface OpenProviders extends AsyncDisposable {
  readonly tools: () => readonly Tool[];
}

/** Opens the agent's providers so that all runs of a chat share them. A provider that fails is a warning, here and of each run. */
export async function openProviders({ providers, sampling }: Agent, context: ProviderContext): Promise<OpenProviders> {
  // Only declares that sampling is offered: a request for it is answered by the run in progress.
  const sample = (): never => {
    throw new Error('No run is in progress.');
  };
  const offered = sampling === undefined ? context : { ...context, sample };
  const settled = await Promise.allSettled(providers.map((provider) => provider.open(offered)));
  for (const [at, result] of settled.entries())
    if (result.status === 'rejected') context.warn(lostProvider(providers[at]?.name ?? '', result.reason));
  const opened: OpenProvider[] = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  return {
    tools: () => opened.flatMap((provider) => provider.tools()),
    [Symbol.asyncDispose]: async () => void (await Promise.all(opened.map((provider) => provider.close()))),
  };
}

/** One line per prompt: how to send it, and what it is for. Servers that cannot be reached are left out. */
export async function listPrompts(providers: readonly ToolProvider[], signal: AbortSignal): Promise<Styled[]> {
  return await fromEach(providers, async (server) => {
    const { info, listPrompts: list } = await server.connection();
    const prompts = info.hasPrompts ? await list(signal) : [];
    return prompts.map(({ name, description, arguments: args }) => {
      const known = (Array.isArray(args) ? args : []).filter(isObject);
      const shown = known.map((arg) => (arg.required === true ? `${arg.name}=…` : `[${arg.name}=…]`)).join(' ');
      return styled`  ${server.name}:${String(name)} ${shown}  ${typeof description === 'string' ? description : ''}`;
    });
  });
}

export async function listResources(providers: readonly ToolProvider[], signal: AbortSignal): Promise<Styled[]> {
  return await fromEach(providers, async (server) => {
    const connection = await server.connection();
    if (!connection.info.hasResources) return [];
    const resources = await connection.listResources(signal);
    const templates = await connection.listResourceTemplates(signal).catch(() => []);
    return [...resources, ...templates].map(
      ({ uri, uriTemplate, name }) => styled`  @${server.name}:${String(uri ?? uriTemplate)}  ${String(name ?? '')}`,
    );
  });
}

/**
 * The messages of a prompt, from `server:name key=value …`.
 *
 * @throws {VllmError} There is no such server (the message lists those there are), or it does not give the prompt.
 */
export async function getPrompt(
  providers: readonly ToolProvider[],
  prompt: string,
  signal: AbortSignal,
): Promise<Message[]> {
  const [address = '', ...pairs] = prompt.split(/\s+/);
  const { server, rest: name } = locate(providers, address);
  const args = Object.fromEntries(pairs.map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]));
  try {
    const messages = await (await server.connection()).getPrompt(name, args, signal);
    return messages.filter(isObject).map(readMessage);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VllmError(`Could not get the prompt ${address}: ${reason}`, { code: 'mcp_prompt', cause });
  }
}

/** A message with the resources of its `@server:uri` mentions after its text. One that cannot be read is reported and left out. */
export async function withResources(
  providers: readonly ToolProvider[],
  text: string,
  { err, signal }: Io,
): Promise<RunInput> {
  const names = new Set(providers.filter(isServer).map(({ name }) => name));
  const mentioned = [...text.matchAll(/(?<!\S)@([\w.-]+):(\S+)/g)].filter(([, name = '']) => names.has(name));
  if (mentioned.length === 0) return text;
  const parts: ContentPart[] = [{ type: 'text', text }];
  for (const [, name = '', uri = ''] of mentioned) {
    const { server } = locate(providers, `${name}:`);
    try {
      const contents = await (await server.connection()).readResource(uri, signal);
      parts.push(...contents.filter(isObject).map(readResourcePart));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      err.write(styled`@${name}:${uri} could not be read and was left out: ${block(reason)}\n`);
    }
  }
  const isPlain = parts.every((part) => part.type === 'text');
  const content = isPlain ? parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n\n') : parts;
  const message: UserMessage = { role: 'user', content };
  return [message];
}

function readMessage({ role, content }: Readonly<Record<string, unknown>>): Message {
  const parts = (Array.isArray(content) ? content : [content]).filter(isObject).map((part): ContentPart => {
    if (part.type === 'text') return { type: 'text', text: String(part.text ?? '') };
    return readResourcePart(isObject(part.resource) ? part.resource : { blob: part.data, mimeType: part.mimeType });
  });
  const text = parts.map((part) => (part.type === 'text' ? part.text : `(${part.type})`)).join('\n');
  if (role === 'assistant') return { role, content: text };
  return { role: 'user', content: parts.every((part) => part.type === 'text') ? text : parts };
}

function locate(
  providers: readonly ToolProvider[],
  address: string,
): { readonly server: McpServer; readonly rest: string } {
  const at = address.indexOf(':');
  const name = at < 0 ? address : address.slice(0, at);
  const server = providers.filter(isServer).find((candidate) => candidate.name === name);
  if (server !== undefined && at >= 0) return { server, rest: address.slice(at + 1) };
  const names = providers.map((provider) => provider.name).join(', ') || 'none';
  throw new VllmError(`Use SERVER:NAME. Servers: ${names}.`, { code: 'mcp_address' });
}

async function fromEach(
  providers: readonly ToolProvider[],
  list: (server: McpServer) => Promise<readonly Styled[]>,
): Promise<Styled[]> {
  const settled = await Promise.allSettled(providers.filter(isServer).map(list));
  return settled.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
}

// Owns a simple token count: deterministic, and close enough to a real tokenizer's to test limits with.

import { isObject } from '../core/json.ts';
import { hash } from './hash.ts';

/** Splits text into tokens as a model might emit them: a word with the space before it, or a punctuation mark. Joined they are the text. */
export function tokensOf(text: string): string[] {
  return text.match(/\s*[\p{L}\p{N}_]+|\s*[^\s\p{L}\p{N}_]|\s+/gu) ?? [];
}

/** The tokens of a prompt, or of a conversation with its tools: the text of every field, and four per message. */
export function countPrompt(body: Readonly<Record<string, unknown>>): number {
  if (typeof body.prompt === 'string') return tokensOf(body.prompt).length;
  const messages = Array.isArray(body.messages) ? body.messages : [];
  const tools = Array.isArray(body.tools) ? body.tools : [];
  const frames = messages.length * 4;
  return frames + messages.reduce((sum: number, message) => sum + countText(message), 0) + countText(tools);
}

/** Made-up ids of the tokens of a prompt, or of a conversation with its tools. An id is a hash of its token. */
export function tokenIdsOf(body: Readonly<Record<string, unknown>>): readonly number[] {
  return tokensOfPrompt(body).map(idOfToken);
}

/** A conversation has as many tokens as it counts, but no text of its own. */
export function tokensOfPrompt(body: Readonly<Record<string, unknown>>): readonly string[] {
  if (typeof body.prompt === 'string') return tokensOf(body.prompt);
  return Array.from({ length: countPrompt(body) }, (_, at) => ` ${at}`);
}

export function idOfToken(token: string): number {
  return Number.parseInt(hash(token).slice(0, 4), 16);
}

function countText(value: unknown): number {
  if (typeof value === 'string') return tokensOf(value).length;
  if (Array.isArray(value)) return value.reduce((sum: number, entry) => sum + countText(entry), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce((sum, [key, entry]) => (key === 'role' ? sum : sum + countText(entry)), 0);
}

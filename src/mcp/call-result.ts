// Owns turning the result of an MCP call into what a tool returns: text and images for the model, notes in place of the rest.

import { isObject, isSameJson, parseJson } from '../core/json.ts';
import type { ContentPart } from '../core/message.ts';
import type { ContentParts } from '../tool/content-parts.ts';
import { contentParts } from '../tool/content-parts.ts';
import { ToolRetry } from '../tool/tool.ts';
import type { RawResult } from './connection.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What the model is shown. Throws a ToolRetry with the text when the server marked the result as an error. */
export function readResult({ content, structuredContent, isError }: RawResult): string | ContentParts {
  const parts = (Array.isArray(content) ? content : []).filter((part) => !isForUserOnly(part)).map(readPart);
  const extra = structuredText(parts, structuredContent);
  const all: readonly ContentPart[] = extra === undefined ? parts : [...parts, { type: 'text', text: extra }];
  const texts = all.map((part) => (part.type === 'text' ? part.text : undefined));
  const isPlain = texts.every((text) => text !== undefined);
  if (isError === true)
    throw new ToolRetry(texts.filter((text) => text !== undefined).join('\n') || 'The call failed.');
  return isPlain ? texts.join('\n') : contentParts(all);
}

/** The model is not shown what the tool marked as being for people only. */
function isForUserOnly(part: unknown): boolean {
  const audience = isObject(part) && isObject(part.annotations) ? part.annotations.audience : undefined;
  return Array.isArray(audience) && audience.length > 0 && !audience.includes('assistant');
}

function readPart(part: unknown): ContentPart {
  if (!isObject(part)) return note('a part that is not an object');
  switch (part.type) {
    case 'text':
      return { type: 'text', text: String(part.text ?? '') };
    case 'image':
      return readImage(part) ?? note('an image without data');
    case 'audio':
      return note(`audio, ${mimeOf(part)}, ${sizeOf(part.data)}`);
    case 'resource':
      return readResourcePart(isObject(part.resource) ? part.resource : {});
    case 'resource_link':
      return readLink(part);
    default:
      return note(`a part of the kind ${JSON.stringify(part.type ?? null)}, which this client does not know`);
  }
}

function readImage(part: Fields): ContentPart | undefined {
  if (typeof part.data !== 'string' || part.data === '') return undefined;
  return { type: 'image_url', image_url: { url: `data:${mimeOf(part)};base64,${part.data}` } };
}

/** A resource's text or image, or a note in its place: a model cannot read base64. */
export function readResourcePart(resource: Fields): ContentPart {
  const uri = typeof resource.uri === 'string' ? resource.uri : 'a resource';
  if (typeof resource.text === 'string') return { type: 'text', text: `[${uri}]\n${resource.text}` };
  const isImage = mimeOf(resource).startsWith('image/');
  const image = isImage ? readImage({ data: resource.blob, mimeType: resource.mimeType }) : undefined;
  return image ?? note(`${uri}: ${mimeOf(resource)}, ${sizeOf(resource.blob)}`);
}

function readLink({ uri, name, description, mimeType }: Fields): ContentPart {
  const about = [name, mimeType, description].filter((entry) => typeof entry === 'string' && entry !== '');
  return { type: 'text', text: `[resource ${String(uri)}]${about.length === 0 ? '' : ` ${about.join(', ')}`}` };
}

/** Undefined when there is no structured content, or when a text already contains it. */
function structuredText(parts: readonly ContentPart[], structured: unknown): string | undefined {
  if (structured === undefined || structured === null) return undefined;
  const isRepeated = parts.some((part) => part.type === 'text' && isSameContent(part.text, structured));
  return isRepeated ? undefined : JSON.stringify(structured);
}

function isSameContent(text: string, structured: unknown): boolean {
  const parsed = parseJson(text);
  if (parsed !== undefined && isSameJson(parsed, structured)) return true;
  // Plain text: it may be the only value of the structure.
  const values = isObject(structured) ? Object.values(structured) : [];
  return values.length === 1 && values[0] === text;
}

function mimeOf({ mimeType }: Fields): string {
  return typeof mimeType === 'string' && /^[\w.+-]+\/[\w.+-]+$/.test(mimeType) ? mimeType : 'application/octet-stream';
}

function sizeOf(base64: unknown): string {
  return typeof base64 === 'string' ? `${Math.floor((base64.length * 3) / 4)} bytes` : 'no data';
}

function note(what: string): ContentPart {
  return { type: 'text', text: `(${what}: not shown)` };
}

// Owns turning the result of an MCP call into what a tool returns: text and images for the model, notes in place of the rest.

import { isObject, isSameJson, parseJson } from '../core/json.ts';
import type { ContentPart } from '../core/message.ts';
import type { ContentParts } from '../tool/content-parts.ts';
import { contentParts } from '../tool/content-parts.ts';
import { ToolRetry } from '../tool/tool.ts';
import type { RawResult } from './connection.ts';
import { wellFormed } from './loss.ts';
import type { ReadImage } from './result-image.ts';
import { createImageReader } from './result-image.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * What the model is shown. Throws a ToolRetry with the text when the server marked the result as an error, or when it is no result but asks
 * for something that this client does not support.
 */
export function readResult(raw: RawResult): string | ContentParts {
  const unsupported = unsupportedForm(raw);
  if (unsupported !== undefined) throw new ToolRetry(unsupported);
  const readImage = createImageReader();
  const given = partsOf(raw).filter((part) => !isForUserOnly(part));
  const parts = given.map((part) => readPart(part, readImage));
  const extra = structuredText(parts, raw.structuredContent);
  const all: readonly ContentPart[] = extra === undefined ? parts : [...parts, { type: 'text', text: extra }];
  const texts = all.map((part) => (part.type === 'text' ? part.text : undefined));
  const isPlain = texts.every((text) => text !== undefined);
  if (raw.isError === true)
    throw new ToolRetry(texts.filter((text) => text !== undefined).join('\n') || 'The call failed.');
  return isPlain ? texts.join('\n') : contentParts(all);
}

/** Forms of other revisions of the protocol that are no result yet. */
function unsupportedForm({ resultType, task, content }: RawResult): string | undefined {
  if (typeof resultType === 'string' && resultType !== 'complete') {
    return `The tool did not finish: its result is of the kind ${JSON.stringify(resultType.slice(0, 40))}, which this client does not support.`;
  }
  if (content === undefined && isObject(task)) {
    return 'The tool runs only as an MCP task, which this client does not support. Use another tool.';
  }
  return undefined;
}

/** Some servers give one part, or a text, where the protocol has a list; the oldest revision has its result in another field. */
function partsOf({ content, toolResult }: RawResult): readonly unknown[] {
  if (Array.isArray(content)) return content;
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (isObject(content)) return [content];
  if (toolResult === undefined) return [];
  return [{ type: 'text', text: typeof toolResult === 'string' ? toolResult : JSON.stringify(toolResult) }];
}

/** The model is not shown what the tool marked as being for people only. */
function isForUserOnly(part: unknown): boolean {
  const audience = isObject(part) && isObject(part.annotations) ? part.annotations.audience : undefined;
  return Array.isArray(audience) && audience.length > 0 && !audience.includes('assistant');
}

function readPart(part: unknown, readImage: ReadImage): ContentPart {
  if (!isObject(part)) return note('a part that is not an object');
  switch (part.type) {
    case 'text':
      return textPart(String(part.text ?? ''));
    case 'image':
      return shownImage(readImage(part.data));
    case 'audio':
      return note(`audio, ${mimeOf(part)}, ${sizeOf(part.data)}`);
    case 'resource':
      return readResource(isObject(part.resource) ? part.resource : {}, readImage);
    case 'resource_link':
      return readLink(part);
    default:
      return note(`a part of the kind ${JSON.stringify(part.type ?? null)}, which this client does not know`);
  }
}

function shownImage(image: ContentPart | string): ContentPart {
  return typeof image === 'string' ? note(image) : image;
}

function textPart(text: string): ContentPart {
  return { type: 'text', text: wellFormed(text) };
}

/** A resource's text or image, or a note in its place: a model cannot read base64. */
export function readResourcePart(resource: Fields): ContentPart {
  return readResource(resource, createImageReader());
}

export function readResource(resource: Fields, readImage: ReadImage): ContentPart {
  const uri = typeof resource.uri === 'string' ? resource.uri : 'a resource';
  if (typeof resource.text === 'string') return textPart(`[${uri}]\n${resource.text}`);
  const isImage = mimeOf(resource).startsWith('image/') && typeof resource.blob === 'string';
  if (isImage) return shownImage(readImage(resource.blob));
  return note(`${uri}: ${mimeOf(resource)}, ${sizeOf(resource.blob)}`);
}

function readLink({ uri, name, description, mimeType }: Fields): ContentPart {
  const about = [name, mimeType, description].filter((entry) => typeof entry === 'string' && entry !== '');
  return textPart(`[resource ${String(uri)}]${about.length === 0 ? '' : ` ${about.join(', ')}`}`);
}

/** Undefined when there is no structured content, or when the texts already contain it. */
function structuredText(parts: readonly ContentPart[], structured: unknown): string | undefined {
  if (structured === undefined || structured === null) return undefined;
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  // Frameworks wrap a result that is no object in an object with one value.
  const values = isObject(structured) ? Object.values(structured) : [];
  const only = values.length === 1 ? values[0] : structured;
  const isRepeated = texts.some((text) => isSameContent(text, structured) || isSameContent(text, only));
  // They also give a list as one text for each entry.
  const isListed =
    Array.isArray(only) && only.length === texts.length && texts.every((text, at) => isSameContent(text, only[at]));
  return isRepeated || isListed ? undefined : JSON.stringify(structured);
}

/** A longer text takes long to parse. */
const MAX_COMPARED_CHARS = 256 * 1024;

function isSameContent(text: string, value: unknown): boolean {
  if (text === value) return true;
  if (text.length > MAX_COMPARED_CHARS) return text === JSON.stringify(value);
  const parsed = parseJson(text);
  return parsed !== undefined && isSameJson(parsed, value);
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

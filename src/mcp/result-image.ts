// Owns which images of a server reach the model: those that are what a vision model reads, by their bytes and not by what the server calls
// them, up to a size and a number. A request with any other is refused by vLLM, now and in every later turn of the conversation.

import type { ContentPart } from '../core/message.ts';

const MAX_IMAGE_BYTES = 8 * 1024 * 1024;
/** Of one result. */
const MAX_IMAGES = 16;
const MAX_ALL_BYTES = 16 * 1024 * 1024;

/** The image as a content part, or why it is not shown. */
export type ReadImage = (data: unknown) => ContentPart | string;

/** Reads the images of one result. */
export function createImageReader(): ReadImage {
  let images = 0;
  let allBytes = 0;
  return (data) => {
    if (typeof data !== 'string' || data === '') return 'an image without data';
    const base64 = data.startsWith('data:') ? data.slice(data.indexOf(',') + 1) : data;
    const size = Math.floor((base64.length * 3) / 4);
    if (size > MAX_IMAGE_BYTES) return `an image of ${size} bytes, more than ${MAX_IMAGE_BYTES}`;
    if (/[^\w+/=\s-]/.test(base64)) return 'an image that is not base64';
    const bytes = Buffer.from(base64, 'base64');
    const type = typeOf(bytes);
    if (type === undefined) return 'an image that is no PNG, JPEG, GIF or WebP';
    if (images >= MAX_IMAGES) return `an image beyond the ${MAX_IMAGES} of one result`;
    if (allBytes + bytes.length > MAX_ALL_BYTES) return `an image beyond the ${MAX_ALL_BYTES} bytes of one result`;
    images++;
    allBytes += bytes.length;
    return { type: 'image_url', image_url: { url: `data:${type};base64,${bytes.toString('base64')}` } };
  };
}

function typeOf(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n') return 'image/png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg';
  const start = bytes.subarray(0, 12).toString('latin1');
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'image/gif';
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? 'image/webp' : undefined;
}

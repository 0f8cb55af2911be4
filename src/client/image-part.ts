// Owns a local image file -> a content part. Remote images need no help: their URL is the part.

import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { ImagePart } from '../core/message.ts';
import { whyUnreadable } from '../core/unreadable.ts';
import { IoError, MissingParameterError } from './errors.ts';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
};

/** Reads a PNG, JPEG, GIF or WebP file into a content part. Throws an IoError when it cannot be read. */
export async function imageFromFile(path: string, detail?: 'auto' | 'low' | 'high'): Promise<ImagePart> {
  const mediaType = MEDIA_TYPES[extname(path).toLowerCase()];
  if (mediaType === undefined) {
    const message = `${path} is not named as a PNG, JPEG, GIF or WebP image.`;
    throw new MissingParameterError('path', message, 'invalid_parameter');
  }
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new IoError(`The image ${path} cannot be read: ${whyUnreadable(cause)}.`, { code: 'file_unreadable', cause });
  });
  const url = `data:${mediaType};base64,${bytes.toString('base64')}`;
  return { type: 'image_url', image_url: { url, ...(detail !== undefined && { detail }) } };
}

// Owns claims about the results of calls: what the model is shown of each kind of part.

import { describe, expect, test } from 'vitest';
import { contentParts, ToolRetry } from '../../src/index.ts';
import { readResult } from '../../src/mcp/call-result.ts';

describe('a result', () => {
  const text = (value: string, more: object = {}) => ({ type: 'text', text: value, ...more });

  test.each<[string, object, unknown]>([
    ['texts', { content: [text('a'), text('b')] }, 'a\nb'],
    [
      'an image',
      { content: [text('a'), { type: 'image', data: 'AAAA', mimeType: 'image/png' }] },
      contentParts([
        { type: 'text', text: 'a' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ]),
    ],
    [
      'audio',
      { content: [{ type: 'audio', data: 'AAAA', mimeType: 'audio/wav' }] },
      '(audio, audio/wav, 3 bytes: not shown)',
    ],
    [
      'a link',
      { content: [{ type: 'resource_link', uri: 'x://y', name: 'n', description: 'd' }] },
      '[resource x://y] n, d',
    ],
    ['an embedded text', { content: [{ type: 'resource', resource: { uri: 'x://y', text: 't' } }] }, '[x://y]\nt'],
    [
      'an embedded blob',
      { content: [{ type: 'resource', resource: { uri: 'x://y', blob: 'AAAA', mimeType: 'application/zip' } }] },
      '(x://y: application/zip, 3 bytes: not shown)',
    ],
    ['structure alone', { content: [], structuredContent: { a: 1 } }, '{"a":1}'],
    ['structure that a text repeats', { content: [text('{ "a": 1 }')], structuredContent: { a: 1 } }, '{ "a": 1 }'],
    ['structure around a text', { content: [text('t')], structuredContent: { content: 't' } }, 't'],
    ['structure that says more', { content: [text('t')], structuredContent: { a: 1 } }, 't\n{"a":1}'],
    [
      'structure that a text repeats in another order',
      { content: [text('{"b":2,"a":1}')], structuredContent: { a: 1, b: 2 } },
      '{"b":2,"a":1}',
    ],
    ['structure that is null', { content: [text('t')], structuredContent: null }, 't'],
    [
      'structure of which a text is only a part',
      { content: [text('t')], structuredContent: { a: 't', b: 1 } },
      't\n{"a":"t","b":1}',
    ],
    ['structure whose only value differs', { content: [text('t')], structuredContent: { a: 'u' } }, 't\n{"a":"u"}'],
    ['nothing at all', {}, ''],
    ['content that is no list', { content: 'text' }, ''],
    ['a part that is no object', { content: [7] }, '(a part that is not an object: not shown)'],
    [
      'a part of an unknown kind',
      { content: [{ type: 'hologram' }] },
      '(a part of the kind "hologram", which this client does not know: not shown)',
    ],
    ['an image without data', { content: [{ type: 'image', data: '' }] }, '(an image without data: not shown)'],
    [
      'an embedded image',
      { content: [{ type: 'resource', resource: { uri: 'x://y', blob: 'AAAA', mimeType: 'image/png' } }] },
      contentParts([{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }]),
    ],
    [
      'a resource without anything',
      { content: [{ type: 'resource' }] },
      '(a resource: application/octet-stream, no data: not shown)',
    ],
    ['a link without anything', { content: [{ type: 'resource_link', uri: 'x://y' }] }, '[resource x://y]'],
    [
      'what is for both',
      { content: [text('a', { annotations: { audience: ['user', 'assistant'] } }), text('b')] },
      'a\nb',
    ],
    ['what is for the user alone', { content: [text('a', { annotations: { audience: ['user'] } }), text('b')] }, 'b'],
    [
      'a MIME type that is none',
      { content: [{ type: 'image', data: 'AA', mimeType: 'x;y"' }] },
      contentParts([{ type: 'image_url', image_url: { url: 'data:application/octet-stream;base64,AA' } }]),
    ],
  ])('with %s is put before the model', (_name, raw, shown) => {
    expect(readResult(raw)).toEqual(shown);
  });

  test.each<[string, object, string]>([
    ['text', { content: [text('disk'), text('full')] }, 'disk\nfull'],
    ['text beside an image', { content: [text('a'), { type: 'image', data: 'AA', mimeType: 'image/png' }] }, 'a'],
    ['nothing', { content: [] }, 'The call failed.'],
  ])('that is an error with %s is thrown with what there is', (_name, raw, message) => {
    expect(() => readResult({ ...raw, isError: true })).toThrow(new ToolRetry(message));
  });

  test('that calls itself an error in another way is none', () => {
    expect(readResult({ content: [text('fine')], isError: 'true' })).toBe('fine');
  });
});

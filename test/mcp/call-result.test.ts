// Owns claims about the results of calls: what the model is shown of each kind of part.

import { describe, expect, test } from 'vitest';
import { contentParts, ToolRetry } from '../../src/index.ts';
import { readResult } from '../../src/mcp/call-result.ts';

/** The smallest images of their kinds, as far as they are looked at. */
const PNG = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1').toString('base64');
const IMAGES: readonly (readonly [string, string])[] = [
  ['image/png', PNG],
  ['image/jpeg', Buffer.from([0xff, 0xd8, 0xff, 0xe0]).toString('base64')],
  ['image/gif', Buffer.from('GIF89a').toString('base64')],
  ['image/webp', Buffer.from('RIFF\0\0\0\0WEBP').toString('base64')],
];
const imagePart = (type: string, data: string) =>
  ({ type: 'image_url', image_url: { url: `data:${type};base64,${data}` } }) as const;

describe('a result', () => {
  const text = (value: string, more: object = {}) => ({ type: 'text', text: value, ...more });

  test.each<[string, object, unknown]>([
    ['texts', { content: [text('a'), text('b')] }, 'a\nb'],
    [
      'an image',
      { content: [text('a'), { type: 'image', data: PNG, mimeType: 'image/png' }] },
      contentParts([{ type: 'text', text: 'a' }, imagePart('image/png', PNG)]),
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
    ['content that is a text', { content: 'text' }, 'text'],
    ['content that is one part', { content: text('part') }, 'part'],
    ['content that is a number', { content: 7 }, ''],
    ['the field of the oldest revision', { toolResult: { a: 1 } }, '{"a":1}'],
    ['a text in the field of the oldest revision', { toolResult: 'old' }, 'old'],
    ['the kind that is complete', { resultType: 'complete', content: [text('done')] }, 'done'],
    ['a number that is wrapped', { content: [text('3')], structuredContent: { result: 3 } }, '3'],
    ['a list that is wrapped', { content: [text('[1,2]')], structuredContent: { result: [1, 2] } }, '[1,2]'],
    ['a list as a text each', { content: [text('a'), text('2')], structuredContent: { result: ['a', 2] } }, 'a\n2'],
    [
      'a list of which a text is missing',
      { content: [text('a')], structuredContent: { result: ['a', 2] } },
      'a\n{"result":["a",2]}',
    ],
    [
      'another number than the one wrapped',
      { content: [text('3')], structuredContent: { result: 4 } },
      '3\n{"result":4}',
    ],
    ['half of a surrogate pair', { content: [text('a\ud800b')] }, 'a\ufffdb'],
    ['a part that is no object', { content: [7] }, '(a part that is not an object: not shown)'],
    [
      'a part of an unknown kind',
      { content: [{ type: 'hologram' }] },
      '(a part of the kind "hologram", which this client does not know: not shown)',
    ],
    ['an image without data', { content: [{ type: 'image', data: '' }] }, '(an image without data: not shown)'],
    [
      'an embedded image',
      { content: [{ type: 'resource', resource: { uri: 'x://y', blob: PNG, mimeType: 'image/png' } }] },
      contentParts([imagePart('image/png', PNG)]),
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
  ])('with %s is put before the model', (_name, raw, shown) => {
    expect(readResult(raw)).toEqual(shown);
  });

  test.each(IMAGES)('with an image shows it as what its bytes say: %s', (type, data) => {
    const image = { type: 'image', data, mimeType: 'application/octet-stream' };
    expect(readResult({ content: [image] })).toEqual(contentParts([imagePart(type, data)]));
    const url = { type: 'image', data: `data:image/x;base64,${data.replaceAll('=', '')}` };
    expect(readResult({ content: [url] })).toEqual(contentParts([imagePart(type, data)]));
  });

  test.each<[string, string, string]>([
    ['that is no image', Buffer.from('<svg/>').toString('base64'), 'an image that is no PNG, JPEG, GIF or WebP'],
    ['that is not base64', 'not base64!', 'an image that is not base64'],
    ['that is too large', PNG.repeat(1_000_000), 'an image of 12000000 bytes, more than 8388608'],
  ])('with an image %s has a note in its place', (_name, data, what) => {
    const image = { type: 'image', data, mimeType: 'image/png' };
    expect(readResult({ content: [image] })).toBe(`(${what}: not shown)`);
    const resource = { type: 'resource', resource: { uri: 'x://y', blob: data, mimeType: 'image/png' } };
    expect(readResult({ content: [resource] })).toBe(`(${what}: not shown)`);
  });

  test('with more images than one request should have shows the first ones', () => {
    const image = (data: string) => ({ type: 'image', data, mimeType: 'image/png' });
    const many = readResult({ content: Array.from({ length: 18 }, () => image(PNG)) });
    const beyond = { type: 'text', text: '(an image beyond the 16 of one result: not shown)' } as const;
    expect(many).toEqual(
      contentParts([...Array.from({ length: 16 }, () => imagePart('image/png', PNG)), beyond, beyond]),
    );
    const large = Buffer.concat([Buffer.from(PNG, 'base64'), Buffer.alloc(8_000_000)]).toString('base64');
    expect(readResult({ content: [image(large), image(large), image(large)] })).toEqual(
      contentParts([
        imagePart('image/png', large),
        imagePart('image/png', large),
        { type: 'text', text: '(an image beyond the 16777216 bytes of one result: not shown)' },
      ]),
    );
  });

  test.each<[string, object, string]>([
    [
      'an input that it needs',
      { resultType: 'input_required', inputRequests: {} },
      'The tool did not finish: its result is of the kind "input_required", which this client does not support.',
    ],
    [
      'a task',
      { task: { taskId: 'a' } },
      'The tool runs only as an MCP task, which this client does not support. Use another tool.',
    ],
  ])('that is %s in place of a result is an error that names it', (_name, raw, message) => {
    expect(() => readResult(raw)).toThrow(new ToolRetry(message));
  });

  test.each<[string, object, string]>([
    ['text', { content: [text('disk'), text('full')] }, 'disk\nfull'],
    ['text beside an image', { content: [text('a'), { type: 'image', data: PNG, mimeType: 'image/png' }] }, 'a'],
    ['nothing', { content: [] }, 'The call failed.'],
  ])('that is an error with %s is thrown with what there is', (_name, raw, message) => {
    expect(() => readResult({ ...raw, isError: true })).toThrow(new ToolRetry(message));
  });

  test('that calls itself an error in another way is none', () => {
    expect(readResult({ content: [text('fine')], isError: 'true' })).toBe('fine');
  });
});

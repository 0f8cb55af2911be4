// Owns claims about calls that a server left in the text, and about servers without a tool parser.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEcho } from '../../src/model/scanner/echo.ts';
import { answer } from '../../src/testing/index.ts';
import { findUnpaired, tryRun } from '../support/run-helpers.ts';
import { scanPieces } from '../support/scan.ts';

const CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>';
const FOUND = { name: 'get_weather', arguments: '{"city":"Paris"}' };

const SCHEMAS = new Map([['get_weather', { type: 'object' }]]);

function scan(pieces: readonly string[], wasCut = false) {
  return scanPieces(pieces, { schemas: SCHEMAS, wasCut });
}

describe('text', () => {
  test.each<[string, string, string, number]>([
    ['with a call alone', CALL, '', 1],
    ['with a call after words', `Let me look. ${CALL}`, 'Let me look.', 1],
    ['with two calls', `${CALL}\n${CALL}`, '', 2],
    ['with words after a call', `${CALL}\nThere.`, `${CALL}\nThere.`, 0],
    ['with a call that lacks its outer brace', CALL.replace('}}', '}'), '', 1],
    ['with parameters for arguments', CALL.replace('arguments', 'parameters'), '', 1],
    ['with a call that lacks its closing mark', CALL.replace('</tool_call>', ''), '', 1],
    ['without any call', 'Just < words > here.', 'Just < words > here.', 0],
    ['with a call of another tool', CALL.replace('get_weather', 'other'), CALL.replace('get_weather', 'other'), 0],
    ['with a call in a code fence', `\`\`\`\n${CALL}\n\`\`\``, `\`\`\`\n${CALL}\n\`\`\``, 0],
    ['with a call after a code fence', `\`\`\`\nx\n\`\`\`\n${CALL}`, '```\nx\n```', 1],
    ['with a call in inline code', `Write \`${CALL}\``, `Write \`${CALL}\``, 0],
    ['with a call in quotes', `Say "${CALL}"`, `Say "${CALL}"`, 0],
    ['with a call in a quoted line', `> ${CALL}`, `> ${CALL}`, 0],
    ['with what is no JSON', '<tool_call>hello</tool_call>', '<tool_call>hello</tool_call>', 0],
  ])('%s', (_name, text, shown, count) => {
    const { mentioned: _mentioned, ...found } = scan([text]);
    expect(found).toEqual({ text: shown, calls: Array.from({ length: count }, () => FOUND), hasCutCall: false });
  });

  test('with a call whose arguments are nested too deeply to be written down again', () => {
    const deep = CALL.replace('"Paris"', `${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(scan([deep])).toEqual({ text: deep, calls: [], hasCutCall: false });
  });

  test.each(['<tool_call>\n{"name": "get_weather", "arguments": {"city": "Pa', `${CALL.slice(0, -20)}`])(
    'that is cut in a call gives none',
    (text) => {
      expect(scan([text], true)).toEqual({ text: '', calls: [], hasCutCall: true });
    },
  );

  test('gives the same at any split, and never takes back what it gave', () => {
    const text = `Hello <b>you</b>. ${CALL} and \`${CALL}\` done\n`;
    const whole = scan([text]);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: text.length }), { maxLength: 30 }), (cuts) => {
        const ends = [...cuts, text.length].toSorted((a, b) => a - b);
        expect(scan(ends.map((end, at) => text.slice(ends[at - 1] ?? 0, end)))).toEqual(whole);
      }),
    );
  });
});

test('more calls than a model makes at once are not looked up in the messages: they are text', () => {
  let lookups = 0;
  const messages = [{ role: 'user', content: 'x' }] as const;
  const echo = createEcho(messages);
  const repeats = (written: string, name: string): boolean => {
    lookups++;
    return echo(written, name);
  };
  const text = Array.from({ length: 300 }, (_, at) => CALL.replace('Paris', `${at}`)).join('\n');
  const { calls } = scanPieces([text], { schemas: SCHEMAS, repeats });
  expect([calls.length, lookups]).toEqual([0, 300]);
});

describe('a run', () => {
  test.each(['content', 'reasoning'] as const)(
    'runs a call that was left in the %s, once, and does not show its text',
    async (field) => {
      const { result, events, ran } = await tryRun([answer({ [field]: CALL }), answer({ content: 'FINAL answer' })]);
      expect(ran).toEqual(['Paris']);
      expect(
        events.filter(
          (event) => (event.type === 'content' || event.type === 'reasoning') && event.delta.includes('tool_call'),
        ),
      ).toEqual([]);
      expect(result.warnings.map(({ code }) => code)).toEqual(['call_rescued']);
      expect([result.text, findUnpaired(events)]).toEqual(['FINAL answer', []]);
    },
  );

  test('on a server without tool flags brings its own grammar, and ends with the same history', async () => {
    const server = { toolParser: false, reasoningParser: false };
    const { result, bodies, ran } = await tryRun([answer({ content: CALL }), answer({ content: 'FINAL answer' })], {
      server,
    });
    expect(ran).toEqual(['Paris']);
    expect(
      bodies.map((body) => [body.tool_choice, (body.response_format as { type?: string } | undefined)?.type]),
    ).toEqual([
      [undefined, undefined],
      ['none', 'structural_tag'],
      ['none', 'structural_tag'],
    ]);
    expect(result.warnings.map(({ code }) => code)).toEqual(['client_side_tools']);
    expect(result.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: expect.stringMatching(/^chatcmpl-tool-/), type: 'function', function: FOUND }],
      },
      {
        role: 'tool',
        tool_call_id: expect.stringMatching(/^chatcmpl-tool-/),
        content: '{"city":"Paris","temperature":20}',
      },
      { role: 'assistant', content: 'FINAL answer' },
    ]);
  });

  test('on such a server binds a forced call from its first token', async () => {
    const server = { toolParser: false, reasoningParser: false };
    const toolChoice = { type: 'function', function: { name: 'get_weather' } } as const;
    const { bodies, ran } = await tryRun([answer({ content: CALL }), answer({ content: 'done' })], {
      server,
      toolChoice,
    });
    const begin = '<tool_call>\n{"name": "get_weather", "arguments": ';
    expect(bodies[1]?.response_format ?? bodies[0]?.response_format).toMatchObject({
      format: { type: 'tag', begin, end: '}\n</tool_call>', content: { type: 'json_schema' } },
    });
    expect(ran).toEqual(['Paris']);
  });
});

// Owns the tables that nobody types: `npm run tables` runs the tests of the wire and the conformance suite, reads the families'
// data, and writes test/compatibility.md. What a real vLLM was seen to do is in test/live/results.md.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FAMILIES } from '../../src/model/profile/families.ts';
import type { ProfileSource } from '../../src/model/profile/profile.ts';
import { UNNAMED_PARSERS } from '../../src/model/profile/vllm-parsers.ts';
import { DRESSES } from '../support/attacks.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Folders and files of claims, under the heading that they have in the table. */
const ATTACKS = 'test/model/attacks.test.ts';

const GROUPS: Readonly<Record<string, string>> = {
  'test/agent/wire-situations.test.ts': 'What servers do on the wire, and how a run ends',
  'test/client/requests.test.ts': 'The client: requests',
  'test/client/responses.test.ts': 'The client: whole answers',
  'test/client/streams.test.ts': 'The client: streams',
  'test/client/tool-calls.test.ts': 'The client: calls put together',
  'test/client/errors.test.ts': 'The client: errors',
  'test/client/time-limits.test.ts': 'The client: time limits',
  'test/client/transports.test.ts': 'The client: ways to a server',
  'test/client/endpoints.test.ts': 'The client: other endpoints',
  'test/agent/rescue.test.ts': 'Hostile input: calls in the text of an answer',
  'test/cli/one-door.test.ts': 'Hostile input: what a terminal is shown',
  'test/cli/terminal.test.ts': 'Hostile input: keys and pastes',
  'test/tools/files.test.ts': 'Hostile input: paths, and who may write',
  'test/tool/result-values.test.ts': 'Hostile input: what tools return',
  'test/tool/parameter-names.test.ts': 'Hostile input: names of parameters',
};

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly ancestorTitles: readonly string[];
      readonly status: string;
    }[];
  }[];
}

async function output(command: string, words: readonly string[]): Promise<string> {
  const child = spawn(command, words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (part) => {
    text += part;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return text;
}

async function claims(folder: string): Promise<string[]> {
  const file = join(folder, 'report.json');
  await output('npx', [
    'vitest',
    'run',
    '--dir',
    'test',
    '--testTimeout=60000',
    '--reporter=json',
    `--outputFile=${file}`,
    ...Object.keys(GROUPS),
    ATTACKS,
  ]);
  const report: Report = JSON.parse(await readFile(file, 'utf8'));
  const groups = Object.entries(GROUPS).flatMap(([path, heading]) => {
    const results = report.testResults.find(({ name }) => name.endsWith(path))?.assertionResults ?? [];
    const rows = results.map(
      ({ fullName, status }) => `| ${cell(fullName)} | ${status === 'passed' ? 'yes' : '**no**'} |`,
    );
    return ['', `## ${heading}`, '', '| claim | holds |', '| --- | --- |', ...rows];
  });
  return [...groups, ...attacks(report)];
}

const LONG_NAME = 30;

/** One row a dress: what became of the call before there were rules for it, and in how many formats and runs it is text now. */
function attacks(report: Report): string[] {
  const results = report.testResults.find(({ name }) => name.endsWith(ATTACKS))?.assertionResults ?? [];
  const rows = DRESSES.map(({ name, before }) => {
    // Titles of tests are cut when they are long.
    const start = name.length > LONG_NAME ? `'${name.slice(0, LONG_NAME)}` : `'${name}'`;
    const ofDress = results.filter(({ ancestorTitles: [title = ''] }) => title.includes(start));
    const held = ofDress.filter(({ status }) => status === 'passed');
    return `| ${cell(name)} | ${before} | text in ${held.length} of ${ofDress.length} |`;
  });
  return [
    '',
    '## Attacks: a call that the model did not make',
    '',
    '| the call stands | before | now |',
    '| --- | --- | --- |',
    ...rows,
  ];
}

/** One table for each revision of the protocol. */
async function conformance(): Promise<string[]> {
  const text = await output(process.execPath, ['test/conformance/run.mjs', '--all']);
  return [...text.matchAll(/^(\d{4}-\d\d-\d\d)\n((?:(?!\d{4}-\d\d-\d\d\n).*\n)*)/gm)].flatMap(
    ([, revision, results = '']) => {
      const [, counted = ''] = /^(\d+ of \d+ required scenarios passed, .+)$/m.exec(results) ?? [];
      const rows = [...results.matchAll(/^([✓✗]) (\S+): (\d+) passed, (\d+) failed(?:: (it needs .+))?$/gmu)].map(
        ([, mark, scenario, passed, failed, why]) =>
          `| ${scenario} | ${passed} | ${failed} | ${mark === '✓' ? 'yes' : `no: ${why ?? 'see the output'}`} |`,
      );
      const head = ['', `## MCP ${revision}, client scenarios`, '', counted, ''];
      return [...head, '| scenario | checks passed | failed | holds |', '| --- | --- | --- | --- |', ...rows];
    },
  );
}

function families(): string[] {
  const rows = FAMILIES.map(({ name, toolParser, reasoningParser, format, thinking, delimiters, ids, checked }) => {
    const marks = delimiters === undefined ? '-' : `${delimiters.open.trim()} ${delimiters.close}`;
    const sources = checked.map((source) => SOURCES[source]).join(', ');
    const cells = [
      name,
      toolParser ?? 'none known',
      reasoningParser ?? '-',
      format.name,
      thinking,
      marks,
      ids,
      sources,
    ];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  const unnamed = [...UNNAMED_PARSERS].map(([name, reason]) => `| ${cell(name)} | ${cell(reason)} |`);
  const titles =
    'family | --tool-call-parser | --reasoning-parser | how it writes calls | switch for thinking | marks of thinking | ids | checked against';
  return [
    '',
    '## Model families',
    '',
    ...tableHead(titles),
    ...rows,
    '',
    '## Parsers that no family names',
    '',
    ...tableHead('parser | why'),
    ...unnamed,
  ];
}

const SOURCES: Readonly<Record<ProfileSource, string>> = {
  parser: "vLLM's parser",
  tests: 'its tests',
  template: 'its template',
  model: 'a real model',
  docs: 'docs',
  guess: 'nothing: a guess',
};

function tableHead(titles: string): readonly string[] {
  return [`| ${titles} |`, `|${' --- |'.repeat(titles.split('|').length)}`];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<').replace(/\s+/g, ' ').trim().slice(0, 200);
}

const folder = await mkdtemp(join(tmpdir(), 'tables-'));
try {
  const lines = [
    '# Compatibility',
    '',
    'Written by `npm run tables`, from the results of the tests.',
    ...families(),
    ...(await conformance()),
    ...(await claims(folder)),
    '',
  ];
  await writeFile(join(ROOT, 'test', 'compatibility.md'), lines.join('\n'));
} finally {
  await rm(folder, { recursive: true, force: true });
}

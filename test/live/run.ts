// Owns the live suite: `npm run live` starts a real vLLM in each personality, or takes the one of VLLM_BASE_URL, tries every check
// and writes the table. It is no part of `npm test`.

import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { VllmClient } from '../../src/index.ts';
import { recordVllm } from '../../src/testing/index.ts';
import { CHECKS } from './checks.ts';
import { DEFAULT_VERSION, install, start, VERSION } from './cpu-server.ts';
import { doctorPage, pageOfGateway, pagesWithoutVllm } from './doctor-pages.ts';
import type { LivePersonality } from './personalities.ts';
import { PERSONALITIES } from './personalities.ts';

const RESULTS = new URL(VERSION === DEFAULT_VERSION ? 'results.md' : `results-${VERSION}.md`, import.meta.url);

const DOCTOR = new URL('doctor.md', import.meta.url);
const RECORDINGS = new URL('recordings/', import.meta.url);
const RECORD = '--record';

interface Row {
  readonly version: string;
  readonly personality: string;
  readonly claim: string;
  readonly isGood: boolean;
  readonly seen: string;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function tryAll(
  baseUrl: string,
  personality: LivePersonality,
  log: (() => Promise<string>) | undefined,
): Promise<Row[]> {
  await using client = new VllmClient(baseUrl, { apiKey: personality.apiKey, maxRetries: 0 });
  const version = await client.version();
  const model = (await client.models.list()).data[0]?.id ?? '';
  const rows: Row[] = [];
  for (const check of CHECKS) {
    if (check.holdsFor?.(personality) === false) continue;
    const row = { version, personality: personality.name, claim: check.claim };
    try {
      rows.push({ ...row, isGood: true, seen: await check.try({ ...personality, client, model, log }) });
    } catch (error) {
      rows.push({ ...row, isGood: false, seen: error instanceof Error ? error.message : String(error) });
    }
    const last = rows.at(-1);
    say(`${last?.isGood ? 'ok    ' : 'FAILED'}  ${check.claim}: ${last?.seen}`);
  }
  return rows;
}

/** With `--record` all that is said is kept, one file a personality, for `replayVllm`. */
async function recorded(
  baseUrl: string,
  personality: LivePersonality,
  log: (() => Promise<string>) | undefined,
): Promise<Row[]> {
  if (!process.argv.includes(RECORD)) return await tryAll(baseUrl, personality, log);
  await mkdir(RECORDINGS, { recursive: true });
  const file = fileURLToPath(new URL(`${personality.name.replaceAll(' ', '-')}.json`, RECORDINGS));
  await using recorder = await recordVllm({ baseUrl, file });
  return await tryAll(recorder.baseUrl, personality, log);
}

/** The server that the user named: what it was started with is asked, not known. */
async function named(baseUrl: string): Promise<LivePersonality> {
  const apiKey = process.env.VLLM_API_KEY;
  await using client = new VllmClient(baseUrl, { apiKey, maxRetries: 0 });
  const model = (await client.models.list()).data[0]?.id ?? '';
  const tools = [
    { type: 'function', function: { name: 'x', parameters: { type: 'object', properties: {} } } },
  ] as const;
  const request = {
    model,
    messages: [{ role: 'user', content: 'Hi' }],
    tools,
    tool_choice: 'auto',
    max_tokens: 8,
    stream: false,
  } as const;
  const answer = await client.chat.completions.create(request).catch(() => undefined);
  const hasReasoningParser = (answer?.choices[0]?.message.reasoning ?? '') !== '';
  return { name: 'as configured', flags: [], apiKey, hasToolParser: answer !== undefined, hasReasoningParser };
}

function table(rows: readonly Row[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').slice(0, 160);
  const lines = rows.map(
    ({ version, personality, claim, isGood, seen }) =>
      `| ${version} | ${personality} | ${cell(claim)} | ${isGood ? 'yes' : '**no**'} | ${cell(seen)} |`,
  );
  return [
    '# A real vLLM',
    '',
    'Written by `npm run live`.',
    '',
    '| version | personality | it … | holds | seen |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
}

function canInstall(): boolean {
  try {
    execFileSync(process.env.PYTHON ?? 'python3', ['-c', 'import venv'], { stdio: 'ignore' });
    return process.platform === 'linux';
  } catch {
    // No Python, or one without what makes environments.
    return false;
  }
}

const words = process.argv.slice(2);
const configured = process.env.VLLM_BASE_URL;
const rows: Row[] = [];
const pages: string[] = [];
if (configured !== undefined && configured !== '')
  rows.push(...(await recorded(configured, await named(configured), undefined)));
else if (!canInstall()) {
  say('Skipped: VLLM_BASE_URL is not set, and a vLLM for the CPU needs Linux and Python 3.10 or later with venv.');
} else {
  await install(say);
  const wanted = words.filter((word) => word !== RECORD);
  for (const personality of PERSONALITIES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    await using server = await start(personality.flags, say);
    rows.push(...(await recorded(server.baseUrl, personality, server.log)));
    pages.push(await doctorPage(`vLLM with ${personality.name}`, server.baseUrl, personality.apiKey));
    if (personality.apiKey !== undefined) pages.push(await doctorPage('A wrong key', server.baseUrl, 'wrong'));
    else if (personality.hasToolParser) pages.push(await pageOfGateway(server.baseUrl));
  }
}
if (rows.length > 0) {
  // A part of the suite does not replace the table of the whole.
  if (words.every((word) => word === RECORD)) {
    await writeFile(RESULTS, table(rows));
    const isWhole = pages.length > 0 && VERSION === DEFAULT_VERSION;
    const head = '# What the doctor says\n\nWritten by `npm run live`.\n';
    if (isWhole) await writeFile(DOCTOR, [head, ...pages, ...(await pagesWithoutVllm())].join('\n'));
  }
  const failed = rows.filter(({ isGood }) => !isGood).length;
  say(`Live: ${rows.length - failed} passed, ${failed} failed. The table is test/live/results.md.`);
  process.exitCode = failed === 0 ? 0 : 1;
}

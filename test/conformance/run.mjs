// Owns running the conformance suite of MCP against this project's client: every scenario that 2025-11-25 requires, one after another, so
// that a busy machine makes it slower and nothing else. `--all` adds the extensions and later additions, which are not scored; names of
// scenarios run just those. The suite needs Node 22 or later and takes it from npm where this one is older.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SUITE = 'node_modules/@modelcontextprotocol/conformance';
const REVISION = '2025-11-25';
const OLDEST_NODE = 22;

/** Milliseconds for one scenario: against one that hangs, far beyond what any takes. */
const TIMEOUT_MS = 300_000;

/** Built once, since compiling it for each scenario takes longer than the scenario. Beside the packages, so that it finds them. */
const CLIENT = join(ROOT, 'node_modules/.cache/vllm-agents/conformance-client.mjs');

const run = promisify(execFile);

/** The scenarios of the revision's own list: those that are required, and those that are run and not scored. */
async function listScenarios() {
  const list = await readFile(join(ROOT, SUITE, `requirements/${REVISION}.yaml`), 'utf8');
  const [, client = ''] = /^client:\n((?: {2}- .*\n)*)/m.exec(list) ?? [];
  const required = [...client.matchAll(/^ {2}- (\S+)$/gm)].map(([, name]) => name);
  const others = [...list.matchAll(/^ {2}- scenario: (\S+)\n {4}leg: client$/gm)].map(([, name]) => name);
  if (required.length === 0) throw new Error(`No scenario was found in the list of ${REVISION}.`);
  return { required, others };
}

async function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return process.execPath;
  const { stdout } = await run('npx', ['-y', '-p', 'node@24', '--', 'node', '-p', 'process.execPath'], { cwd: ROOT });
  return stdout.trim();
}

async function runScenario(node, scenario) {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  const words = [join(SUITE, 'dist/index.js'), 'client'];
  const options = ['--command', `${process.execPath} ${CLIENT}`, '--scenario', scenario, '--spec-version', REVISION];
  const limits = ['--timeout', String(TIMEOUT_MS), '--output-dir', folder, '--force'];
  try {
    const result = await run(node, [...words, ...options, ...limits], { cwd: ROOT, maxBuffer: 2 ** 28 }).catch(
      (failure) => failure,
    );
    const output = `${result.stdout}${result.stderr}`;
    const [, passed, all, failed] = /Passed: (\d+)\/(\d+), (\d+) failed/.exec(output) ?? [];
    const isPassed = !(result instanceof Error) && all !== undefined && Number(all) > 0 && failed === '0';
    return { isPassed, line: `${scenario}: ${passed ?? 0} passed, ${failed ?? 1} failed`, output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const words = process.argv.slice(2);
const { required, others } = await listScenarios();
const named = words.filter((word) => !word.startsWith('--'));
const scenarios = named.length > 0 ? named : [...required, ...(words.includes('--all') ? others : [])];
await build({
  entryPoints: [join(ROOT, 'test/conformance/client.ts')],
  outfile: CLIENT,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  logLevel: 'warning',
});
const node = await findNode();
let failures = 0;
for (const scenario of scenarios) {
  const { isPassed, line, output } = await runScenario(node, scenario);
  const isScored = !others.includes(scenario);
  process.stdout.write(`${isPassed ? '✓' : '✗'} ${line}${isScored ? '' : ' (not scored)'}\n`);
  if (isPassed || !isScored) continue;
  failures++;
  process.stdout.write(`${output}\n`);
}
const scored = scenarios.filter((scenario) => !others.includes(scenario)).length;
process.stdout.write(`${scored - failures} of ${scored} required scenarios passed.\n`);
process.exitCode = failures === 0 ? 0 : 1;

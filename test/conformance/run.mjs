// Owns running the conformance suite of MCP against this project's client: every scenario that each revision of the protocol requires and
// what passes beyond that, one after another, so that a busy machine makes it slower and nothing else. The name of a revision runs that one
// alone, names of scenarios run just those, `--all` adds those that do not pass, with the reason. The suite needs Node 22 or later and takes it from npm
// where this one is older.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SUITE = 'node_modules/@modelcontextprotocol/conformance';
const REVISIONS = ['2025-11-25', '2026-07-28'];
const OLDEST_NODE = 22;

/** Not required of the revision, and passed all the same: what later revisions require, extensions, older servers. */
const BEYOND = {
  '2025-11-25': [
    ...['auth/iss-supported', 'auth/iss-not-advertised', 'auth/iss-supported-missing', 'auth/iss-wrong-issuer'],
    ...['auth/iss-unexpected', 'auth/iss-normalized', 'auth/metadata-issuer-mismatch', 'auth/resource-mismatch'],
    ...['auth/offline-access-scope', 'auth/offline-access-not-supported', 'auth/authorization-server-migration'],
    ...['auth/2025-03-26-oauth-metadata-backcompat', 'auth/2025-03-26-oauth-endpoint-fallback'],
    ...['auth/client-credentials-jwt', 'auth/client-credentials-basic'],
    ...['json-schema-ref-no-deref', 'json-schema-2020-12-preservation'],
  ],
  '2026-07-28': [
    ...['auth/client-credentials-jwt', 'auth/client-credentials-basic', 'json-schema-2020-12-preservation'],
  ],
};

/** Extensions of the protocol that this client does not have. */
const MISSING = {
  'auth/enterprise-managed-authorization': 'sign-in with the token of an identity provider (ID-JAG)',
  'auth/dpop': 'tokens that are bound to a key (DPoP)',
  'auth/dpop-nonce': 'tokens that are bound to a key (DPoP)',
  'auth/wif-jwt-bearer': 'sign-in with the token of a workload (WIF)',
};

/** Milliseconds for one scenario: against one that hangs, far beyond what any takes. */
const TIMEOUT_MS = 300_000;

/** Built once, since compiling it for each scenario takes longer than the scenario. Beside the packages, so that it finds them. */
const CLIENT = join(ROOT, 'node_modules/.cache/vllm-agents/conformance-client.mjs');

const run = promisify(execFile);

/** The scenarios that a revision requires, by the suite's own list. */
async function listRequired(revision) {
  const list = await readFile(join(ROOT, SUITE, `requirements/${revision}.yaml`), 'utf8');
  const [, client = ''] = /^client:\n((?: {2}- .*\n)*)/m.exec(list) ?? [];
  const required = [...client.matchAll(/^ {2}- (\S+)$/gm)].map(([, name]) => name);
  if (required.length === 0) throw new Error(`No scenario was found in the list of ${revision}.`);
  return required;
}

async function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return process.execPath;
  const { stdout } = await run('npx', ['-y', '-p', 'node@24', '--', 'node', '-p', 'process.execPath'], { cwd: ROOT });
  return stdout.trim();
}

async function runScenario(node, revision, scenario) {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  const words = [join(SUITE, 'dist/index.js'), 'client'];
  const options = ['--command', `${process.execPath} ${CLIENT}`, '--scenario', scenario, '--spec-version', revision];
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

const given = process.argv.slice(2);
const revisions = REVISIONS.filter((revision) => given.includes(revision));
const named = given.filter((word) => !word.startsWith('--') && !REVISIONS.includes(word));
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
for (const revision of revisions.length > 0 ? revisions : REVISIONS) {
  const required = await listRequired(revision);
  const all = [...required, ...BEYOND[revision], ...(given.includes('--all') ? Object.keys(MISSING) : [])];
  const results = [];
  process.stdout.write(`${revision}\n`);
  for (const scenario of named.length > 0 ? named : all) {
    const { isPassed, line, output } = await runScenario(node, revision, scenario);
    const missing = MISSING[scenario];
    results.push({ scenario, isPassed });
    process.stdout.write(`${isPassed ? '✓' : '✗'} ${line}${missing === undefined ? '' : `: it needs ${missing}`}\n`);
    if (isPassed || missing !== undefined) continue;
    failures++;
    process.stdout.write(`${output}\n`);
  }
  const count = (names) => {
    const run = results.filter(({ scenario }) => names.includes(scenario));
    return `${run.filter(({ isPassed }) => isPassed).length} of ${run.length}`;
  };
  process.stdout.write(`${count(required)} required scenarios passed, ${count(BEYOND[revision])} beyond them.\n`);
}
process.exitCode = failures === 0 ? 0 : 1;

// Owns the claim that the README's code is what it says: the agent is the shipped file, the programs compile and run.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const exec = promisify(execFile);

async function blocks(): Promise<string[]> {
  const text = await readFile(join(ROOT, 'README.md'), 'utf8');
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
}

test('the agent is the shipped one', async () => {
  const shipped = await readFile(join(ROOT, 'agents/weather.ts'), 'utf8');
  const [block = ''] = await blocks();
  expect(shipped).toContain(block.split('\n').slice(1).join('\n'));
});

test('the programs compile, and the whole one runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'readme-'));
  try {
    // `vllm-agents` is the source itself here; that the package is the same is claimed by the package's own tests.
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const [, whole = '', client = '', mcp = ''] = await blocks();
    const local = (code: string): string =>
      code
        .replaceAll("'vllm-agents/testing'", `'${ROOT}src/testing/index.ts'`)
        .replaceAll("'vllm-agents'", `'${ROOT}src/index.ts'`);
    await writeFile(join(folder, 'whole.ts'), local(whole));
    await writeFile(join(folder, 'client.ts'), local(client));
    await writeFile(join(folder, 'mcp.ts'), local(mcp));
    await writeFile(join(folder, 'package.json'), '{"type": "module"}');
    const compilerOptions = { rewriteRelativeImportExtensions: false };
    const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.ts'], exclude: [] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { stdout: complaints } = await exec(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder]).catch(
      (error) => error,
    );
    expect(complaints).toBe('');
    const { stdout } = await exec(process.execPath, ['--import', 'tsx', join(folder, 'whole.ts')], { cwd: ROOT });
    expect(stdout).toBe('Noon.\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});

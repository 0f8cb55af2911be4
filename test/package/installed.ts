// Owns packing this project and installing it as a user does. What must hold of the result is left to the test.

import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The root of this project. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Installed {
  readonly tarball: string;
  /** The folder of a user's program, with the package in its `node_modules`. */
  readonly consumer: string;
  /** The installed package: what the tarball holds. */
  readonly folder: string;
  /** A copy of the consumer's folder, for a test that changes what is installed. */
  readonly copy: () => Promise<string>;
  /** Removes everything, the copies too. */
  readonly close: () => Promise<void>;
}

/** Builds, packs and installs into a temporary folder, which `close` removes. */
export async function installPackage(): Promise<Installed> {
  const work = await mkdtemp(join(tmpdir(), 'vllm-agents-package-'));
  const close = () => rm(work, { recursive: true, force: true });
  try {
    // Packing builds, by `prepack`.
    await run('npm', ['pack', '--pack-destination', work], ROOT);
    const name = (await readdir(work)).find((file) => file.endsWith('.tgz'));
    if (name === undefined) throw new Error('npm pack left no tarball');
    const [tarball, consumer] = [join(work, name), join(work, 'consumer')];
    await cp(join(ROOT, 'test/package/fixture'), consumer, { recursive: true });
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], consumer);
    const copy = async () => {
      const folder = await mkdtemp(join(work, 'copy-'));
      await cp(consumer, folder, { recursive: true, verbatimSymlinks: true });
      return folder;
    };
    return { tarball, consumer, folder: join(consumer, 'node_modules/vllm-agents'), copy, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a program prints to its standard output. Rejects with all its output when it fails. */
export async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  // `npm run` passes the project's folder to its children: an `npm install` among them would install there.
  const { npm_config_local_prefix: _, ...env } = process.env;
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, env });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string }; // execFile's own.
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** Every file below a folder, relative to it, with forward slashes, sorted. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll(sep, '/'),
    )
    .toSorted();
}

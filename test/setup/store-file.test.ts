// Owns claims about where the store is that programs share.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../src/index.ts';
import { storeFile } from '../../src/setup/environment.ts';

test.each<[Parameters<typeof storeFile>[0], string, string]>([
  [{}, 'linux', '/home/ann/.local/state/vllm-agents/store.db'],
  [{ XDG_STATE_HOME: '/state' }, 'linux', '/state/vllm-agents/store.db'],
  [{ XDG_STATE_HOME: 'relative' }, 'linux', '/home/ann/.local/state/vllm-agents/store.db'],
  [{ XDG_STATE_HOME: '' }, 'freebsd', '/home/ann/.local/state/vllm-agents/store.db'],
  [{}, 'darwin', '/home/ann/Library/Application Support/vllm-agents/store.db'],
  [{}, 'win32', '/home/ann/AppData/Local/vllm-agents/store.db'],
  [{ LOCALAPPDATA: '/local' }, 'win32', '/local/vllm-agents/store.db'],
  [{ VLLM_AGENTS_HOME: '/own', XDG_STATE_HOME: '/state' }, 'linux', '/own/store.db'],
  [{ VLLM_AGENTS_HOME: '' }, 'linux', '/home/ann/.local/state/vllm-agents/store.db'],
])('with %j on %s it is %s', (env, platform, file) => {
  expect(storeFile(env, { platform, home: '/home/ann' })).toBe(file);
});

test('openStore opens it where no path is given, readable by its owner alone', async () => {
  const home = mkdtempSync(join(tmpdir(), 'store-home-'));
  const before = process.env.VLLM_AGENTS_HOME;
  process.env.VLLM_AGENTS_HOME = join(home, 'new');
  try {
    await (await openStore()).close();
    const modes = ['new', 'new/store.db'].map((name) => statSync(join(home, name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600]);
  } finally {
    if (before === undefined) delete process.env.VLLM_AGENTS_HOME;
    else process.env.VLLM_AGENTS_HOME = before;
    rmSync(home, { recursive: true });
  }
});

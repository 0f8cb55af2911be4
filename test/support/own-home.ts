// Owns the folder in which programs under test store what they do: one for each process of tests, away from that of whoever runs them.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'agents-home-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** For the environment of a program. */
export const OWN_HOME = { VLLM_AGENTS_HOME: folder };

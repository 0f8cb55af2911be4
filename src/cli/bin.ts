#!/usr/bin/env node
// Owns the command `vllm-agents`: `doctor`, for a server or, when its file is named, for an agent.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageVersion } from '../setup/version.ts';
import { readArgs, UsageError } from './args.ts';
import { examine } from './doctor/doctor.ts';
import { EXIT } from './help.ts';
import { runProcess } from './run-main.ts';

const USAGE = `Usage: vllm-agents doctor [--base-url URL] [--model NAME] [--json] [agent.ts]
       vllm-agents --version
`;

await runProcess('vllm-agents', async (io) => {
  try {
    const [command, ...rest] = io.args;
    const wanted = readArgs(command === 'doctor' ? rest : io.args);
    if (wanted.isVersion || wanted.isHelp) {
      io.out.write(wanted.isHelp ? USAGE : `${packageVersion()}\n`);
      return EXIT.done;
    }
    if (command !== 'doctor') throw new UsageError('There is one command, doctor.');
    const { question: file, baseUrl, model, isJson } = wanted;
    if (file !== '') return await examineFile(file, rest);
    return await examine({ agent: undefined, baseUrl, model, isJson }, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err.write(`${error.message}\n${USAGE}`);
    return EXIT.usage;
  }
});

/** An agent's file is a program of its own, and has the doctor with it. TypeScript is read by tsx, where that is installed. */
async function examineFile(file: string, words: readonly string[]): Promise<number> {
  const flags = words.filter((word) => word !== file);
  const child = spawn(process.execPath, [...loader(), file, '--doctor', ...flags], { stdio: 'inherit' });
  return await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? EXIT.failed));
  });
}

function loader(): readonly string[] {
  try {
    const tsx = createRequire(join(process.cwd(), 'package.json')).resolve('tsx');
    return ['--import', tsx];
  } catch {
    // Without tsx: newer versions of Node read TypeScript by themselves.
    return [];
  }
}

#!/usr/bin/env node
// Owns the command `vllm-agents`. Its only subcommand, `doctor`, checks a server, or an agent when its file is named.

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
    const cliArgs = readArgs(command === 'doctor' ? rest : io.args);
    if (cliArgs.isVersion || cliArgs.isHelp) {
      io.out.write(cliArgs.isHelp ? USAGE : `${packageVersion()}\n`);
      return EXIT.done;
    }
    if (command !== 'doctor') throw new UsageError('The only command is doctor.');
    const { question: file, baseUrl, model, isJson } = cliArgs;
    if (file !== '') return await examineFile(file, rest);
    return await examine({ agent: undefined, baseUrl, model, isJson }, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err.write(`${error.message}\n${USAGE}`);
    return EXIT.usage;
  }
});

/** Runs the agent's file with `--doctor`, as a program of its own. tsx, where it is installed, reads TypeScript. */
async function examineFile(file: string, args: readonly string[]): Promise<number> {
  const flags = args.filter((arg) => arg !== file);
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
    // Without tsx: newer versions of Node run TypeScript directly.
    return [];
  }
}

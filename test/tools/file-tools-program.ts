// Owns a program that calls file tools as a user without rights, or under the limits of a shell: its argument is the root,
// its input a JSON list of `{ name, args }`. Prints a JSON list of what the model would be told.

import { readFileSync } from 'node:fs';
import { createFileTools } from '../../tools/files.ts';

const NOBODY = 65534;

const [, , root = ''] = process.argv;
const calls = readFileSync(0, 'utf8');
// Whoever may do everything is refused nothing.
if (process.getuid?.() === 0 && process.env.KEEP_RIGHTS === undefined) {
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
const tools = createFileTools({ root });
const told: string[] = [];
for (const { name, args } of JSON.parse(calls)) {
  const tool = tools.find((one) => one.name === name);
  const context = { signal: new AbortController().signal, progress: () => {} };
  try {
    told.push(String(await tool?.execute(args, context as never)));
  } catch (error) {
    told.push(error instanceof Error ? error.message : String(error));
  }
}
process.stdout.write(JSON.stringify(told));

// Owns the time that TypeScript takes for a program with many tools: `npm run bench:types [TOOLS]`. The same program without
// tools is timed beside it, so that what the compiler takes in any case can be told from what the tools take.

import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from './statistics.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = fileURLToPath(new URL('./built/types', import.meta.url));
const DEFAULT_TOOLS = 300;
const REPETITIONS = 3;
const TARGET_S = 2;

const run = promisify(execFile);
const count = Number(process.argv[2] ?? DEFAULT_TOOLS);
await mkdir(FOLDER, { recursive: true });
try {
  const without = await secondsFor(0);
  const all = await secondsFor(count);
  const figures = `${all.toFixed(2)} s (target ${TARGET_S}), without tools ${without.toFixed(2)} s`;
  process.stdout.write(`A program of ${count} tools with zod schemas type-checks in ${figures}.\n`);
} finally {
  await rm(FOLDER, { recursive: true });
}

async function secondsFor(tools: number): Promise<number> {
  await writeFile(`${FOLDER}/program.ts`, program(tools));
  const config = { extends: '../../../../tsconfig.json', include: ['program.ts'], exclude: [] };
  await writeFile(`${FOLDER}/tsconfig.json`, JSON.stringify(config));
  const seconds: number[] = [];
  for (let at = 0; at < REPETITIONS; at++) {
    const startedAt = performance.now();
    await run(`${ROOT}node_modules/.bin/tsc`, ['-p', FOLDER]);
    seconds.push((performance.now() - startedAt) / 1000);
  }
  return median(seconds);
}

/** Each tool has a schema of its own, with what schemas of tools have, and uses the types that come of it. */
function program(tools: number): string {
  const definitions = Array.from(
    { length: tools },
    (_, at) => `const tool${at} = defineTool({
  name: 'tool_${at}',
  description: 'The tool ${at}.',
  parameters: z.object({
    query${at}: z.string().min(1).describe('What to look for.'),
    limit: z.number().int().min(1).max(100).default(10),
    kind: z.enum(['a${at}', 'b', 'c']).optional(),
    filters: z.array(z.object({ field: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) })),
    where: z.object({ city: z.string(), country: z.string().length(2) }).partial(),
  }),
  execute: ({ query${at}, limit, kind, filters, where }) => {
    const text: string = query${at} + (kind ?? '') + (where.city ?? '');
    const number: number = limit + filters.length;
    return { text, number };
  },
});`,
  );
  const names = definitions.map((_, at) => `tool${at}`).join(', ');
  return `import { z } from 'zod';
import { defineAgent, defineTool } from '../../../../src/index.ts';
${definitions.join('\n')}
export const agent = defineAgent({ name: 'many', tools: [${names}] });
export const used = [z, defineTool];
`;
}

// Owns an agent over the files of one folder: FILES_ROOT=notes npx tsx agents/files.ts "What did I plan for May?"

import { defineAgent, runMain } from '../src/index.ts';
import { createFileTools } from '../tools/files.ts';

export const files = defineAgent({
  name: 'files',
  description: 'Reads, searches and writes the files of one folder (FILES_ROOT, else the one it is started in).',
  instructions:
    'You work on the files of one folder. Look before you answer: list, search and read. ' +
    'Say from which file you know something. Write only when you are asked to.',
  tools: createFileTools({ root: process.env.FILES_ROOT ?? '.' }),
});

runMain(import.meta, files);

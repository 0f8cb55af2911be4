// Owns an agent that has another one read documents for it, and answers with its sources:
// npx tsx agents/research.ts "How far can the lighthouse be seen, and how many seals live near it?"

import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { agentTool, defineAgent, runMain } from '../src/index.ts';
import { createFileTools } from '../tools/files.ts';

const DOCUMENTS = process.env.RESEARCH_ROOT ?? fileURLToPath(new URL('documents', import.meta.url));

const reader = defineAgent({
  name: 'ask_reader',
  description: 'Reads the documents and reports what they say about one question, with file names and quotations.',
  instructions:
    'You read documents. Search them, read those that matter, and report what they say about the task: ' +
    'each fact with its file name and the sentence that says it. Report that nothing is there when nothing is.',
  tools: createFileTools({ root: DOCUMENTS, canWrite: false }),
  limits: { turns: 8 },
});

export const research = defineAgent({
  name: 'research',
  description: 'Answers questions from a folder of documents (RESEARCH_ROOT), with its sources.',
  instructions:
    'Answer from the documents alone. Have the reader look up each part of the question, one task for each. ' +
    'What the documents do not say, you do not know.',
  tools: [agentTool(reader)],
  output: z.object({
    answer: z.string().max(600).describe('The answer, in one to three sentences'),
    sources: z
      .array(
        z.object({
          file: z.string().describe('The name of the file'),
          quote: z.string().max(300).describe('The sentence in it that supports the answer'),
        }),
      )
      .max(5),
  }),
});

runMain(import.meta, research);

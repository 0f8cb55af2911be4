// Owns the claim that the page of formats speaks of every tool parser of vLLM 0.33, and of formats that exist.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../src/model/format', import.meta.url));

/** The names under which vLLM 0.33 registers tool parsers. */
const REGISTERED = (
  'apertus beam cohere_command3 cohere_command4 deepseek_v3 deepseek_v31 deepseek_v32 deepseek_v4 deepseek_v41 dots ernie45 ' +
  'functiongemma gemma4 gigachat3 glm45 glm47 granite granite-20b-fc granite4 hermes hf hunyuan_a13b hy_v3 hy_v4 inkling ' +
  'internlm jamba k2_horizon kimi_k2 kimi_k3 lfm2 ling3 llama3_json llama4_json llama4_pythonic longcat mimo minicpm5 ' +
  'minimax_m2 minimax_m3 mistral muse muse_glimmer musespark1x olmo3 openai phi4_mini_json plamo3 poolside_v1 pythonic ' +
  'qwen3_coder qwen3_json qwen3_xml seed_oss step3 step3p5 step5 xlam'
).split(' ');

/** The cells of the table's rows. */
const ROWS = readFileSync(join(FOLDER, 'README.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));

function named(cell = ''): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

test('every tool parser of vLLM has one row', () => {
  expect(ROWS.flatMap(([, parsers]) => named(parsers)).toSorted()).toEqual(REGISTERED.toSorted());
});

test('a row names a format that exists, or says why there is none', () => {
  const source = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(FOLDER, file), 'utf8'))
    .join('\n');
  const missing = ROWS.flatMap(([, , formats]) => named(formats)).filter(
    (name) => !source.includes(`export const ${name}: CallFormat`),
  );
  expect(missing).toEqual([]);
  expect(ROWS.filter(([, , formats]) => formats === '–').map(([, parsers]) => parsers)).toEqual(['`beam`', '`hf`']);
});

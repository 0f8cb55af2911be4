// Owns the rules of preparing the calls of an answer.

import { expect, test } from 'vitest';
import { answer } from '../../support/fake.ts';
import { tryRun } from '../../support/run-helpers.ts';

const FINAL = answer({ content: 'FINAL answer' });

test('only the last call of a cut answer can be cut: one before it is repaired, and runs', async () => {
  const toolCalls = [
    { name: 'get_weather', arguments: '{"city": "Paris"' },
    { name: 'get_weather', arguments: '{"city": "Tok' },
  ];
  const { ran, result } = await tryRun([answer({ toolCalls, finishReason: 'length' }), FINAL]);
  expect(ran).toEqual(['Paris']);
  expect(result.warnings.map(({ code }) => code)).toEqual(['arguments_repaired', 'cut']);
});

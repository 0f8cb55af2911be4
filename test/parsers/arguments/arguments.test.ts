// Owns the claim that the values of arguments are those that vLLM's parsers give, or differ for a reason that is written down.

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Comparison } from './compare.ts';
import { agrees, compareArguments } from './compare.ts';
import { REASONS, reasonFor } from './reasons.ts';
import { readRecorded } from './recorded.ts';
import { argumentsPage } from './table.ts';

describe('the values of arguments', () => {
  let comparisons: readonly Comparison[] = [];

  beforeAll(async () => {
    comparisons = await compareArguments(readRecorded());
  });

  test('are the same in a tool as by vLLM, or differ for a reason', () => {
    expect(comparisons.length).toBeGreaterThan(20_000);
    expect(comparisons.filter((one) => !agrees(one) && reasonFor(one) === undefined)).toEqual([]);
  });

  test('differ for no reason that is not needed', () => {
    const needed = new Set(comparisons.filter((one) => !agrees(one)).map(reasonFor));
    expect(REASONS.filter((reason) => !needed.has(reason)).map(({ name }) => name)).toEqual([]);
  });

  test('are in the page as they are read now', () => {
    expect(readFileSync(new URL('../arguments.md', import.meta.url), 'utf8')).toBe(argumentsPage(comparisons));
  });
});

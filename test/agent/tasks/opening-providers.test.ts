// Owns the claim that a provider whose `open` throws at once is treated as one whose `open` rejects.

import { expect, test } from 'vitest';
import { openProviders } from '../../../src/agent/tasks/providers.ts';
import type { ToolProvider } from '../../../src/index.ts';

test('a required provider that throws at once fails the run by its name, and the others are closed', async () => {
  const closed: string[] = [];
  const close = async (): Promise<void> => {
    closed.push('good');
  };
  const good: ToolProvider = {
    name: 'good',
    isRequired: false,
    open: async () => ({ tools: () => [], instructions: '', close }),
  };
  const bad: ToolProvider = {
    name: 'bad',
    isRequired: true,
    open: () => {
      throw new Error('out of order');
    },
  };
  const opening = openProviders([good, bad], { signal: new AbortController().signal, warn: () => {} });
  await expect(opening).rejects.toThrow('The tool provider `bad` failed: out of order');
  expect(closed).toEqual(['good']);
});

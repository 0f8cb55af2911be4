// Owns the rules of checking a structured output.

import { describe, expect, test } from 'vitest';
import type { ModelAnswer } from '../../../src/agent/turn/model-answer.ts';
import { checkOutput } from '../../../src/agent/turn/structured-output.ts';
import type { TurnContext } from '../../../src/agent/turn/turn-context.ts';
import { defineAgent } from '../../../src/index.ts';

async function check(answer: Partial<ModelAnswer>) {
  const warnings: string[] = [];
  const output = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } as const;
  const agent = defineAgent({ name: 'tested', output });
  const turn = { agent, warn: ({ code }: { code: string }) => warnings.push(code) } as unknown as TurnContext;
  const whole: ModelAnswer = {
    content: '',
    reasoning: '',
    calls: [],
    origins: [],
    finishReason: 'stop',
    usage: null,
    timings: null,
    wasCut: false,
    isLastCallOpen: false,
    maxTokens: null,
    hasCutCall: false,
    hasOnlyLeftCalls: false,
    isMeantCall: false,
    failure: null,
    overflow: null,
    ...answer,
  };
  return { ...(await checkOutput(turn, whole)), warnings };
}

describe('an output', () => {
  test.each<[string, Partial<ModelAnswer>, object]>([
    [
      'that fits',
      { content: '{"n": 1}' },
      { checked: { type: 'fits', value: { n: 1 } }, text: '{"n": 1}', warnings: [] },
    ],
    [
      'that is not JSON',
      { content: 'one' },
      { checked: { type: 'unfit', problem: 'it is not JSON' }, text: 'one', warnings: [] },
    ],
    [
      'that was cut',
      { content: '{"n": ', wasCut: true },
      { checked: { type: 'unfit', problem: 'it was cut by `max_tokens`: be briefer' }, text: '{"n": ', warnings: [] },
    ],
    [
      'that came as thinking',
      { reasoning: ' {"n": 2} ' },
      { checked: { type: 'fits', value: { n: 2 } }, text: '{"n": 2}', warnings: ['output_in_reasoning'] },
    ],
    [
      'of which only thinking came, and that is words',
      { reasoning: 'Let me see.' },
      { checked: { type: 'unfit', problem: 'it is not JSON' }, text: '', warnings: [] },
    ],
  ])('%s', async (_name, answer, expected) => {
    expect(await check(answer)).toEqual(expected);
  });

  test('that does not fit says where', async () => {
    const { checked } = await check({ content: '{"n": "x"}' });
    expect(checked).toEqual({ type: 'unfit', problem: expect.stringMatching(/^- n: /) });
  });
});

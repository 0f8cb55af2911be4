// Owns the claim that a replay tells again what lasts, marked, and nothing that happened inside its steps.

import { describe, expect, test } from 'vitest';
import { agentTool, defineAgent, defineTool, INITIAL_RUN_STATE, reduceRun } from '../../src/index.ts';
import type { Played, Scenario } from '../../src/testing/index.ts';
import { Journal, journalHost, playScenario } from '../../src/testing/index.ts';
import { comparableState } from '../../src/testing/play-scenario.ts';
import { answer } from '../support/fake.ts';

const NONE = { type: 'object', properties: {} } as const;

const list = defineTool({
  name: 'list_all',
  description: 'Gives a long list.',
  parameters: NONE,
  maxResultChars: 200,
  execute: (_args, { progress }) => {
    progress(1);
    return 'entry\n'.repeat(50);
  },
});

const pay = defineTool({
  name: 'pay',
  description: 'Pays.',
  parameters: NONE,
  needsApproval: true,
  execute: () => 'paid',
});

/** Played from a prefix of the journal that a first attempt has left. */
async function playAgain(
  scenario: Scenario,
  length: number,
): Promise<{ readonly once: Played; readonly again: Played }> {
  const journal = new Journal();
  const once = await playScenario(scenario, { host: journalHost(journal) });
  const prefix = journal.prefix(length);
  const skip = prefix.keys.filter((key) => key.endsWith('/model')).length;
  const again = await playScenario(scenario, { host: journalHost(prefix), skip });
  return { once, again };
}

/** Event by event, marked by a star when it is told again, equal neighbours once; those of an inner run with the call that holds it. */
function told({ events }: Played): string[] {
  const names = events.map(({ type, parentCallId, replayed }) => {
    const of = parentCallId === undefined ? '' : `${parentCallId}: `;
    return `${of}${type}${replayed ? '*' : ''}`;
  });
  return names.filter((name, at) => name !== names[at - 1]);
}

const twoTurns: Scenario = {
  agent: () => defineAgent({ name: 'a', model: 'fake', tools: [list, pay] }),
  input: 'Go.',
  steps: [
    answer({
      reasoning: 'Hm.',
      content: ['I look.'],
      toolCalls: [
        { name: 'list_all', arguments: {}, id: 'long' },
        { name: 'gone', arguments: {}, id: 'unknown' },
        { name: 'pay', arguments: {}, id: 'paid' },
      ],
    }),
    answer({ content: ['Done.'] }),
  ],
  options: () => ({ approve: () => true }),
};

const nested: Scenario = {
  agent: () => {
    const expert = defineAgent({ name: 'expert', description: 'Knows.', tools: [list] });
    return defineAgent({ name: 'a', model: 'fake', tools: [agentTool(expert)] });
  },
  input: 'Go.',
  steps: [
    answer({ toolCalls: [{ name: 'expert', arguments: { task: 'Look.' }, id: 'asked' }] }),
    answer({ toolCalls: [{ name: 'list_all', arguments: {}, id: 'inner' }] }),
    answer({ content: ['I looked.'] }),
    answer({ content: ['Done.'] }),
  ],
};

describe('a run that is played again', () => {
  const answered = ['reasoning', 'content', 'tool_call_delta', 'tool_call_complete', 'usage'];
  const listed = ['tool_start', 'tool_progress', 'tool_end'];
  const paid = ['tool_start', 'tool_end'];
  const done = ['content', 'usage'];
  test.each<[string, number, readonly string[]]>([
    ['nothing', 0, ['run_start', 'turn_start', ...answered, ...listed, 'result_kept', ...paid, 'warning', 'turn_end']],
    [
      'the start',
      1,
      ['run_start*', 'turn_start', ...answered, ...listed, 'result_kept', ...paid, 'warning', 'turn_end'],
    ],
    [
      'what was sent',
      2,
      ['run_start*', 'turn_start', ...answered, ...listed, 'result_kept', ...paid, 'warning', 'turn_end'],
    ],
    ['an answer', 3, ['run_start*', 'turn_start*', ...listed, 'result_kept', ...paid, 'warning', 'turn_end']],
    ['a call', 4, ['run_start*', 'turn_start*', 'result_kept', ...paid, 'warning', 'turn_end']],
    ['a decision', 5, ['run_start*', 'turn_start*', 'result_kept*', ...paid, 'warning', 'turn_end']],
    ['all calls', 6, ['run_start*', 'turn_start*', 'result_kept*', 'warning', 'turn_end']],
  ])('after %s, in its first turn', async (_name, length, first) => {
    const { once, again } = await playAgain(twoTurns, length);
    expect(told(again)).toEqual([...first, 'turn_start', ...done, 'turn_end', 'run_end']);
    expectSame(once, again);
  });

  test.each<[string, number, readonly string[]]>([
    ['what was sent', 7, ['turn_start', ...done, 'turn_end', 'run_end']],
    ['an answer', 8, ['turn_start*', 'turn_end', 'run_end']],
    ['everything', 9, ['turn_start*', 'turn_end*', 'run_end']],
  ])('after %s, in its second turn', async (_name, length, second) => {
    const { once, again } = await playAgain(twoTurns, length);
    const first = ['run_start*', 'turn_start*', 'result_kept*', 'warning*', 'turn_end*'];
    expect(told(again)).toEqual([...first, ...second]);
    expectSame(once, again);
  });
});

describe('a run with another inside', () => {
  const begun = ['run_start*', 'turn_start*', 'tool_start', 'asked: run_start*', 'asked: turn_start*'];
  const lastTurn = ['turn_start', 'content', 'usage', 'turn_end', 'run_end'];
  test.each<[string, number, readonly string[]]>([
    [
      'a call of the inner run',
      7,
      [
        ...begun,
        ...['result_kept', 'turn_end', 'turn_start', 'content', 'usage', 'turn_end', 'run_end'].map(ofAsked),
        'tool_end',
        'turn_end',
      ],
    ],
    [
      'the last step of the inner run',
      10,
      [
        ...begun,
        ...['result_kept*', 'turn_end*', 'turn_start*', 'turn_end*', 'run_end'].map(ofAsked),
        'tool_end',
        'turn_end',
      ],
    ],
    ['the call that holds it', 11, ['run_start*', 'turn_start*', 'turn_end']],
    ['the next step of the outer run', 12, ['run_start*', 'turn_start*', 'turn_end*']],
  ])('is played again after %s', async (_name, length, firstTurn) => {
    const { once, again } = await playAgain(nested, length);
    expect(told(again)).toEqual([...firstTurn, ...lastTurn]);
    expectSame(once, again);
  });
});

function ofAsked(event: string): string {
  return `asked: ${event}`;
}

function expectSame(once: Played, again: Played): void {
  expect(comparableState(again.result.state)).toEqual(comparableState(once.result.state));
  expect(again.events.reduce(reduceRun, INITIAL_RUN_STATE)).toEqual(again.result.state);
}

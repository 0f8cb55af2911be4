// Owns the claim that a run is its state: recorded once, it ends the same from every prefix of its journal, in a fresh process.

import { describe, expect, test } from 'vitest';
import { hostConformance, hostScenarios, memoryHost, recordScenario } from '../../src/testing/index.ts';

describe('a host with a journal', () => {
  test.each(hostConformance(memoryHost).map(({ name, check }) => [name, check] as const))(
    '%s',
    async (_name, check) => {
      await check();
    },
  );
});

test('the scenarios are what they are meant to be', async () => {
  const ends = Object.entries(hostScenarios()).map(async ([name, scenario]) => {
    const { played } = await recordScenario(scenario);
    const { outcome, turns, toolCalls } = { ...played.result, toolCalls: played.result.state.toolCalls };
    const warnings = played.result.warnings.map(({ code }) => code).join(', ');
    return [name, [outcome.type, `${turns} turns`, `${toolCalls} calls`, warnings].filter(Boolean).join('; ')];
  });
  expect(Object.fromEntries(await Promise.all(ends))).toMatchInlineSnapshot(`
    {
      "a broken stream": "completed; 3 turns; 1 calls; turn_retried",
      "a call that is cut twice": "completed; 4 turns; 1 calls; cut",
      "a call that was cut": "completed; 3 turns; 1 calls; cut",
      "a call that was cut after one that was not": "completed; 3 turns; 2 calls; cut",
      "a conversation near the end of the context": "completed; 2 turns; 1 calls; max_tokens_clamped, max_tokens_clamped",
      "a limit": "limit; 2 turns; 2 calls",
      "a limit that an agent as tool reaches": "limit; 1 turns; 2 calls",
      "a list of tools that changes": "completed; 3 turns; 2 calls",
      "a long result that is read on": "completed; 3 turns; 2 calls",
      "a message that is sent while it runs": "completed; 3 turns; 2 calls",
      "a plain answer": "completed; 1 turns; 0 calls",
      "a rescued call": "completed; 2 turns; 1 calls; call_rescued",
      "a stream that stays broken": "failed; 2 turns; 0 calls; turn_retried",
      "a structured output that is corrected": "completed; 4 turns; 1 calls; output_corrected",
      "a template that refuses the nudge after a result": "completed; 3 turns; 1 calls; answer_nothing, history_adapted",
      "a template that refuses two calls in one message": "completed; 2 turns; 2 calls; history_adapted",
      "a tool that only a hook brings": "completed; 2 turns; 1 calls",
      "a tool that there is not": "completed; 2 turns; 0 calls; unknown_tool",
      "an agent as tool of an agent as tool": "completed; 2 turns; 4 calls",
      "an answer that no client understands": "completed; 2 turns; 0 calls; turn_retried",
      "an answer that stays empty": "empty; 2 turns; 0 calls; answer_nothing",
      "an answer that was cut": "limit; 1 turns; 0 calls",
      "an approval that is given": "completed; 2 turns; 2 calls",
      "an approval that is refused": "completed; 2 turns; 1 calls",
      "an approval that nobody gives": "waiting; 1 turns; 1 calls",
      "an empty answer": "completed; 2 turns; 0 calls; answer_thinking_only",
      "an empty answer after a cut call": "completed; 3 turns; 0 calls; cut, answer_nothing",
      "an empty answer after a result": "completed; 3 turns; 1 calls; answer_nothing",
      "calls in a circle": "completed; 5 turns; 3 calls; call_repeated",
      "coerced and repaired arguments": "completed; 2 turns; 2 calls; arguments_coerced, arguments_repaired",
      "one call": "completed; 2 turns; 1 calls",
      "parallel calls, one of them alone": "completed; 2 turns; 4 calls",
      "the same call again after a message": "completed; 3 turns; 2 calls",
      "the same call again and again": "limit; 4 turns; 1 calls; call_repeated, call_repeated, call_repeated",
      "the same call again, and then the answer": "completed; 3 turns; 1 calls; call_repeated",
      "tools on a server without a tool parser": "completed; 2 turns; 1 calls; client_side_tools",
      "two agents as tools side by side": "completed; 2 turns; 4 calls",
      "wrong arguments, until the tool is forced": "completed; 4 turns; 1 calls; invalid_arguments, invalid_arguments, tool_forced",
    }
  `);
});

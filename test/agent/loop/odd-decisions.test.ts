// Owns the claim that only `true` allows a call and only `false` refuses it, whatever else a host gives as a decision.

import { expect, test } from 'vitest';
import { answerAll } from './calls-fixture.ts';
import { readyCall } from './loop-fixture.ts';

test.each(['yes', 'no', 1, 0, null, {}])('the decision %j is none: the call still waits', async (decision) => {
  const call = readyCall(0, { approvalId: 'pay' });
  const { end } = await answerAll([call], { decisions: { 't1/call/0/decided': decision } });
  expect([end.outcome?.type, end.messages, end.pending?.results]).toEqual(['waiting', [], [null]]);
});

// Owns one start of a program: from nothing to the end of a run of two turns, which whoever started it sees.

import { loadContestant } from './contestants.ts';

const [, , who = '', origin = ''] = process.argv;
const contestant = await loadContestant(who);
const done = await contestant.loop(`${origin}/loop/1/1/v1`);
process.stdout.write(JSON.stringify(done), () => process.exit(0));

// Owns one repetition, in a process of its own: prepares the process as the work wants it, does the work once, and prints what that cost.

import { randomUUID } from 'node:crypto';
import { loadContestant } from './contestants.ts';
import { doWork, WORKS } from './work.ts';

const WARM_UPS = 8;

const [, , who = '', workName = '', origin = ''] = process.argv;
const work = WORKS.find(({ name }) => name === workName);
if (work === undefined) throw new Error(`There is no work "${workName}".`);

const contestant = await loadContestant(who);
// Under this path the server answers the first request with one word, so the short exchange has the same client as the work.
const visitor = work.before === 'first pass' ? `/first/${randomUUID()}` : '';
const baseUrl = `${origin}${visitor}${work.path}`;
if (work.before === 'first pass') await contestant[work.does](baseUrl);
for (let at = 0; work.before === 'warm' && at < WARM_UPS; at++) await doWork(work, contestant, baseUrl);

const before = process.cpuUsage();
const done = await doWork(work, contestant, baseUrl);
const { user, system } = process.cpuUsage(before);
process.stdout.write(
  JSON.stringify({ done, cpuMs: (user + system) / 1000, peakMb: process.resourceUsage().maxRSS / 1024 }),
);
process.exit(0);

// Owns one repetition of the growth: how many milliseconds of CPU 100 more turns of history add to a turn, in the process's first long run
// and when it is warm.

import { loadContestant } from './contestants.ts';
import { slope } from './statistics.ts';
import { cpuOfTurns } from './turn-cpu.ts';
import type { Done } from './work.ts';

const [, , who = '', origin = ''] = process.argv;
const TURNS = 600;
const WARM_UPS = 3;
const RUNS = 5;
/** Where a run is measured: far enough apart to tell, and each long enough to have its share of the collector's work. */
const WINDOWS = [100, 300, 500] as const;
const WINDOW = 100;

type Point = readonly [turn: number, ms: number];

const { loop } = await loadContestant(who);
let done: Done | undefined;

/** The mean of a turn in each window. */
async function longRun(): Promise<Point[]> {
  const turns = await cpuOfTurns(async () => {
    done = await loop(`${origin}/loop/1/${TURNS}/v1`);
  });
  return WINDOWS.map((from) => {
    const total = turns.slice(from, from + WINDOW).reduce((sum, ms) => sum + ms, 0);
    return [from + WINDOW / 2, total / WINDOW];
  });
}

const firstRun = await longRun();
for (let at = 0; at < WARM_UPS; at++) await longRun();
const warm: Point[] = [];
for (let at = 0; at < RUNS; at++) warm.push(...(await longRun()));
process.stdout.write(JSON.stringify({ done, firstMs: slope(firstRun) * 100, warmMs: slope(warm) * 100 }));
process.exit(0);

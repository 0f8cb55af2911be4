// Owns what is measured: the same works for all, and the proof that each contestant has done them.

/** What a work leaves behind, compared between contestants before anything counts. */
export interface Done {
  readonly chars: number;
  readonly calls: number;
  readonly argumentChars: number;
}

export interface Contestant {
  /** One streamed answer, read to its end. */
  readonly stream: (baseUrl: string) => Promise<Done>;
  /** One streamed call, its arguments parsed. */
  readonly argumentsOf: (baseUrl: string) => Promise<Done>;
  /** One run: turns with calls of `add`, until the model is done. */
  readonly loop: (baseUrl: string) => Promise<Done>;
}

export interface Work {
  readonly name: string;
  /** What the process did before: the work eight times, one short exchange, or nothing. */
  readonly before: 'warm' | 'first pass' | 'cold';
  /** The multiple of the floor's CPU that this project may cost. */
  readonly target: number;
  /** The same for the peak of memory, where it is a row too. */
  readonly memoryTarget?: number;
  readonly does: keyof Contestant;
  /** What the server answers. */
  readonly path: string;
  readonly times?: number;
  readonly atOnce?: boolean;
}

type What = Pick<Work, 'does' | 'path' | 'times' | 'atOnce'>;

const STREAM: What = { does: 'stream', path: '/stream/v1' };
const LOOPS: What = { does: 'loop', path: '/loop/1/10/v1', times: 50 };
const EIGHT_CALLS: What = { ...LOOPS, path: '/loop/8/10/v1' };
const TURNS_200: What = { does: 'loop', path: '/loop/1/200/v1' };
const AT_ONCE: What = { does: 'loop', path: '/loop/1/3/v1', times: 1000, atOnce: true };

const warm = (name: string, target: number, what: What): Work => ({ name, before: 'warm', target, ...what });
const first = (name: string, target: number, what: What): Work => ({
  name: `first pass: ${name}`,
  before: 'first pass',
  target,
  ...what,
});

export const WORKS: readonly Work[] = [
  warm('stream of 20 000 tokens', 1.4, STREAM),
  warm('the same, cut at awkward bytes', 1.5, { does: 'stream', path: '/cut/v1' }),
  warm('loop, 50 runs of 10 turns, one call a turn', 1.8, LOOPS),
  warm('the same, 8 calls a turn', 2, EIGHT_CALLS),
  warm('one run of 200 turns', 1.8, TURNS_200),
  { name: '1000 runs of 3 turns at once', before: 'cold', target: 2, memoryTarget: 1.4, ...AT_ONCE },
  warm('64 KiB of arguments in small fragments', 1.4, { does: 'argumentsOf', path: '/arguments/64/0/v1' }),
  warm('512 KiB of arguments in small fragments', 1.4, { does: 'argumentsOf', path: '/arguments/512/0/v1' }),
  first('stream of 20 000 tokens', 1.4, STREAM),
  first('50 runs of 10 turns, one call a turn', 1.6, LOOPS),
  first('50 runs of 10 turns, 8 calls a turn', 1.8, EIGHT_CALLS),
  { ...first('1000 runs of 3 turns at once', 1.8, AT_ONCE), memoryTarget: 1.4 },
  first('one run of 200 turns', 1.5, TURNS_200),
  first('one run of 600 turns', 1.5, { does: 'loop', path: '/loop/1/600/v1' }),
];

/** Does a work once, as often as it is to be done, and sums up what was done. */
export async function doWork(
  { does, times = 1, atOnce = false }: Work,
  contestant: Contestant,
  baseUrl: string,
): Promise<Done> {
  const all: Done[] = [];
  if (atOnce) all.push(...(await Promise.all(Array.from({ length: times }, () => contestant[does](baseUrl)))));
  else for (let at = 0; at < times; at++) all.push(await contestant[does](baseUrl));
  const sumOf = (field: keyof Done): number => all.reduce((sum, done) => sum + done[field], 0);
  return { chars: sumOf('chars'), calls: sumOf('calls'), argumentChars: sumOf('argumentChars') };
}

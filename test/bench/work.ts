// Owns what is measured: the same works for all, and the proof that each contestant has done them.

/** What a work leaves behind, compared between contestants before anything is measured. */
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
  /** Done so often before it counts: a server is warm. 0: what counts is the first time. */
  readonly warmUps: number;
  /** The times worse than the floor that this project may be. */
  readonly target: number;
  readonly do: (contestant: Contestant, origin: string) => Promise<Done>;
}

const RUNS = 50;
const AT_ONCE = 1000;
const WARM = 8;

async function runs(contestant: Contestant, url: string, count: number): Promise<Done> {
  const sum = { chars: 0, calls: 0, argumentChars: 0 };
  for (let at = 0; at < count; at++) {
    const done = await contestant.loop(url);
    sum.chars += done.chars;
    sum.calls += done.calls;
    sum.argumentChars += done.argumentChars;
  }
  return sum;
}

async function atOnce(contestant: Contestant, url: string): Promise<Done> {
  const all = await Promise.all(Array.from({ length: AT_ONCE }, () => contestant.loop(url)));
  const sumOf = (field: keyof Done): number => all.reduce((sum, done) => sum + done[field], 0);
  return { chars: sumOf('chars'), calls: sumOf('calls'), argumentChars: sumOf('argumentChars') };
}

export const WORKS: readonly Work[] = [
  {
    name: 'stream of 20 000 tokens',
    warmUps: WARM,
    target: 1.4,
    do: ({ stream }, origin) => stream(`${origin}/stream/v1`),
  },
  {
    name: 'the same, cut at awkward bytes',
    warmUps: WARM,
    target: 1.5,
    do: ({ stream }, origin) => stream(`${origin}/cut/v1`),
  },
  {
    name: 'loop, 50 runs of 10 turns, one call a turn',
    warmUps: WARM,
    target: 1.8,
    do: (contestant, origin) => runs(contestant, `${origin}/loop/1/10/v1`, RUNS),
  },
  {
    name: 'the same, 8 calls a turn',
    warmUps: WARM,
    target: 2,
    do: (contestant, origin) => runs(contestant, `${origin}/loop/8/10/v1`, RUNS),
  },
  {
    name: 'one run of 200 turns',
    warmUps: WARM,
    target: 1.8,
    do: (contestant, origin) => contestant.loop(`${origin}/loop/1/200/v1`),
  },
  {
    name: '1000 runs of 3 turns at once',
    warmUps: 0,
    target: 2,
    do: (contestant, origin) => atOnce(contestant, `${origin}/loop/1/3/v1`),
  },
  {
    name: '64 KiB of arguments in small fragments',
    warmUps: WARM,
    target: 1.4,
    do: ({ argumentsOf }, origin) => argumentsOf(`${origin}/arguments/64/0/v1`),
  },
  {
    name: '512 KiB of arguments in small fragments',
    warmUps: WARM,
    target: 1.4,
    do: ({ argumentsOf }, origin) => argumentsOf(`${origin}/arguments/512/0/v1`),
  },
];

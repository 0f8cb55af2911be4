// Owns the world of a program under test: its arguments, what it writes, a clock and ticks that only the test moves.

import type { Io, PromptOptions, PromptReply, Terminal } from '../../src/cli/io.ts';
import type { Showable } from '../../src/cli/styled.ts';
import { render } from '../../src/cli/styled.ts';

export interface FakeIo {
  readonly io: Io;
  /** What was written so far. */
  readonly text: { readonly out: string; readonly err: string };
  /** Runs once what was to run periodically, and is not stopped. */
  readonly tick: () => void;
}

export interface FakeIoOptions extends Partial<Omit<Io, 'out' | 'err'>> {
  /** Default false. */
  readonly isTty?: boolean;
  /** Default 200. */
  readonly columns?: number;
  readonly onWrite?: (stream: 'out' | 'err', text: string) => void;
}

export function createFakeIo({ isTty = false, columns = 200, onWrite, ...given }: FakeIoOptions = {}): FakeIo {
  const text = { out: '', err: '' };
  const periodic = new Set<() => void>();
  const output = (stream: 'out' | 'err') => ({
    isTty,
    columns,
    write: (more: Showable) => {
      text[stream] += render(more);
      onWrite?.(stream, render(more));
    },
  });
  const io: Io = {
    args: [],
    env: {},
    out: output('out'),
    err: output('err'),
    isPiped: false,
    readInput: async () => undefined,
    terminal: undefined,
    saveFile: async () => undefined,
    openStore: undefined,
    signal: new AbortController().signal,
    terminated: new AbortController().signal,
    now: () => 0,
    clock: () => 0,
    folder: '/work',
    every: (_periodMs, work) => {
      periodic.add(work);
      return () => void periodic.delete(work);
    },
    program: 'agents/weather.ts',
    ...given,
  };
  return {
    io,
    text,
    tick: () => {
      for (const work of periodic) work();
    },
  };
}

/** A terminal whose user replies to what is shown. */
export function createFakeTerminal(
  reply: (prompt: string, options: PromptOptions) => Promise<PromptReply>,
  onInterrupt: Terminal['onInterrupt'] = () => () => undefined,
): Terminal {
  return {
    ask: async (prompt, options = {}) => await reply(render(prompt), options),
    onInterrupt,
    hold: () => ({ [Symbol.dispose]: () => undefined }),
  };
}

/** Durations that the machine decides, replaced: `0.0 s`, `12.3 s`. */
export function withoutDurations(text: string): string {
  return text.replace(/\b\d+\.\d s\b/g, 'N s');
}

// Owns showing one run: for people, or as JSON, one event a line. What is printed for an event is left to `render.ts`.

import type { Agent } from '../agent/agent.ts';
import type { RunStream } from '../agent/run.ts';
import type { RunResult } from '../agent/run-options.ts';
import type { Outcome } from '../core/run-event.ts';
import { EXIT } from './help.ts';
import type { Io } from './io.ts';
import type { Renderer } from './render.ts';
import { createRenderer } from './render.ts';
import type { IsShown } from './shown-warnings.ts';

export interface RunView {
  readonly io: Io;
  readonly isJson: boolean;
  readonly isVerbose: boolean;
  readonly isShown?: IsShown;
  readonly onRenderer: (renderer: Renderer | undefined) => void;
}

/** Rejects as the run does. */
export async function showRun(running: RunStream, agent: Agent, view: RunView): Promise<RunResult> {
  const { io, isJson, isVerbose, isShown, onRenderer } = view;
  const hasOutput = agent.output !== undefined;
  const renderer = isJson ? undefined : createRenderer(io, { isVerbose, hasOutput, ...(isShown && { isShown }) });
  onRenderer(renderer);
  try {
    for await (const event of running) {
      if (renderer === undefined) io.out.write(`${JSON.stringify(event)}\n`);
      else renderer.event(event);
    }
  } finally {
    renderer?.end();
    onRenderer(undefined);
  }
  return await running.result;
}

export function exitCodeOf(outcome: Outcome): number {
  switch (outcome.type) {
    case 'completed':
      return EXIT.done;
    case 'failed':
      return EXIT.failed;
    case 'limit':
      return EXIT.limit;
    case 'empty':
      return EXIT.empty;
    case 'waiting':
      return EXIT.waiting;
    case 'aborted':
      return EXIT.interrupted;
    default:
      return outcome satisfies never;
  }
}

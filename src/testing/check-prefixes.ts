// Owns the strongest claim about a run: recorded once, it ends the same from every prefix of its journal, in a fresh process, and nothing that
// is recorded is done again.

import { isSameJson } from '../core/json.ts';
import type { RunEvent } from '../core/run-event.ts';
import { INITIAL_RUN_STATE, reduceRun } from '../core/run-state.ts';
import { differences } from './difference.ts';
import { Journal, journalHost } from './journal.ts';
import type { Played, Scenario } from './play-scenario.ts';
import { comparableState, playScenario } from './play-scenario.ts';

/** A host that can be stopped and opened again on what it had recorded. */
export interface HostUnderTest {
  /** Opens a store without any record. `onRecord` is called after each record. */
  readonly open: (onRecord: () => void) => RecordedRun | Promise<RecordedRun>;
}

export interface RecordedRun {
  readonly host: Parameters<typeof playScenario>[1]['host'];
  /** The keys of what is recorded, in order. */
  readonly keys: () => readonly string[] | Promise<readonly string[]>;
  /** A store with the first so many records of this one, as a process leaves it that dies after them. */
  readonly prefix: (length: number) => RecordedRun | Promise<RecordedRun>;
}

/** The host of the tests: a journal in memory. */
export const memoryHost: HostUnderTest = { open: (onRecord) => opened(new Journal([], onRecord)) };

function opened(journal: Journal): RecordedRun {
  return {
    host: journalHost(journal),
    keys: () => journal.keys,
    prefix: (length) => opened(journal.prefix(length)),
  };
}

interface Sent {
  readonly message: string;
  /** So many records were there when it was sent. */
  readonly after: number;
}

/** A run that is recorded, and how to play it again. */
export interface RecordedScenario {
  readonly played: Played;
  /** Plays it again from each prefix; throws an Error that says where which attempt ended otherwise. */
  readonly replay: () => Promise<number>;
}

/** Plays a scenario, recording it. */
export async function recordScenario(
  scenario: Scenario,
  target: HostUnderTest = memoryHost,
): Promise<RecordedScenario> {
  /** After how many steps of the script each record was made. */
  const usedAt: number[] = [0];
  const sent: Sent[] = [];
  let used = 0;
  const run = await target.open(() => usedAt.push(used));
  const played = await playScenario(scenario, {
    host: run.host,
    onRequest: () => used++,
    onSend: (message) => sent.push({ message, after: usedAt.length - 1 }),
  });
  const replay = async (): Promise<number> => {
    const keys = await run.keys();
    for (let length = 0; length <= keys.length; length++) {
      const where = `from ${length} of ${keys.length} records (${keys[length - 1] ?? 'none'})`;
      try {
        const again = await playScenario(scenario, {
          host: (await run.prefix(length)).host,
          skip: usedAt[length] ?? 0,
          // Somebody who sent a message before the crash sends it again when it was not taken up.
          sent: sent
            .filter(({ after }) => after < length)
            .map(({ message }) => message)
            .slice(taken(played, keys, length)),
        });
        compare(played, again);
      } catch (cause) {
        throw new Error(`Played again ${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      }
    }
    return keys.length + 1;
  };
  return { played, replay };
}

/** How many of the sent messages are in recorded steps. */
function taken({ events }: Played, keys: readonly string[], length: number): number {
  const recorded = new Set(keys.slice(0, length));
  const turns = events.flatMap((event) =>
    event.type === 'turn_start' && event.parentCallId === undefined && recorded.has(`t${event.turn}/added`)
      ? [event]
      : [],
  );
  return turns.reduce((sum, { added }) => sum + added.length, 0);
}

function compare(once: Played, again: Played): void {
  const found = differences(comparable(once), comparable(again));
  if (found.length > 0) throw new Error(`the run differs: ${found.join('; ')}`);
  checkEvents(again);
}

function comparable({ result: { state, text } }: Played): unknown {
  return { state: comparableState(state), text };
}

/** Folding what a replay tells leads to its state, and what happened before is marked. */
export function checkEvents({ events, result }: Played): void {
  const folded = events.reduce(reduceRun, INITIAL_RUN_STATE);
  if (!isSameJson(folded, result.state)) throw new Error('its events do not fold to its state');
  const firstNew = events.findIndex((event) => isLasting(event) && !event.replayed);
  const late = events.findIndex((event, at) => at > firstNew && event.replayed);
  if (late >= 0) throw new Error(`event ${late} (${events[late]?.type}) is marked as replayed after one that was not`);
}

function isLasting({ type, parentCallId }: RunEvent): boolean {
  return parentCallId === undefined && ['run_start', 'turn_start', 'turn_end', 'warning', 'run_end'].includes(type);
}

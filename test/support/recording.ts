// Owns reading the recorded exchanges with a real vLLM 0.32. What they are compared with is left to the tests.

import { readdirSync, readFileSync } from 'node:fs';

export interface Recording {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Record<string, string>;
    readonly body?: Record<string, unknown>;
  };
  readonly response: { readonly status: number; readonly headers: Record<string, string>; readonly body: string };
}

const FOLDER = new URL('../fixtures/recordings/', import.meta.url);

export const recordingNames: readonly string[] = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''));

export function readRecording(name: string): Recording {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Recording;
}

/** The recordings whose answer is an event stream. */
export const streamNames: readonly string[] = recordingNames.filter((name) =>
  readRecording(name).response.headers['content-type']?.startsWith('text/event-stream'),
);

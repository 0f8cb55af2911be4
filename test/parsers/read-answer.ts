// Owns reading a raw answer as a run does: thinking, text and calls. The client is a stand-in that streams the given pieces.

import type { ModelAnswer } from '../../src/agent/turn/model-answer.ts';
import type { ModelCall } from '../../src/agent/turn/model-call.ts';
import { callModel } from '../../src/agent/turn/model-call.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { DoneEvent, StepIo, StreamEvent } from '../../src/index.ts';
import { createInProcessHost } from '../../src/index.ts';
import type { Profile } from '../../src/model/profile/profile.ts';
import { createRescue } from '../../src/model/scanner/rescue.ts';
import { formatsFor } from './families.ts';

const DONE: DoneEvent = {
  type: 'done',
  id: null,
  model: null,
  finishReasons: ['stop'],
  stopReasons: [null],
  systemFingerprint: null,
  timings: { firstByteMs: 1, firstTokenMs: 1, lastTokenMs: 1, totalMs: 1 },
};

export interface ReadAnswer extends ModelAnswer {
  /** Whether a call in it was left as text, since it may be mentioned and not made. */
  readonly isMentioned: boolean;
}

/** The answer of a server without parsers, to a run with tools of these schemas. */
export async function readAnswer(
  pieces: readonly string[],
  profile: Profile,
  schemas: ReadonlyMap<string, JsonObject> = new Map(),
): Promise<ReadAnswer> {
  async function* stream(): AsyncGenerator<StreamEvent> {
    for (const delta of pieces) yield { type: 'content', delta, index: 0 };
    yield DONE;
  }
  const client = { chat: { completions: { stream } } } as unknown as ModelCall['client']; // all that a call asks of it
  const { formats, agreed } = formatsFor(profile);
  let isMentioned = false;
  const call: ModelCall = {
    client,
    request: { model: 'recorded', messages: [] },
    textCalls:
      schemas.size === 0
        ? undefined
        : {
            createScanner: (place) => createRescue({ formats, schemas, ...(place === 'content' && { agreed }) }),
            agreed: agreed.name,
            serverParses: false,
          },
    delimiters: profile.delimiters,
    mintId: (name, index) => `${name} ${index}`,
    warn: ({ code }) => {
      if (code === 'call_in_text') isMentioned = true;
    },
  };
  const answer = await callModel(call, IO);
  return { ...answer, isMentioned };
}

const IO: StepIo = {
  runId: 'parsers',
  key: 't1/model',
  signal: new AbortController().signal,
  idempotencyKey: 'parsers/t1/model',
  emit: () => undefined,
  ready: () => undefined,
  inner: createInProcessHost,
};

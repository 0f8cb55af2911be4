// Owns the claims about one request on a dispatcher, tried on a dispatcher whose answers the test gives out itself.

import type { Dispatcher } from 'undici';
import { expect, test } from 'vitest';
import { Wire } from '../../src/client/wire.ts';

const REQUEST = { origin: 'http://host', path: '/', method: 'POST' } as const;
const KIB = 1024;

/** A connection as undici shows it, and what was done to it. */
class Controller implements Dispatcher.DispatchController {
  readonly done: string[] = [];
  aborted = false;
  paused = false;
  reason: Error | null = null;
  abort(reason: Error): void {
    this.reason = reason;
    this.aborted = true;
    this.done.push('abort');
  }
  pause(): void {
    this.paused = true;
    this.done.push('pause');
  }
  resume(): void {
    this.paused = false;
    this.done.push('resume');
  }
}

function begin() {
  const controller = new Controller();
  const wire = new Wire({ dispatch: () => true }, REQUEST);
  const start = () => wire.onRequestStart(controller);
  const answer = () => {
    start();
    wire.onResponseStart(controller, 200, { 'x-many': ['a', 'b'], 'x-one': 'c' });
  };
  const send = (bytes: number) => wire.onResponseData(controller, new Uint8Array(bytes));
  return { wire, controller, start, answer, send };
}

test('gives the head with repeated headers joined, and nothing of what comes before it', async () => {
  const { wire, controller, answer } = begin();
  wire.onResponseStart(controller, 103, {});
  answer();
  expect(await wire.head).toEqual({ status: 200, headers: { 'x-many': 'a, b', 'x-one': 'c' } });
});

test('makes the server wait while more than 128 KiB are not read, and no longer', () => {
  const { wire, controller, answer, send } = begin();
  answer();
  send(128 * KIB);
  expect(controller.done).toEqual([]);
  send(1);
  expect(controller.done).toEqual(['pause']);
  expect(wire.take()?.map(({ length }) => length)).toEqual([128 * KIB, 1]);
  expect(controller.done).toEqual(['pause', 'resume']);
});

test('gives what came before a failure, and then the failure', () => {
  const { wire, controller, answer, send } = begin();
  answer();
  send(1);
  wire.onResponseError(controller, new Error('broken'));
  expect(wire.take()?.length).toBe(1);
  expect(() => wire.take()).toThrow('broken');
});

test('aborted before it has a connection fails at once, and gives the connection up when it gets one', async () => {
  const { wire, controller, start } = begin();
  wire.abort(new Error('enough'));
  await expect(wire.head).rejects.toThrow('enough');
  start();
  expect(controller.done).toEqual(['abort']);
});

test('aborted gives nothing more, not even what had come', async () => {
  const { wire, controller, answer, send } = begin();
  answer();
  send(1);
  wire.abort(new Error('enough'));
  expect(() => wire.take()).toThrow('enough');
  expect(controller.done).toEqual(['abort']);
});

test('drained drops what comes and keeps the connection when the end comes in time', async () => {
  const { wire, controller, answer, send } = begin();
  answer();
  send(129 * KIB);
  const drained = wire.drain(10_000);
  send(1);
  wire.onResponseEnd();
  await drained;
  expect([controller.done, wire.take()]).toEqual([['pause', 'resume'], undefined]);
});

test('drained gives the connection up when no end comes', async () => {
  const { wire, controller, answer } = begin();
  answer();
  await wire.drain(1);
  expect(controller.done).toEqual(['abort']);
});

// Owns claims about the keyboard of a chat: Ctrl-C, what is pasted, what is typed ahead, and a terminal that is left as it was found.

import { describe, expect, test } from 'vitest';
import { entriesOfTyped } from '../../src/cli/type-ahead.ts';
import { createFakeKeyboard } from './fake-keyboard.ts';

const paste = (text: string): string => `\x1b[200~${text}\x1b[201~`;
const line = (text: string) => ({ type: 'line', text }) as const;
const INTERRUPT = { type: 'interrupt' } as const;

describe('a prompt', () => {
  test('takes the line that is typed, and is in raw mode only while it is open', async () => {
    const { terminal, modes, type, listeners } = createFakeKeyboard();
    const before = listeners();
    const asked = terminal.ofUser.ask('> ', { isMessage: true });
    await type('hello\r');
    expect([await asked, modes, listeners()]).toEqual([line('hello'), [true, false], before]);
  });

  test('takes a Ctrl-C as that, and what was typed is not sent: the arrow keys bring it back', async () => {
    const { terminal, type, clock } = createFakeKeyboard();
    const asked = terminal.ofUser.ask('> ', { isMessage: true });
    await type('half a line');
    await type('\x03');
    expect(await asked).toEqual({ ...INTERRUPT, hadText: true });
    clock.now = 300;
    const again = terminal.ofUser.ask('> ', { isMessage: true });
    await type('\x03');
    expect(await again).toEqual(INTERRUPT);
    const third = terminal.ofUser.ask('> ', { isMessage: true });
    await type('\x1b[A, whole\r');
    expect(await third).toEqual(line('half a line, whole'));
  });

  test('ends with the input', async () => {
    const { terminal, keyboard } = createFakeKeyboard();
    const asked = terminal.ofUser.ask('> ', { isMessage: true });
    await new Promise((resolve) => setImmediate(resolve));
    keyboard.emit('end');
    expect(await asked).toEqual({ type: 'end' });
  });

  test('that is cancelled is an interrupt', async () => {
    const { terminal } = createFakeKeyboard();
    const controller = new AbortController();
    const asked = terminal.ofUser.ask('> ', { signal: controller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect([await asked, await terminal.ofUser.ask('> ', { signal: controller.signal })]).toEqual([
      INTERRUPT,
      INTERRUPT,
    ]);
  });
});

describe('what is pasted', () => {
  test.each([30 * 1024, 1024 * 1024])('is one message, of %i characters', async (length) => {
    const { terminal, type, drawn } = createFakeKeyboard();
    const text = Array.from({ length: Math.ceil(length / 64) }, (_, at) => `line ${at}`.padEnd(63, '.')).join('\r\n');
    const asked = terminal.ofUser.ask('> ', { isMessage: true });
    for (let at = 0; at < text.length + 12; at += 4096) await type(paste(text).slice(at, at + 4096));
    await type('\r');
    expect(await asked).toEqual(line(text.replaceAll('\r\n', '\n')));
    expect(drawn()).toContain(`[pasted text 1: ${Math.ceil(length / 64)} lines]`);
  });

  test('stands in a line among what is typed, with its control characters, and is not drawn', async () => {
    const { terminal, type, drawn } = createFakeKeyboard();
    const asked = terminal.ofUser.ask('> ', { isMessage: true });
    await type(`before ${paste('a\x1b]0;title\x07\nb')} after\r`);
    expect(await asked).toEqual(line('before a\x1b]0;title\x07\nb after'));
    expect(drawn()).not.toContain('\x1b]0;');
  });

  test('without marks is one message too', async () => {
    const { terminal, type, timers } = createFakeKeyboard();
    const asked = terminal.ofUser.ask('> ', { isMessage: true });
    const lines = Array.from({ length: 100 }, (_, at) => `line ${at}`);
    await type(lines.join('\r'));
    timers.run();
    await type('\r');
    expect(await asked).toEqual(line(lines.join('\n')));
  });
});

test.each([
  ['keeps a paste whole, in pieces of a few characters', 7],
  ['keeps a paste whole, in one piece', 10_000],
])('a prompt in a terminal without marks %s', async (_name, size) => {
  const { terminal, type, send } = createFakeKeyboard();
  const asked = terminal.ofUser.ask('> ', { isMessage: true });
  const lines = Array.from({ length: 100 }, (_, at) => `line ${at}`);
  const text = lines.join('\r');
  for (let at = 0; at < text.length; at += size) await send(text.slice(at, at + size));
  await type('\r');
  expect(await asked).toEqual(line(lines.join('\n')));
});

describe('Backspace', () => {
  test('deletes what stands for a paste as a whole', async () => {
    const { terminal, type } = createFakeKeyboard();
    const asked = terminal.ofUser.ask('> ', { isMessage: true });
    await type(`see ${paste('a\nb')}${paste('c\nd')}`);
    await type('\x7f');
    await type('!');
    await type('\x7f');
    await type('\r');
    expect(await asked).toEqual(line('see a\nb'));
  });

  test('that is held deletes one after the other', async () => {
    const { terminal, type } = createFakeKeyboard();
    const asked = terminal.ofUser.ask('> ', { isMessage: true });
    await type(`see ${paste('a\nb')}!]`);
    await type('\x7f\x7f\x7f\x7f');
    await type('\r');
    expect(await asked).toEqual(line('see'));
  });
});

describe('the arrow keys', () => {
  const UP = '\x1b[A';

  test('bring back messages, with what was pasted in them, and no other replies', async () => {
    const { terminal, type } = createFakeKeyboard();
    const first = terminal.ofUser.ask('> ', { isMessage: true });
    await type(`see ${paste('a\nb')}\r`);
    await first;
    const approval = terminal.ofUser.ask('Allow? ');
    await type('y\r');
    await approval;
    const again = terminal.ofUser.ask('> ', { isMessage: true });
    await type(`${UP}\r`);
    expect(await again).toEqual(line('see a\nb'));
    const secret = terminal.ofUser.ask('Token? ');
    await type(`${UP}x\r`);
    expect(await secret).toEqual(line('x'));
  });
});

test('questions at the same time are asked one after the other', async () => {
  const { terminal, type, drawn } = createFakeKeyboard();
  const both = [terminal.ofUser.ask('one? '), terminal.ofUser.ask('two? ')];
  await type('1');
  expect(drawn()).not.toContain('two? ');
  await type('\r');
  await type('2\r');
  expect(await Promise.all(both)).toEqual([line('1'), line('2')]);
});

describe('a key that is held', () => {
  test('is one Ctrl-C, however long', async () => {
    const { terminal, type, clock } = createFakeKeyboard();
    using _keyboard = terminal.ofUser.hold();
    let presses = 0;
    terminal.ofUser.onInterrupt(() => presses++);
    for (let at = 0; at < 100; at++) {
      clock.now = at * 33;
      await type('\x03');
    }
    expect(presses).toBe(1);
  });
});

test('a Ctrl-C that nothing handles ends the process when it is pressed again', () => {
  const { events, clock, fallbacks, raised } = createFakeKeyboard();
  events.emit('SIGINT');
  clock.now = 299;
  events.emit('SIGINT');
  expect([fallbacks, raised]).toEqual([[0], []]);
  clock.now = 600;
  events.emit('SIGINT');
  expect([fallbacks, raised, events.listenerCount('SIGINT')]).toEqual([[0], ['SIGINT'], 0]);
});

describe('what is typed ahead', () => {
  test('is run line by line when the prompts come', async () => {
    const { terminal, type } = createFakeKeyboard();
    const keyboard = terminal.ofUser.hold();
    await type('/help\r/tools\rhello\r');
    const replies = [];
    for (let at = 0; at < 3; at++) replies.push(await terminal.ofUser.ask('> ', { isMessage: true }));
    expect(replies).toEqual([line('/help'), line('/tools'), line('hello')]);
    keyboard[Symbol.dispose]();
  });

  test('does not answer a question that comes in between', async () => {
    const { terminal, type } = createFakeKeyboard();
    const keyboard = terminal.ofUser.hold();
    await type('next message\r');
    const question = terminal.ofUser.ask('Allow? ');
    await type('no\r');
    expect(await question).toEqual(line('no'));
    expect(await terminal.ofUser.ask('> ', { isMessage: true })).toEqual(line('next message'));
    keyboard[Symbol.dispose]();
  });

  test('does not answer a question that is shown before all of it has come', async () => {
    const { terminal, type, send } = createFakeKeyboard();
    using _keyboard = terminal.ofUser.hold();
    await send('y\r');
    const question = terminal.ofUser.ask('Allow? ');
    await type('');
    await type('no\r');
    expect(await question).toEqual(line('no'));
    await send('\x1b[200~y\r');
    const next = terminal.ofUser.ask('Allow? ');
    await send('yes\x1b[201~');
    await type('n\r');
    expect(await next).toEqual(line('n'));
    const replies = [];
    for (let at = 0; at < 2; at++) {
      const asked = terminal.ofUser.ask('> ', { isMessage: true });
      if (at > 0) await type('\r');
      replies.push(await asked);
    }
    expect(replies).toEqual([line('y'), line('y\nyes')]);
  });

  test.each([
    ['/help\r/tools\r', false, ['/help\r', '/tools\r']],
    ['/help\r/tools\r', true, ['/help\r', '/tools\r']],
    ['one\rtwo\r', false, ['one\r', 'two\r']],
    ['one\rtwo\r', true, ['one\ntwo', '\r']],
    ['/help\rone\rtwo\r', true, ['/help\r', 'one\ntwo', '\r']],
    ['/etc/hosts is\ra file\r', true, ['/etc/hosts is\na file', '\r']],
    ['ab\x7fc\rd\r', true, ['ab\x7fc\r', 'd\r']],
  ])('of %j is told from a paste (prompted: %s)', (text, isPrompted, entries) => {
    expect(entriesOfTyped(text, isPrompted).map((entry) => entry.text)).toEqual(entries);
  });
});

describe('Ctrl-C while an answer streams', () => {
  test('goes to the run, once, though a signal follows at once', async () => {
    const { terminal, type, clock, events, fallbacks } = createFakeKeyboard();
    const keyboard = terminal.ofUser.hold();
    let presses = 0;
    const release = terminal.ofUser.onInterrupt(() => presses++);
    await type('\x03');
    clock.now += 30;
    events.emit('SIGINT');
    clock.now += 30;
    events.emit('SIGINT');
    expect(presses).toBe(1);
    clock.now += 301;
    await type('\x03');
    expect(presses).toBe(2);
    release();
    clock.now += 301;
    await type('\x03');
    expect([presses, fallbacks.length]).toEqual([2, 1]);
    keyboard[Symbol.dispose]();
  });

  test('from outside is the same', () => {
    const { terminal, events } = createFakeKeyboard();
    let presses = 0;
    terminal.ofUser.onInterrupt(() => presses++);
    events.emit('SIGINT');
    expect(presses).toBe(1);
  });
});

describe('the terminal is left as it was found', () => {
  test('by a Ctrl-C that ends a program that does not end by itself', () => {
    const { terminal, events, modes, raised, clock } = createFakeKeyboard();
    terminal.ofUser.hold();
    events.emit('SIGINT');
    clock.now = 300;
    expect([modes, raised]).toEqual([[true], []]);
    events.emit('SIGINT');
    expect([modes, raised]).toEqual([[true, false], ['SIGINT']]);
  });

  test.each(['SIGHUP', 'SIGQUIT'])('on %s, which ends the process all the same', async (signal) => {
    const { terminal, events, modes, raised, drawn } = createFakeKeyboard();
    terminal.ofUser.hold();
    events.emit(signal);
    expect([modes, raised]).toEqual([[true, false], [signal]]);
    expect(drawn().endsWith('\x1b[?2004l')).toBe(true);
  });

  test('when the process ends, whatever ended it', () => {
    const { terminal, events, modes } = createFakeKeyboard();
    terminal.ofUser.hold();
    events.emit('exit');
    expect(modes).toEqual([true, false]);
  });

  test('while it is suspended, and is taken again after that', async () => {
    const { terminal, type, events, modes, raised } = createFakeKeyboard();
    terminal.ofUser.hold();
    await type('\x1a');
    expect([modes, raised]).toEqual([[true, false], ['SIGTSTP']]);
    events.emit('SIGCONT');
    expect(modes.at(-1)).toBe(true);
    terminal.close();
    expect(modes.at(-1)).toBe(false);
  });
});

// Owns the keyboard of a terminal: who reads it when, what is typed ahead, and that the terminal is left as it was found. Editing a line is
// left to `line-editor.ts`, Ctrl-C to `interrupts.ts`, what to ask to the caller.

import type { Interrupts, Signals } from './interrupts.ts';
import type { Output, PromptOptions, PromptReply, Terminal } from './io.ts';
import type { After, Key } from './key-reader.ts';
import { createKeyReader } from './key-reader.ts';
import type { OpenEditor } from './line-editor.ts';
import { createPastes, openEditor } from './line-editor.ts';
import type { Screen } from './output.ts';
import type { Showable } from './styled.ts';
import { PASTE_MARKS_OFF, PASTE_MARKS_ON, render } from './styled.ts';
import type { Entry } from './type-ahead.ts';
import { entriesOfPaste, entriesOfTyped } from './type-ahead.ts';

/** What is needed of `process.stdin`. */
type Keyboard = NodeJS.ReadableStream & { readonly setRawMode: (isRaw: boolean) => unknown };

export interface TerminalParts {
  readonly keyboard: Keyboard;
  readonly screen: Screen;
  readonly err: Output;
  readonly signals: Signals;
  readonly interrupts: Interrupts;
  readonly after: After;
}

export interface OwnedTerminal {
  readonly ofUser: Terminal;
  /** Leaves the terminal as it was found. */
  readonly close: () => void;
}

/** A process that was suspended goes on later than this, by its own timers. */
const SUSPENDED_MS = 100;

/**
 * The keyboard is in raw mode while it is held: nothing is echoed into an answer, a line may have any length, and Ctrl-C is a key. As a signal it
 * would also reach a parent such as `tsx`, which kills a child that does not confirm it within 60 ms, and a child that is computing cannot.
 */
export function createTerminal(parts: TerminalParts): OwnedTerminal {
  const { keyboard, screen, err, signals, interrupts, after } = parts;
  const pastes = createPastes();
  const reader = createKeyReader(after, onKey);
  /** What was typed and not yet used, oldest first. */
  let waiting: Entry[] = [];
  let history: readonly string[] = [];
  let editor: OpenEditor | undefined;
  let holders = 0;
  let hasEnded = false;
  let hasMarks = false;
  /** The prompt that was open when what the reader hands over began to arrive. */
  let typedInto: OpenEditor | undefined;
  /** While a question is open: what was typed before it was shown. */
  let setAside: Entry[] | undefined;

  function onKey(key: Key): void {
    if (key.type === 'interrupt') interrupts.press();
    else if (key.type === 'suspend') suspend();
    else {
      hasMarks ||= key.type === 'pasted' && key.isMarked;
      const isPrompted = typedInto !== undefined && !hasMarks;
      const entries =
        key.type === 'typed' ? entriesOfTyped(key.text, isPrompted) : entriesOfPaste(key.text, key.isMarked);
      if (setAside !== undefined && typedInto !== editor) setAside.push(...entries);
      else waiting.push(...entries);
      feed();
    }
  }

  function feed(): void {
    while (editor !== undefined) {
      const entry = waiting.shift();
      if (entry === undefined) break;
      if (entry.type === 'typed') editor.type(entry.text);
      else editor.paste(entry.text);
    }
    if (hasEnded) editor?.end();
  }

  // The prompts of calls and of servers may come at the same time; they are shown one after the other.
  let last: Promise<unknown> = Promise.resolve();
  function ask(prompt: Showable, options: PromptOptions = {}): Promise<PromptReply> {
    const asked = last.then(() => askNow(prompt, options));
    last = asked;
    return asked;
  }

  async function askNow(prompt: Showable, { isMessage = false, signal }: PromptOptions): Promise<PromptReply> {
    if (signal?.aborted === true) return { type: 'interrupt' };
    using _keyboard = hold();
    if (!isMessage) {
      setAside = waiting;
      waiting = [];
    }
    const interrupt = (): void => editor?.interrupt();
    const release = interrupts.listen(interrupt);
    signal?.addEventListener('abort', interrupt);
    const reply = await new Promise<PromptReply>((resolve) => {
      const onReply = (given: PromptReply, lines: readonly string[]): void => {
        editor = undefined;
        if (isMessage) history = lines;
        resolve(given);
      };
      editor = openEditor({ prompt: render(prompt), screen, history: isMessage ? history : [], pastes, onReply });
      feed();
    });
    signal?.removeEventListener('abort', interrupt);
    release();
    waiting = [...(setAside ?? []), ...waiting];
    setAside = undefined;
    return reply;
  }

  function hold(): Disposable {
    let isHeld = true;
    if (holders++ === 0) start();
    return {
      [Symbol.dispose]: () => {
        if (isHeld && holders > 0 && --holders === 0) stop();
        isHeld = false;
      },
    };
  }

  function start(): void {
    enter();
    keyboard.on('data', onData);
    for (const event of ENDS) keyboard.on(event, onEnd);
    signals.on('exit', leave);
    for (const signal of FATAL) signals.on(signal, dieOf[signal]);
    signals.on('SIGCONT', onContinue);
    keyboard.resume();
  }

  function stop(): void {
    keyboard.pause();
    keyboard.off('data', onData);
    for (const event of ENDS) keyboard.off(event, onEnd);
    signals.off('exit', leave);
    for (const signal of FATAL) signals.off(signal, dieOf[signal]);
    signals.off('SIGCONT', onContinue);
    reader.flush();
    leave();
  }

  function enter(): void {
    keyboard.setRawMode(true);
    err.write(PASTE_MARKS_ON);
  }

  function leave(): void {
    err.write(PASTE_MARKS_OFF);
    keyboard.setRawMode(false);
  }

  function onData(bytes: Uint8Array): void {
    if (!reader.isWaiting()) typedInto = editor;
    reader.push(bytes);
  }

  function onEnd(): void {
    hasEnded = true;
    reader.flush();
    feed();
  }

  const dieOf = { SIGHUP: () => die('SIGHUP'), SIGQUIT: () => die('SIGQUIT') };
  function die(signal: 'SIGHUP' | 'SIGQUIT'): void {
    close();
    signals.raise(signal);
  }

  function suspend(): void {
    leave();
    signals.raise('SIGTSTP');
    // Where nothing suspends it, no SIGCONT comes.
    after(SUSPENDED_MS, onContinue);
  }

  /** The shell has set the terminal to a mode of its own meanwhile. */
  function onContinue(): void {
    if (holders === 0) return;
    leave();
    enter();
    editor?.redraw();
  }

  function close(): void {
    if (holders === 0) return;
    holders = 0;
    stop();
  }

  return { ofUser: { ask, hold, onInterrupt: interrupts.listen }, close };
}

const ENDS = ['end', 'close', 'error'] as const;

/** Without a listener they end the process at once, and leave the terminal in raw mode. */
const FATAL = ['SIGHUP', 'SIGQUIT'] as const;

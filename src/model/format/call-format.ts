// Owns the shape of a call format: how a model writes calls in text, as data. The formats themselves are in the files beside it, those that
// every family is looked for with in `call-formats.ts`.

import type { JsonObject } from '../../core/json.ts';

/** A call as it was read from text. */
export interface WrittenCall {
  readonly name: string;
  readonly arguments: JsonObject;
  /** The id in the text. Models of formats with ids expect the same ids in the history. */
  readonly id?: string;
  /** For a format that writes values as text: the arguments with the types that the tool's schema gives them. */
  readonly typedBy?: (schema: JsonObject) => JsonObject;
}

/**
 * Reads the text between the marks. `open`: the text ends inside a string, so the closing mark was part of that string.
 * Undefined: the text is not a call. `isClosed`: the closing mark was there. Without it, the answer ended in the call: a server may remove
 * the mark as a stop string, but what is half without it stays half.
 */
export type ReadCalls = (body: string, isClosed: boolean) => readonly WrittenCall[] | 'open' | undefined;

/** Where the brackets start in the text after the opening mark; `more`: not enough text yet to tell. */
export type FindPayload = (text: string) => number | 'more' | undefined;

/** The format as vLLM's grammar takes it: a structural tag of xgrammar. */
export interface CallTag {
  /** The text after which the grammar applies. It includes the tool's name where nothing shorter distinguishes a call from text. */
  readonly trigger: string | ((name: string) => string);
  /** `index` is the call's index in the conversation. */
  readonly begin: (name: string, index: number) => string;
  readonly end: string;
  /** What the grammar allows between `begin` and `end`: the schema as JSON, as Qwen's XML, as Python keywords, or any text. */
  readonly content: 'json' | 'qwen_xml' | 'python' | 'text';
}

export interface CallFormat {
  readonly name: string;
  /** Marks that begin a call. Empty: the format has no marks (see `bare`). */
  readonly open: readonly string[];
  /** Marks that end a call. Absent: it ends where its brackets close. */
  readonly close?: readonly string[];
  /** What ends a closing mark of which only the beginning is known. */
  readonly closeEnd?: string;
  /** Finds the brackets, for a format without a closing mark. Default: right after the opening mark. */
  readonly findPayload?: FindPayload;
  /**
   * How a call of this tool begins, white space aside. Such a call counts only at the start of the answer or after another
   * call, since no mark distinguishes it from an answer.
   */
  readonly bare?: (name: string) => readonly string[];
  /** Whether a call without marks may stand in a code fence. */
  readonly isFenced?: boolean;
  /**
   * How one call begins and ends without the marks around the calls, which models write wrong or leave out. `read` gets the beginning too.
   * What is left of the marks after such a call has no meaning.
   */
  readonly unwrapped?: { readonly open: readonly string[]; readonly close: readonly string[] };
  /** Whether `read` gets the opening mark too. */
  readonly readsOpen?: boolean;
  readonly read: ReadCalls;
  /** What delimits strings, where it is not a double quote: closing marks in a string end no call. */
  readonly quotes?: readonly string[];
  /** Marks without meaning, right after a call. */
  readonly trail?: readonly string[];
  /** Marks without meaning, anywhere. */
  readonly drop?: readonly string[];
  readonly tag?: CallTag;
}

// Owns what a call format is: how a model writes calls in text, as data. The formats themselves are in `call-formats.ts`.

import type { JsonObject } from '../../core/json.ts';

/** A call as its text says it. */
export interface WrittenCall {
  readonly name: string;
  readonly arguments: JsonObject;
  /** Formats that write ids need theirs back in the history. */
  readonly id?: string;
  /** Whether the format writes every value as text, so that the types come from the tool's schema. */
  readonly isUntyped?: boolean;
}

/**
 * Reads what stands between the marks. `open`: the text ends inside a string, so that the closing mark was a part of it.
 * Undefined: this is no call.
 */
export type ReadCalls = (body: string) => readonly WrittenCall[] | 'open' | undefined;

/** Where a payload of brackets starts in the text after the opening mark; `more`: not yet to be told. */
export type FindPayload = (text: string) => number | 'more' | undefined;

/** How vLLM's grammar is told of a format (a structural tag of xgrammar). */
export interface CallTag {
  /** From here on the grammar binds; with the name of a tool where nothing shorter tells a call from text. */
  readonly trigger: string | ((name: string) => string);
  /** `index` counts the calls of the conversation. */
  readonly begin: (name: string, index: number) => string;
  readonly end: string;
  /** What the grammar holds between the two: the schema as JSON, as Qwen's XML, as Python's keywords, or anything. */
  readonly content: 'json' | 'qwen_xml' | 'python' | 'text';
}

export interface CallFormat {
  readonly name: string;
  /** Marks that begin a call. None: the format is bare. */
  readonly open: readonly string[];
  /** Marks that end it. None: it ends where its brackets close. */
  readonly close?: readonly string[];
  /** Where the brackets begin, for a format without a closing mark. Left out: at once. */
  readonly findPayload?: FindPayload;
  /**
   * What a call of this tool begins with, white space aside. Such a format counts only at the start of the answer, or after
   * another call: it has no mark that tells it from an answer.
   */
  readonly bare?: (name: string) => readonly string[];
  /** Whether the opening mark is a part of what is read. */
  readonly readsOpen?: boolean;
  readonly read: ReadCalls;
  /** Marks that say nothing right after a call. */
  readonly trail?: readonly string[];
  /** Marks that say nothing anywhere. */
  readonly drop?: readonly string[];
  readonly tag?: CallTag;
}

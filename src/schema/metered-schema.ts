// Owns what a schema that is not trusted refers to: its parts by reference and its patterns, found and made when first needed. Nothing of it
// is compiled to code, which takes seconds for a large schema. Checking values is left to `metered-check.ts`.

import { createRequire } from 'node:module';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { DATA, isSchema } from './clean.ts';

/** A pattern whose time grows with the text alone, whatever the pattern. */
export interface LinearPattern {
  readonly test: (text: string) => boolean;
  /** What one character of text costs, in steps. */
  readonly cost: number;
}

export class MeteredSchema {
  readonly root: JsonObject;
  readonly #refs = new Map<string, JsonValue | undefined>();
  readonly #patterns = new Map<string, LinearPattern | undefined>();
  #anchors: ReadonlyMap<string, JsonValue> | undefined;

  /** Whether it has keywords about what other keywords have not looked at. */
  readonly asksForUnevaluated: boolean;

  constructor(root: JsonObject, text: string) {
    this.root = root;
    this.asksForUnevaluated = text.includes('"unevaluated');
  }

  /** The first reference that leads nowhere. */
  get brokenRef(): string | undefined {
    return refsIn(this.root).find((ref) => this.resolve(ref) === undefined);
  }

  /** The part that a reference names; undefined when there is none. */
  resolve(ref: string): JsonValue | undefined {
    if (!this.#refs.has(ref)) this.#refs.set(ref, this.#find(ref));
    return this.#refs.get(ref);
  }

  /** Undefined when the pattern needs what cannot be done in linear time, or is none. */
  pattern(source: string, meter: { readonly spend: (steps: number) => void }): LinearPattern | undefined {
    if (!this.#patterns.has(source)) {
      meter.spend(STEPS_OF_MAKING);
      this.#patterns.set(source, linearPattern(source));
    }
    return this.#patterns.get(source);
  }

  #find(ref: string): JsonValue | undefined {
    if (ref === '#') return this.root;
    if (!ref.startsWith('#/')) {
      this.#anchors ??= anchorsIn(this.root);
      return this.#anchors.get(ref.slice(1));
    }
    let at: JsonValue | undefined = this.root;
    for (const part of ref.slice(2).split('/')) {
      const key = decode(part);
      if (Array.isArray(at)) at = (at as readonly JsonValue[])[Number(key)];
      else at = isSchema(at) && Object.hasOwn(at, key) ? at[key] : undefined;
    }
    return at;
  }
}

function decode(part: string): string {
  const plain = part.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return decodeURIComponent(plain);
  } catch {
    // A percent sign that begins no code stands for itself.
    return plain;
  }
}

function refsIn(value: JsonValue | undefined): string[] {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(refsIn);
  if (!isSchema(value)) return [];
  const { $ref, $dynamicRef } = value;
  const parts = Object.entries(value).flatMap(([key, part]) => (DATA.has(key) ? [] : refsIn(part)));
  return [...[$ref, $dynamicRef].filter((ref) => typeof ref === 'string'), ...parts];
}

function anchorsIn(value: JsonValue | undefined, found = new Map<string, JsonValue>()): ReadonlyMap<string, JsonValue> {
  if (Array.isArray(value)) for (const entry of value as readonly JsonValue[]) anchorsIn(entry, found);
  if (!isSchema(value)) return found;
  for (const anchor of [value.$anchor, value.$dynamicAnchor]) if (typeof anchor === 'string') found.set(anchor, value);
  for (const entry of Object.values(value)) anchorsIn(entry, found);
  return found;
}

/** What making a pattern of ordinary size costs. */
const STEPS_OF_MAKING = 4000;

/** Longer ones, and larger programs, take long to make. */
const MAX_PATTERN_CHARS = 500;
const MAX_PROGRAM_SIZE = 1100;

// Loaded with the first pattern.
const load = createRequire(import.meta.url);

function linearPattern(source: string): LinearPattern | undefined {
  if (source.length > MAX_PATTERN_CHARS) return undefined;
  const { RE2JS } = load('re2js') as typeof import('re2js');
  try {
    // Patterns of Python servers end with `\Z`.
    const made = RE2JS.compile(RE2JS.translateRegExp(source.replace(/\\Z$/, '\\z')));
    const size = made.programSize();
    if (size > MAX_PROGRAM_SIZE) return undefined;
    return { test: (text) => made.test(text), cost: 1 + size / 20 };
  } catch {
    // It looks ahead or behind, refers back, or is no pattern at all.
    return undefined;
  }
}

// Owns checking a value against a schema that is not trusted (JSON Schema 2020-12). Each check has a
// number of steps, after which what is left counts as fitting: no schema and no value can hold up the program. No library can be stopped
// like this, and those that compile take longer for a large schema than a check may take.

import type { JsonObject, JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { isSchema } from './clean.ts';
import { checkBounds, checkType } from './metered-keywords.ts';
import type { MeteredSchema } from './metered-schema.ts';

export interface Mismatch {
  readonly path: readonly string[];
  readonly message: string;
}

/** A step takes 50 to 200 ns, so that a check takes 30 ms at most. Ordinary arguments take less than a thousand. */
const MAX_STEPS = 150_000;
/** Of schemas within schemas; the stack would hold several times as many. */
const MAX_DEPTH = 400;
const MAX_MISMATCHES = 20;

class OutOfSteps extends Error {}

/** What does not fit, at most twenty findings. With `fillDefaults`, defaults are written into the value. */
export function checkMetered(schema: MeteredSchema, value: unknown, fillDefaults: boolean): readonly Mismatch[] {
  const check = new Check(schema, fillDefaults);
  try {
    check.run(value);
  } catch (error) {
    if (!(error instanceof OutOfSteps)) throw error;
  }
  return check.mismatches;
}

/** What keywords of one object have looked at, for `unevaluatedProperties` and `unevaluatedItems`. */
interface Looked {
  readonly keys: Set<string>;
  readonly items: Set<number>;
}

const NOTED_NOWHERE: Looked = { keys: new Set(), items: new Set() };

/** Keys from the inside outwards: a list would be copied for each value. */
interface Path {
  readonly parent: Path | undefined;
  readonly key: string;
}

interface Place {
  readonly path: Path | undefined;
  readonly depth: number;
  readonly looked: Looked;
}

class Check {
  mismatches: Mismatch[] = [];
  readonly #schema: MeteredSchema;
  readonly #fillDefaults: boolean;
  #left = MAX_STEPS;
  /** Within `anyOf` and the like: what is found may not count. */
  #attempts = 0;

  constructor(schema: MeteredSchema, fillDefaults: boolean) {
    this.#schema = schema;
    this.#fillDefaults = fillDefaults;
  }

  run(value: unknown): void {
    this.#fits(this.#schema.root, value, { path: undefined, depth: 0, looked: this.#fresh() });
  }

  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new OutOfSteps();
  }

  matches(pattern: string, text: string): boolean {
    const made = this.#schema.pattern(pattern, this);
    if (made === undefined) return true;
    this.spend(text.length * made.cost);
    return made.test(text);
  }

  #fits(schema: JsonValue | undefined, value: unknown, place: Place): boolean {
    this.spend(2);
    if (place.depth > MAX_DEPTH) throw new OutOfSteps();
    if (schema === false) return this.#report(place, 'boolean schema is false');
    if (!isSchema(schema)) return true;
    this.spend(Object.keys(schema).length);
    const deeper = { ...place, depth: place.depth + 1 };
    if (isObject(value)) this.#fillDefaultsOf(schema, value);
    const problems = [...checkType(schema, value), ...checkBounds(schema, value, this)];
    for (const message of problems) this.#report(place, message);
    const rest = [
      this.#fitsApplied(schema, value, deeper),
      isObject(value) ? this.#fitsObject(schema, value, deeper) : true,
      Array.isArray(value) ? this.#fitsArray(schema, value, deeper) : true,
    ];
    return problems.length === 0 && rest.every(Boolean) && this.#fitsUnevaluated(schema, value, deeper);
  }

  /** Keywords that apply other schemas to the same value. */
  #fitsApplied(schema: JsonObject, value: unknown, place: Place): boolean {
    let fits = true;
    for (const ref of [schema.$ref, schema.$dynamicRef]) {
      if (typeof ref === 'string') fits = this.#fits(this.#schema.resolve(ref), value, place) && fits;
    }
    for (const part of listOf(schema.allOf)) fits = this.#fits(part, value, place) && fits;
    if (Array.isArray(schema.anyOf)) fits = this.#fitsSome(schema.anyOf, value, place) && fits;
    if (Array.isArray(schema.oneOf)) fits = this.#fitsOne(schema.oneOf, value, place) && fits;
    if (schema.not !== undefined && this.#attempt(schema.not, value, place).fits) {
      fits = this.#report(place, 'must NOT be valid');
    }
    if (schema.if !== undefined) {
      const branch = this.#attempt(schema.if, value, place).fits ? schema.then : schema.else;
      fits = this.#fits(branch, value, place) && fits;
    }
    return fits;
  }

  #fitsSome(parts: readonly JsonValue[], value: unknown, place: Place): boolean {
    // All of them, since each may look at other properties.
    const attempts = parts.map((part) => this.#attempt(part, value, place));
    if (attempts.some(({ fits }) => fits)) return true;
    for (const { found } of attempts) this.#keep(found);
    return this.#report(place, 'must match a schema in anyOf');
  }

  #fitsOne(parts: readonly JsonValue[], value: unknown, place: Place): boolean {
    const attempts = parts.map((part) => this.#attempt(part, value, place));
    const fitting = attempts.filter(({ fits }) => fits).length;
    if (fitting === 1) return true;
    if (fitting === 0) for (const { found } of attempts) this.#keep(found);
    return this.#report(place, 'must match exactly one schema in oneOf');
  }

  /** Tries a schema: what it finds does not count, and what it looked at only if the value fits. */
  #attempt(schema: JsonValue, value: unknown, place: Place): { readonly fits: boolean; readonly found: Mismatch[] } {
    const before = this.mismatches;
    this.mismatches = [];
    this.#attempts++;
    const looked = this.#fresh();
    try {
      const fits = this.#fits(schema, value, { ...place, looked });
      if (fits) {
        for (const key of looked.keys) this.#note(place.looked.keys, key);
        for (const item of looked.items) this.#note(place.looked.items, item);
      }
      return { fits, found: this.mismatches };
    } finally {
      this.#attempts--;
      this.mismatches = before;
    }
  }

  #fitsObject(schema: JsonObject, value: Record<string, unknown>, place: Place): boolean {
    const { properties, patternProperties, additionalProperties, propertyNames, dependentSchemas } = schema;
    const { keys: looked } = place.looked;
    let fits = true;
    const known = isSchema(properties) ? properties : {};
    for (const [key, property] of Object.entries(known)) {
      this.spend(1);
      if (!Object.hasOwn(value, key)) continue;
      this.#note(looked, key);
      fits = this.#fits(property, value[key], this.#within(place, key)) && fits;
    }
    const patterns = isSchema(patternProperties) ? Object.entries(patternProperties) : [];
    if (patterns.length === 0 && additionalProperties === undefined && propertyNames === undefined) {
      return this.#fitsDependents(dependentSchemas, value, place) && fits;
    }
    for (const key of Object.keys(value)) {
      this.spend(1);
      if (propertyNames !== undefined) fits = this.#fits(propertyNames, key, this.#within(place, key)) && fits;
      let isKnown = Object.hasOwn(known, key);
      for (const [pattern, property] of patterns) {
        this.spend(1);
        if (!this.matches(pattern, key)) continue;
        isKnown = true;
        this.#note(looked, key);
        // What a pattern that cannot be tested means for a key is not known.
        if (this.#schema.pattern(pattern, this) !== undefined)
          fits = this.#fits(property, value[key], this.#within(place, key)) && fits;
      }
      if (isKnown || additionalProperties === undefined) continue;
      this.#note(looked, key);
      if (additionalProperties === false)
        fits = this.#report(place, `must NOT have additional properties (\`${key}\`)`);
      else fits = this.#fits(additionalProperties, value[key], this.#within(place, key)) && fits;
    }
    return this.#fitsDependents(dependentSchemas, value, place) && fits;
  }

  #fitsDependents(dependents: JsonValue | undefined, value: Record<string, unknown>, place: Place): boolean {
    if (!isSchema(dependents)) return true;
    let fits = true;
    for (const [key, schema] of Object.entries(dependents)) {
      this.spend(1);
      if (Object.hasOwn(value, key)) fits = this.#fits(schema, value, place) && fits;
    }
    return fits;
  }

  /** Before everything else: a property with a default is never missing. Not in an attempt, which may come to nothing. */
  #fillDefaultsOf({ properties }: JsonObject, value: Record<string, unknown>): void {
    if (!this.#fillDefaults || this.#attempts > 0 || !isSchema(properties)) return;
    for (const [key, property] of Object.entries(properties)) {
      this.spend(1);
      if (Object.hasOwn(value, key) || !isSchema(property) || property.default === undefined) continue;
      this.spend(JSON.stringify(property.default).length / 10);
      value[key] = structuredClone(property.default);
    }
  }

  #fitsArray(schema: JsonObject, value: readonly unknown[], place: Place): boolean {
    const { items, contains } = schema;
    const { items: looked } = place.looked;
    const prefix = listOf(schema.prefixItems);
    let fits = true;
    for (const [at, item] of value.entries()) {
      const part = at < prefix.length ? prefix[at] : items;
      if (part === undefined) break;
      this.#note(looked, at);
      fits = this.#fits(part, item, this.#within(place, String(at))) && fits;
    }
    return (contains === undefined || this.#fitsContains(schema, contains, value, place)) && fits;
  }

  #fitsContains(schema: JsonObject, contains: JsonValue, value: readonly unknown[], place: Place): boolean {
    const { minContains = 1, maxContains = Number.POSITIVE_INFINITY } = schema;
    let found = 0;
    for (const [at, item] of value.entries()) {
      if (!this.#attempt(contains, item, this.#within(place, String(at))).fits) continue;
      found++;
      this.#note(place.looked.items, at);
    }
    if (found >= Number(minContains) && found <= Number(maxContains)) return true;
    return this.#report(place, `must contain at least ${Number(minContains)} valid item(s)`);
  }

  #fitsUnevaluated(schema: JsonObject, value: unknown, place: Place): boolean {
    const { unevaluatedProperties, unevaluatedItems } = schema;
    let fits = true;
    if (unevaluatedProperties !== undefined && isObject(value)) {
      for (const key of Object.keys(value)) {
        if (place.looked.keys.has(key)) continue;
        this.#note(place.looked.keys, key);
        if (unevaluatedProperties === false)
          fits = this.#report(place, `must NOT have unevaluated properties (\`${key}\`)`);
        else fits = this.#fits(unevaluatedProperties, value[key], this.#within(place, key)) && fits;
      }
    }
    if (unevaluatedItems !== undefined && Array.isArray(value)) {
      for (const [at, item] of value.entries()) {
        if (place.looked.items.has(at)) continue;
        this.#note(place.looked.items, at);
        fits = this.#fits(unevaluatedItems, item, this.#within(place, String(at))) && fits;
      }
    }
    return fits;
  }

  #keep(found: readonly Mismatch[]): void {
    for (const { path, message } of found) {
      if (this.mismatches.length >= MAX_MISMATCHES) return;
      const isKnown = this.mismatches.some((known) => known.message === message && known.path.join() === path.join());
      if (!isKnown) this.mismatches.push({ path, message });
    }
  }

  #report({ path }: Place, message: string): false {
    this.spend(10);
    if (this.mismatches.length < MAX_MISMATCHES) this.#keep([{ path: pathOf(path), message }]);
    return false;
  }

  #within({ path, depth }: Place, key: string): Place {
    return { path: { parent: path, key }, depth, looked: this.#fresh() };
  }

  #note<T>(looked: Set<T>, what: T): void {
    if (this.#schema.asksForUnevaluated) looked.add(what);
  }

  /** Nothing is noted where no keyword asks for it. */
  #fresh(): Looked {
    if (this.#schema.asksForUnevaluated) this.spend(4);
    return this.#schema.asksForUnevaluated ? { keys: new Set(), items: new Set() } : NOTED_NOWHERE;
  }
}

function pathOf(path: Path | undefined): readonly string[] {
  const keys: string[] = [];
  for (let at = path; at !== undefined; at = at.parent) keys.unshift(at.key);
  return keys;
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

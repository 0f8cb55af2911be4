// Owns checking values against a JSON Schema, which is compiled when it is first needed; schemas of the same text share one validator.
// What a value is for, and what happens when it does not fit, is left to the caller.

import { createRequire } from 'node:module';
import type { ErrorObject, Options, ValidateFunction } from 'ajv';
import type { JsonObject } from '../core/json.ts';
import { cleanSchema } from './clean.ts';
import type { SchemaIssue } from './issues.ts';
import { gotOf } from './issues.ts';
import type { Mismatch } from './metered-check.ts';
import { checkMetered } from './metered-check.ts';
import { MeteredSchema } from './metered-schema.ts';
import { inheritedNamesIn, withInheritedHidden } from './prototype-names.ts';

interface ValidatorOptions {
  /** Whether defaults of the schema are written into the value that is checked. */
  readonly fillDefaults: boolean;
  /** Whether everything that does not fit is reported, or only the first finding. */
  readonly findAll: boolean;
  /** Whether a stranger wrote the schema: then it is checked in a limited number of steps, and never compiled. */
  readonly isForeign?: boolean;
}

export class Validator {
  readonly #schema: JsonObject;
  readonly #text: string;
  readonly #options: ValidatorOptions;
  #compiled: ValidateFunction | undefined;
  #metered: MeteredSchema | undefined;

  constructor(schema: JsonObject, text: string, options: ValidatorOptions) {
    this.#schema = schema;
    this.#text = text;
    this.#options = options;
  }

  /** Throws when the schema is not valid (2020-12). */
  verify(): void {
    if (this.#options.isForeign) this.#meter();
    else this.compile();
  }

  /** Compiles it, once. Throws when the schema is not valid (2020-12). */
  compile(): ValidateFunction {
    if (this.#compiled === undefined) {
      assertValid(this.#schema);
      this.#compiled = createAjv(this.#options).compile(this.#schema);
    }
    return this.#compiled;
  }

  #meter(): MeteredSchema {
    if (this.#metered === undefined) {
      assertValid(this.#schema);
      const metered = new MeteredSchema(this.#schema, this.#text);
      if (metered.brokenRef !== undefined) throw new Error(`can't resolve reference ${metered.brokenRef} from id #`);
      this.#metered = metered;
    }
    return this.#metered;
  }

  /** Says what does not fit; nothing when the value fits. Throws when the schema is not valid. */
  check(value: unknown): readonly Mismatch[] {
    if (this.#options.isForeign) return checkMetered(this.#meter(), value, this.#options.fillDefaults);
    const validate = this.compile();
    return validate(value) ? [] : (validate.errors ?? []).map(mismatchFrom);
  }
}

/**
 * Characters of the schemas whose validators are kept; the least recently used ones go first. A compiled validator takes about 20 bytes
 * a character, so all of them take about 20 MB at most.
 *
 * @internal Exported for the table test of the cache.
 */
export const MAX_KEPT_CHARS = 1_000_000;

const kept = new Map<string, Validator>();
let keptChars = 0;

/** The validator of a schema: the same one for the same text. Does not compile it, and does not throw. */
export function validatorFor(schema: JsonObject, options: ValidatorOptions): Validator {
  // Without its `$schema` and `$id`: schemas of older drafts are read by the rules of this one, and ids may repeat.
  const cleaned = cleanSchema(schema);
  const text = JSON.stringify(cleaned);
  const key = `${options.fillDefaults} ${options.findAll} ${options.isForeign ?? false} ${text}`;
  const found = kept.get(key);
  const validator = found ?? new Validator(cleaned, text, options);
  if (found === undefined) keptChars += key.length;
  else kept.delete(key); // a map keeps the order of insertion, so that this one is the latest again
  kept.set(key, validator);
  for (const oldest of kept.keys()) {
    if (keptChars <= MAX_KEPT_CHARS || oldest === key) break;
    kept.delete(oldest);
    keptChars -= oldest.length;
  }
  return validator;
}

/** A function that says what does not fit; nothing when the value fits. Throws on a schema that is not valid (2020-12). */
export function createValidator(schema: JsonObject): (value: unknown) => readonly SchemaIssue[] {
  const validator = validatorFor(schema, { fillDefaults: false, findAll: false });
  validator.compile();
  const inherited = inheritedNamesIn(schema);
  return (value) =>
    validator
      .check(inherited.length === 0 ? value : withInheritedHidden(value, inherited))
      .map(({ path, message }) => ({ path: path.join('.'), message, got: gotOf(value, path) }));
}

// Loaded with the first schema: that takes longer than many programs run.
const load = createRequire(import.meta.url);

// Formats would need another library and are left to the grammar; unknown keywords belong to other programs.
const BASE: Options = { strict: false, validateFormats: false, logger: false };

/** One for each schema, since an instance keeps all that it ever compiled; without the meta-schemas, which take most of its time. */
function createAjv({
  fillDefaults,
  findAll,
}: ValidatorOptions): InstanceType<typeof import('ajv/dist/2020.js').Ajv2020> {
  const { Ajv2020 } = load('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  return new Ajv2020({ ...BASE, allErrors: findAll, useDefaults: fillDefaults, meta: false, validateSchema: false });
}

let meta: InstanceType<typeof import('ajv/dist/2020.js').Ajv2020> | undefined;

/** Checks a schema against the meta-schema. This instance is kept, since checking leaves nothing behind in it. */
function assertValid(schema: JsonObject): void {
  const { Ajv2020 } = load('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  meta ??= new Ajv2020(BASE);
  if (meta.validateSchema(schema) === true) return;
  throw new Error(`schema is invalid: ${meta.errorsText(meta.errors)}`);
}

function mismatchFrom({ instancePath, message = 'does not fit', keyword, params }: ErrorObject): Mismatch {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const detail = keyword === 'additionalProperties' ? ` (\`${String(params.additionalProperty)}\`)` : allowedOf(params);
  return { path, message: `${message}${detail}` };
}

function allowedOf(params: Record<string, unknown>): string {
  return Array.isArray(params.allowedValues)
    ? `: ${params.allowedValues.map((value) => JSON.stringify(value)).join(', ')}`
    : '';
}

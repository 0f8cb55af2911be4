// Owns a tool's schema -> what the model is shown and what arguments are checked with, whichever library it comes from.
// What each library gives is left to `sources.ts`, what vLLM's grammar takes to `strict.ts`.

import { DefinitionError } from '../core/definition-error.ts';
import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { cleanSchema } from './clean.ts';
import type { SchemaIssue } from './issues.ts';
import { readSchema } from './sources.ts';
import type { StandardSchema } from './standard-schema.ts';
import type { StrictSchema } from './strict.ts';
import { strictSchema } from './strict.ts';

/** A zod 4 or zod 3 schema, any other Standard Schema that gives its JSON Schema, or a plain JSON Schema. */
export type ToolSchema = StandardSchema | JsonObject;

/** What `execute` is given: the schema's output type; for a plain JSON Schema, an object. */
export type InferArguments<S> = S extends StandardSchema
  ? NonNullable<S['~standard']['types']>['output']
  : Readonly<Record<string, unknown>>;

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly SchemaIssue[] };

export interface CompiledSchema<T = unknown> {
  /** What the model is shown: the input side, its root an object. */
  readonly jsonSchema: JsonObject;
  /** The same in a form that vLLM's grammar enforces, or why there is none. */
  readonly strict: StrictSchema;
  /** Checks a value; gives it back as the schema makes it, with defaults and transforms. Always enforces all of the schema. */
  readonly check: (value: unknown) => Promise<Checked<T>>;
}

const compiled = new WeakMap<object, CompiledSchema>();

/** Compiles a schema, once. Throws a DefinitionError that names the subject, the place and the remedy. */
export function compileSchema<T = unknown>(schema: ToolSchema, options: { readonly name: string }): CompiledSchema<T> {
  const known = compiled.get(schema);
  // One schema object has one output type, whoever compiles it.
  if (known !== undefined) return known as CompiledSchema<T>;
  const fresh = compile(schema, options.name);
  compiled.set(schema, fresh);
  return fresh as CompiledSchema<T>;
}

function compile(schema: unknown, name: string): CompiledSchema {
  if (!isObject(schema) && typeof schema !== 'function') {
    throw new DefinitionError(`The schema of ${name} is ${typeof schema}: give a zod schema or a JSON Schema.`);
  }
  const { jsonSchema: given, check } = readSchema(schema, name);
  const jsonSchema = cleanSchema(given);
  if (jsonSchema.type !== 'object') {
    const what = typeof jsonSchema.type === 'string' ? jsonSchema.type : 'not an object';
    throw new DefinitionError(`The schema of ${name} is ${what} at its root: wrap it in z.object({ … }).`);
  }
  let strict: StrictSchema | undefined;
  return {
    jsonSchema,
    // Made when it is first shown: of a server's tools many never are.
    get strict() {
      strict ??= strictSchema(jsonSchema);
      return strict;
    },
    check,
  };
}

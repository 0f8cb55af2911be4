// Owns turning a tool's schema, of whichever library, into what the model is shown and what arguments are checked with.
// What each library gives is left to `sources.ts`, what vLLM's grammar accepts to `strict.ts`.

import { DefinitionError } from '../core/definition-error.ts';
import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { cleanSchema } from './clean.ts';
import type { Checked } from './sources.ts';
import { readSchema } from './sources.ts';
import type { StandardSchema } from './standard-schema.ts';
import type { StrictSchema } from './strict.ts';
import { strictSchema } from './strict.ts';

/** A zod 4 or zod 3 schema, any other Standard Schema that gives its JSON Schema, or a plain JSON Schema. */
export type ToolSchema = StandardSchema | JsonObject;

/** The type of `execute`'s arguments: the schema's output type; for a plain JSON Schema, an object. */
export type InferArguments<S> = S extends StandardSchema
  ? NonNullable<S['~standard']['types']>['output']
  : Readonly<Record<string, unknown>>;

export interface CompiledSchema<T = unknown> {
  /** What the model is shown: the schema of the input, whose root is an object. */
  readonly jsonSchema: JsonObject;
  /** The same in a form that vLLM's grammar can enforce, or why there is none. */
  readonly strict: StrictSchema;
  /** Checks a value against the whole schema, and gives it back with defaults and transforms applied. */
  readonly check: (value: unknown) => Checked<T> | Promise<Checked<T>>;
}

const compiled = new WeakMap<object, CompiledSchema>();

/** Compiles a schema, once. Throws a DefinitionError that names the subject, the place and the remedy. */
export function compileSchema<T = unknown>(schema: ToolSchema, options: { readonly name: string }): CompiledSchema<T> {
  const known = compiled.get(schema);
  // A schema object has one output type, so the known one has the type that is asked for.
  if (known !== undefined) return known as CompiledSchema<T>;
  const fresh = compile(schema, options.name);
  compiled.set(schema, fresh);
  return fresh as CompiledSchema<T>;
}

function compile(schema: unknown, name: string): CompiledSchema {
  if (!isObject(schema) && typeof schema !== 'function') {
    const what = schema === null ? 'null' : Array.isArray(schema) ? 'a list' : typeof schema;
    throw new DefinitionError(`The schema of ${name} is ${what}: give a zod schema or a JSON Schema.`);
  }
  if (!('~standard' in schema) && Object.values(schema).some((part) => isObject(part) && '~standard' in part)) {
    throw new DefinitionError(`The schema of ${name} is an object of schemas: wrap it in z.object({ … }).`);
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
    // Made when the model is first shown the tool: of a server's tools many never are.
    get strict() {
      strict ??= strictSchema(jsonSchema);
      return strict;
    },
    check,
  };
}

// Owns what each schema library gives: the JSON Schema of its input side, and its check. What is made of it is left to `compile.ts`.

import { createRequire } from 'node:module';
import { DefinitionError } from '../core/definition-error.ts';
import type { JsonObject } from '../core/json.ts';
import type { SchemaIssue } from './issues.ts';
import { gotOf } from './issues.ts';
import { fromJsonSchema } from './json-schema.ts';
import { inheritedNamesIn, withoutPrototypes } from './prototype-names.ts';
import type { StandardResult, StandardSchema } from './standard-schema.ts';
import { firstUnrepresentable } from './unrepresentable.ts';

interface ReadSchema {
  readonly jsonSchema: JsonObject;
  readonly check: (value: unknown) => Checked<unknown> | Promise<Checked<unknown>>;
}

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly SchemaIssue[] };

export function readSchema(schema: object, name: string): ReadSchema {
  // Whatever has this field is a Standard Schema; anything else is taken for a JSON Schema, and checked.
  const standard = '~standard' in schema ? (schema as StandardSchema) : fromJsonSchema(schema as JsonObject, name);
  const jsonSchema = jsonSchemaOf(standard, name);
  let isBare: boolean | undefined;
  return {
    jsonSchema,
    check: (value) => {
      isBare ??= inheritedNamesIn(jsonSchema).length > 0;
      return isBare ? checkBare(standard, value) : checkStandard(standard, value);
    },
  };
}

function jsonSchemaOf(schema: StandardSchema, name: string): JsonObject {
  const wrong = firstUnrepresentable(schema);
  if (wrong !== undefined) {
    const { path, part, remedy } = wrong;
    const place = path === '' ? 'its root' : `\`${path}\``;
    throw new DefinitionError(
      `The schema of ${name} has a part that JSON cannot express: ${place} is ${part}. ${remedy}`,
    );
  }
  const { vendor, jsonSchema } = schema['~standard'];
  try {
    // The schema's own method works with any copy of the library; older versions of zod and zod/mini have none.
    if (jsonSchema !== undefined) return jsonSchema.input(DRAFT) as JsonObject;
    if ('_zod' in schema) return zod4().toJSONSchema(schema as never, { io: 'input' }) as JsonObject;
    // For a zod 4 schema this library silently gives an empty schema, so it is used for zod 3 only.
    if (vendor === 'zod') return zod3().zodToJsonSchema(schema as never, ZOD3) as JsonObject;
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).trim().replace(/\.$/, '');
    throw new DefinitionError(`The schema of ${name} cannot be shown to the model as a JSON Schema: ${reason}.`, {
      cause,
    });
  }
  const remedy = 'give `parameters` as a zod schema or as a JSON Schema';
  throw new DefinitionError(
    `The schema of ${name} is by ${vendor}, which gives no JSON Schema for the model: ${remedy}.`,
  );
}

const DRAFT = { target: 'draft-2020-12' } as const;

const ZOD3 = { $refStrategy: 'root', effectStrategy: 'input', pipeStrategy: 'input', definitionPath: '$defs' } as const;

/** A tool with a parameter `toString` must not find the inherited function where the argument was left out. */
async function checkBare(schema: StandardSchema, value: unknown): Promise<Checked<unknown>> {
  const checked = await checkStandard(schema, withoutPrototypes(value));
  return checked.ok ? { ok: true, value: withoutPrototypes(checked.value) } : checked;
}

function checkStandard(schema: StandardSchema, value: unknown): ReturnType<ReadSchema['check']> {
  const result = schema['~standard'].validate(value);
  return 'then' in result ? result.then((late) => checkedFrom(late, value)) : checkedFrom(result, value);
}

function checkedFrom(result: StandardResult, value: unknown): Checked<unknown> {
  if (result.issues === undefined) return { ok: true, value: result.value };
  const issues = result.issues.map(({ path = [], message }) => {
    const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
    return { path: keys.join('.'), message, got: gotOf(value, keys) };
  });
  return { ok: false, issues };
}

// Each library is loaded with the first schema that needs it: together they take longer to load than all the rest.
const load = createRequire(import.meta.url);
const zod4 = (): typeof import('zod') => load('zod');
const zod3 = (): typeof import('zod-to-json-schema') => load('zod-to-json-schema');

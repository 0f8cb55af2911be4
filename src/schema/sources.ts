// Owns what each schema library tells: its JSON Schema of the input side, and its check. What is made of it is left to `compile.ts`.

import { createRequire } from 'node:module';
import type { ErrorObject } from 'ajv';
import { DefinitionError } from '../core/definition-error.ts';
import type { JsonObject } from '../core/json.ts';
import { cleanSchema } from './clean.ts';
import type { SchemaIssue } from './issues.ts';
import { gotOf } from './issues.ts';

/** The part of the Standard Schema interface (https://standardschema.dev) that is used here. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>;
    readonly jsonSchema?: { readonly input: (options: { readonly target: string }) => Record<string, unknown> };
  };
}

interface StandardResult {
  readonly value?: unknown;
  readonly issues?: readonly StandardIssue[] | undefined;
}

interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export interface ReadSchema {
  readonly jsonSchema: JsonObject;
  readonly check: (
    value: unknown,
  ) => Promise<
    { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly issues: readonly SchemaIssue[] }
  >;
}

export function readSchema(schema: object, name: string): ReadSchema {
  if (!('~standard' in schema)) return readJsonSchema(schema as JsonObject, name);
  const standard = schema as StandardSchema; // it says so itself
  return { jsonSchema: tellJsonSchema(standard, name), check: (value) => checkStandard(standard, value) };
}

function tellJsonSchema(schema: StandardSchema, name: string): JsonObject {
  if ('_zod' in schema) return fromZod4(schema, name);
  const { vendor, jsonSchema } = schema['~standard'];
  if (jsonSchema !== undefined) return jsonSchema.input(DRAFT) as JsonObject;
  // On a zod 4 schema this library gives an empty schema without a word, so it is for zod 3 alone.
  if (vendor === 'zod') return zod3().zodToJsonSchema(schema as never, ZOD3) as JsonObject;
  const remedy = 'give `parameters` as a zod schema or as a JSON Schema';
  throw new DefinitionError(
    `The schema of ${name} is by ${vendor}, which tells no JSON Schema for the model: ${remedy}.`,
  );
}

const DRAFT = { target: 'draft-2020-12' } as const;

const ZOD3 = { $refStrategy: 'root', effectStrategy: 'input', pipeStrategy: 'input', definitionPath: '$defs' } as const;

function fromZod4(schema: StandardSchema, name: string): JsonObject {
  try {
    // The schema's own way needs no second copy of its library; older zods and zod/mini have none.
    const { jsonSchema } = schema['~standard'];
    if (jsonSchema !== undefined) return jsonSchema.input(DRAFT) as JsonObject;
    return zod4().toJSONSchema(schema as never, { io: 'input' }) as JsonObject;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const remedy =
      'The model writes JSON: use z.iso.datetime() for dates, z.int() for big integers, z.record() for maps.';
    throw new DefinitionError(`The schema of ${name} has a part that JSON cannot express: ${reason} ${remedy}`, {
      cause,
    });
  }
}

async function checkStandard(schema: StandardSchema, value: unknown): ReturnType<ReadSchema['check']> {
  const result = await schema['~standard'].validate(value);
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

type Ajv2020 = typeof import('ajv/dist/2020.js').Ajv2020;

let ajv: InstanceType<Ajv2020> | undefined;

function readJsonSchema(schema: JsonObject, name: string): ReadSchema {
  ajv ??= createAjv();
  let validate: ReturnType<typeof ajv.compile>;
  try {
    // Without its `$schema` and `$id`: schemas of older drafts are read by the rules of this one, and ids may repeat.
    validate = ajv.compile(cleanSchema(schema));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DefinitionError(`The schema of ${name} is no valid JSON Schema (2020-12): ${reason}.`, { cause });
  }
  const check = async (value: unknown): ReturnType<ReadSchema['check']> => {
    // Defaults are filled in, so the caller's value is not the one that is checked.
    const copy: unknown = structuredClone(value);
    if (validate(copy)) return { ok: true, value: copy };
    return { ok: false, issues: (validate.errors ?? []).map((error) => issueFrom(error, value)) };
  };
  return { jsonSchema: schema, check };
}

function createAjv(): InstanceType<Ajv2020> {
  const { Ajv2020 } = load('ajv/dist/2020.js') as { Ajv2020: Ajv2020 };
  // Formats need a library of their own and are left to the grammar; unknown keywords are other people's.
  return new Ajv2020({ allErrors: true, strict: false, useDefaults: true, validateFormats: false, logger: false });
}

function issueFrom(
  { instancePath, message = 'does not fit', keyword, params }: ErrorObject,
  value: unknown,
): SchemaIssue {
  const keys = instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const detail = keyword === 'additionalProperties' ? ` (\`${String(params.additionalProperty)}\`)` : allowedOf(params);
  return { path: keys.join('.'), message: `${message}${detail}`, got: gotOf(value, keys) };
}

function allowedOf(params: Record<string, unknown>): string {
  return Array.isArray(params.allowedValues)
    ? `: ${params.allowedValues.map((value) => JSON.stringify(value)).join(', ')}`
    : '';
}

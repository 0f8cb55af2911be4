// Owns a schema -> what the model is shown and what arguments are checked with.
import { z } from 'zod';
import type { JsonObject } from '../core/json.ts';

export type ToolSchema = z.ZodType | JsonObject;
export type InferArguments<S> = S extends { readonly _zod: { readonly output: infer T } } ? T : JsonObject;
export interface SchemaIssue {
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  readonly message: string;
}
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly SchemaIssue[] };
export interface CompiledSchema<T = unknown> {
  readonly jsonSchema: JsonObject;
  readonly strict: { readonly jsonSchema: JsonObject } | { readonly reason: string };
  readonly check: (value: unknown) => Promise<Checked<T>>;
}
export function compileSchema<T = unknown>(schema: ToolSchema, _options: { readonly name: string }): CompiledSchema<T> {
  if (!('_zod' in schema)) {
    return {
      jsonSchema: schema as JsonObject,
      strict: { jsonSchema: schema as JsonObject },
      check: async (value) => ({ ok: true, value: value as T }),
    };
  }
  const zod = schema as z.ZodType;
  const { $schema: _schema, ...jsonSchema } = z.toJSONSchema(zod, { io: 'input' }) as JsonObject;
  const strict = { additionalProperties: false, ...jsonSchema };
  return {
    jsonSchema,
    strict: { jsonSchema: strict },
    check: async (value) => {
      const result = await zod.safeParseAsync(value);
      if (result.success) return { ok: true, value: result.data as T };
      return {
        ok: false,
        issues: result.error.issues.map((issue) => ({
          path: issue.path.join('.'),
          expected: issue.code,
          got: '',
          message: issue.message,
        })),
      };
    },
  };
}

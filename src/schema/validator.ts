// Owns checking stored values against a JSON Schema. What a value is for is left to the caller.

import { createRequire } from 'node:module';
import type { JsonObject } from '../core/json.ts';
import type { SchemaIssue } from './issues.ts';
import { gotOf } from './issues.ts';

/** Loaded with the first value that is checked: it takes longer to load than most programs run. */
const load = createRequire(import.meta.url);

/** A function that says what does not fit; nothing when the value fits. Throws on a schema that is not valid (2020-12). */
export function createValidator(schema: JsonObject): (value: unknown) => readonly SchemaIssue[] {
  const { Ajv2020 } = load('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  const validate = new Ajv2020({ allErrors: false, strict: false, logger: false }).compile(schema);
  return (value) => {
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message = 'does not fit' }) => {
      const keys = instancePath.split('/').slice(1);
      return { path: keys.join('.'), message, got: gotOf(value, keys) };
    });
  };
}

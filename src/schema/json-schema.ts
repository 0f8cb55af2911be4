// Owns giving a plain JSON Schema the Standard Schema interface, which all other kinds of schemas have. Compiling it is left to
// `validator.ts`.

import { DefinitionError } from '../core/definition-error.ts';
import type { JsonObject } from '../core/json.ts';
import { inheritedNamesIn, withInheritedHidden } from './prototype-names.ts';
import type { StandardSchema } from './standard-schema.ts';
import { validatorFor } from './validator.ts';

/** For a schema in a program: compiled at once, so that a mistake shows where it was made. Throws a DefinitionError when it is not valid. */
export function fromJsonSchema(schema: JsonObject, name: string): StandardSchema<JsonObject> {
  return standardFrom(schema, name, false);
}

/** For a schema from a server's list, which no program vouches for: checked in a limited number of steps, never compiled. Throws a DefinitionError when it is not valid. */
export function fromListedSchema(schema: JsonObject, name: string): StandardSchema<JsonObject> {
  return standardFrom(schema, name, true);
}

function standardFrom(schema: JsonObject, name: string, isForeign: boolean): StandardSchema<JsonObject> {
  const validator = validatorFor(schema, { fillDefaults: true, findAll: true, isForeign });
  try {
    validator.verify();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DefinitionError(`The schema of ${name} is not a valid JSON Schema (2020-12): ${reason}.`, { cause });
  }
  let inherited: readonly string[] | undefined;
  return {
    '~standard': {
      version: 1,
      vendor: 'json-schema',
      jsonSchema: { input: () => schema },
      validate: (value) => {
        // Defaults are filled in, and a tool may change its arguments: neither may change those that the run keeps.
        inherited ??= isForeign ? [] : inheritedNamesIn(schema); // the check of foreign schemas sees none
        const copy = withInheritedHidden(value, inherited);
        const issues = validator.check(copy);
        return issues.length === 0 ? { value: copy } : { issues };
      },
    },
  };
}

// Owns finding the part of a zod schema that no JSON can be: where it is, and what to write instead. Versions 3 and 4 are read by their
// definitions, so that any copy of the library will do. What the library makes of the rest is left to `sources.ts`.

import { isObject } from '../core/json.ts';

export interface Unrepresentable {
  /** `trips[].start`; empty at the root. */
  readonly path: string;
  /** `z.date()`. */
  readonly part: string;
  /** A sentence. */
  readonly remedy: string;
}

/** What the model cannot write, by the name that the library has for it. */
const REMEDIES: Readonly<Record<string, string>> = {
  date: 'Use z.iso.datetime() or z.iso.date(), and .transform() for a Date.',
  bigint: 'Use z.int(), or z.string() for more than 15 digits.',
  map: 'Use z.record().',
  set: 'Use z.array().',
  symbol: 'Use z.enum() or z.string().',
  function: 'Leave it out: a model cannot write a function.',
  promise: 'Use the schema of its value: arguments are there when the tool is called.',
  file: 'Use z.string() for a path or an address: a model cannot hand over a file.',
  undefined: 'Use .optional() for what may be left out.',
  void: 'Use .optional() for what may be left out.',
  nan: 'Use z.number().',
  custom: 'Use a schema of the JSON that it is made from, and .transform().',
  transform: 'Put the schema of the JSON before it, as in z.string().transform(…).',
};

/** What zod 3 gives a JSON Schema for that its own check then refuses. */
const OF_ZOD_3 = new Set(['date', 'bigint', 'map', 'set', 'symbol', 'function', 'promise']);

/** The first such part of a zod schema; undefined when there is none, or when it is no zod schema. */
export function firstUnrepresentable(schema: unknown): Unrepresentable | undefined {
  return find(schema, '', new Set());
}

function find(schema: unknown, path: string, seen: Set<unknown>): Unrepresentable | undefined {
  if (seen.has(schema)) return undefined;
  seen.add(schema);
  const definition = definitionOf(schema);
  if (definition === undefined) return undefined;
  const { type, def, isOld } = definition;
  const remedy = Object.hasOwn(REMEDIES, type) ? REMEDIES[type] : undefined;
  const isCoerced = isOld && def.coerce === true;
  if (remedy !== undefined && !isCoerced && (!isOld || OF_ZOD_3.has(type)))
    return { path, part: `z.${type}()`, remedy };
  if (type === 'literal') return unwritableLiteral(def, path);
  for (const [inner, at] of innerOf(type, def, path)) {
    const found = find(inner, at, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Definition {
  readonly type: string;
  readonly def: Readonly<Record<string, unknown>>;
  /** Whether it is of zod 3. */
  readonly isOld: boolean;
}

function definitionOf(schema: unknown): Definition | undefined {
  if (!isObject(schema)) return undefined;
  const { _zod: zod, _def: old } = schema;
  if (isObject(zod) && isObject(zod.def)) return { type: String(zod.def.type), def: zod.def, isOld: false };
  if (!isObject(old) || typeof old.typeName !== 'string') return undefined;
  return { type: old.typeName.replace(/^Zod/, '').toLowerCase(), def: old, isOld: true };
}

function unwritableLiteral({ values }: Readonly<Record<string, unknown>>, path: string): Unrepresentable | undefined {
  for (const value of listOf(values)) {
    const remedy = value === undefined || typeof value === 'bigint' ? REMEDIES[typeof value] : undefined;
    if (remedy !== undefined)
      return { path, part: `z.literal(${typeof value === 'bigint' ? `${value}n` : value})`, remedy };
  }
  return undefined;
}

/** The schemas that a schema is made of on its input side, with their places. */
function innerOf(type: string, def: Readonly<Record<string, unknown>>, path: string): [unknown, string][] {
  switch (type) {
    case 'object':
      return Object.entries(shapeOf(def.shape)).map(([name, inner]) => [inner, path === '' ? name : `${path}.${name}`]);
    case 'array':
      return [[def.element ?? def.type, `${path}[]`]];
    case 'tuple':
      return [
        ...listOf(def.items).map((inner, at): [unknown, string] => [inner, `${path}[${at}]`]),
        [def.rest, `${path}[]`],
      ];
    case 'record':
      return [[def.valueType, `${path}.*`]];
    case 'union':
    case 'discriminatedunion':
      return listOf(def.options).map((inner) => [inner, path]);
    case 'intersection':
      return [def.left, def.right].map((inner) => [inner, path]);
    case 'lazy':
      return [[typeof def.getter === 'function' ? def.getter() : undefined, path]];
    case 'pipe':
    case 'pipeline':
      // What runs before the check has no schema of its own: what it leads to has.
      return [[definitionOf(def.in)?.type === 'transform' ? def.out : def.in, path]];
    case 'effects':
      // What runs before the check of zod 3 may make a date of a text.
      return isObject(def.effect) && def.effect.type === 'preprocess' ? [] : [[def.schema, path]];
    default:
      // Optional, nullable, with a default, readonly and the like.
      return [[def.innerType, path]];
  }
}

function shapeOf(shape: unknown): Record<string, unknown> {
  const given: unknown = typeof shape === 'function' ? shape() : shape;
  return isObject(given) ? given : {};
}

function listOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : [];
}

// Owns the grammar of a call's arguments as Python keyword arguments, in xgrammar's EBNF. Checking their types is left to the schema.

import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';

/** Only the tool's own parameters may stand before `=`; a value is any literal. */
export function pythonKeywords({ properties }: JsonObject): string {
  const names = isObject(properties) ? Object.keys(properties) : [];
  if (names.length === 0) return 'root ::= ""';
  return `${[`root ::= "" | pair (", " pair)*`, `pair ::= (${names.map(quoted).join(' | ')}) "=" value`].join('\n')}\n${VALUES}`;
}

const VALUES = String.raw`value ::= string | number | "True" | "False" | "None" | list | dict
string ::= "\"" ([^"\\\n] | "\\" [^\n])* "\"" | "'" ([^'\\\n] | "\\" [^\n])* "'"
number ::= "-"? [0-9]+ ("." [0-9]+)?
list ::= "[" (value (", " value)*)? "]"
dict ::= "{" (string ": " value (", " string ": " value)*)? "}"
`;

function quoted(name: string): string {
  return JSON.stringify(name);
}

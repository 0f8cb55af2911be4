// Owns describing to the model what is wrong with its arguments. Finding it is left to the check.

/** One thing that does not fit. */
export interface SchemaIssue {
  /** Keys joined by dots; empty at the root. */
  readonly path: string;
  /** What was expected, as the library puts it. */
  readonly message: string;
  /** What was given, shortened. */
  readonly got: string;
}

const MAX_ISSUES = 10;
const MAX_VALUE_CHARS = 80;

/** One line for each issue: where, what was expected, what was given. */
export function describeIssues(issues: readonly SchemaIssue[]): string {
  const lines = issues
    .slice(0, MAX_ISSUES)
    .map(({ path, message, got }) => `- ${path || '(root)'}: ${message}; got ${got}`);
  const more = issues.length - lines.length;
  return [...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n');
}

/** The value at a path, as short JSON. */
export function gotOf(value: unknown, keys: readonly string[]): string {
  const found = keys.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined),
    value,
  );
  if (found === undefined) return 'nothing';
  const text = JSON.stringify(found) ?? String(found);
  return text.length <= MAX_VALUE_CHARS ? text : `${text.slice(0, MAX_VALUE_CHARS)}…`;
}

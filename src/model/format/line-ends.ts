// Owns taking off the line ends around a value: some templates put a value on its own lines. What the value means is left to its reader.

/** Takes one line end off each side; any further white space is part of the value. */
export function withoutOuterLineEnds(value: string): string {
  const start = value.startsWith('\n') ? 1 : value.startsWith('\r\n') ? 2 : 0;
  const rest = value.slice(start);
  if (!rest.endsWith('\n')) return rest;
  return rest.slice(0, rest.endsWith('\r\n') ? -2 : -1);
}

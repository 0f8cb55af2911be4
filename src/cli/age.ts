// Owns how long ago something was, in words for a list.

const UNITS: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
];

/** Both in milliseconds since the epoch. */
export function ageOf(then: number, now: number): string {
  const passed = now - then;
  for (const [ms, name] of UNITS) if (passed >= ms) return `${Math.floor(passed / ms)} ${name} ago`;
  return 'just now';
}

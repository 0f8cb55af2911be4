// Owns telling what a search or a listing left out, and why: one entry that cannot be read must neither stop it nor be missing in silence.

import { quotePath } from './path.ts';

export interface Skipped {
  readonly path: string;
  /** What is wrong with it, as it follows the path. */
  readonly why: string;
  readonly isFolder: boolean;
}

const MAX_NAMED = 5;

/** One line for all, by reason; none when nothing was skipped. `action` is what was not done: `searched`. */
export function tellSkipped(action: string, skipped: readonly Skipped[]): readonly string[] {
  if (skipped.length === 0) return [];
  const reasons = [...new Set(skipped.map(({ why }) => why))];
  const groups = reasons.map((why) => {
    const paths = skipped.filter((entry) => entry.why === why).map(({ path }) => quotePath(path));
    const more = paths.length > MAX_NAMED ? ` and ${paths.length - MAX_NAMED} more` : '';
    return `${why}: ${paths.slice(0, MAX_NAMED).join(', ')}${more}`;
  });
  return [`(not ${action}: ${groups.join('; ')})`];
}

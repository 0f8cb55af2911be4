// Owns a program that swaps entries for links to the outside and back, as fast as it can, until it is ended: `ROOT OUTSIDE`. Prints a line
// when it has begun. What it swaps: the folder `d`, and the file `f`.

import { existsSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

const [root = '', outside = ''] = process.argv.slice(2);
const swaps = [
  { name: 'd', target: outside },
  { name: 'f', target: join(outside, 'secret.txt') },
].map(({ name, target }) => ({ place: join(root, name), aside: join(root, `.${name}`), target }));

process.stdout.write('ready\n');
for (;;) {
  for (const { place, aside, target } of swaps) {
    try {
      renameSync(place, aside);
      symlinkSync(target, place);
      unlinkSync(place);
      renameSync(aside, place);
    } catch {
      putBack(place, aside);
    }
  }
}

/** The tools have made something of that name in between. When they do so once more, the next round puts it back. */
function putBack(place: string, aside: string): void {
  if (!existsSync(aside)) return;
  try {
    rmSync(place, { recursive: true, force: true });
    renameSync(aside, place);
  } catch {
    // Tried again in the next round.
  }
}

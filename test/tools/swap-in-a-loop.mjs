// Owns a process that swaps a folder for a link to another one and back, as fast as it can, until its standard input ends.

import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const [base] = process.argv.slice(2);
const place = join(base, 'root', 'dir');
const aside = join(base, 'aside');
const trap = join(base, 'trap');
symlinkSync(join(base, 'outside'), trap);

let isOver = false;
process.stdin.resume();
process.stdin.on('end', () => {
  isOver = true;
});

/** While the place is empty, somebody who writes there makes a folder of that name. */
function move(from, to) {
  for (;;) {
    try {
      renameSync(from, to);
      return;
    } catch {
      try {
        rmSync(to, { recursive: true, force: true });
      } catch {
        // Something was written into it at this moment: once more.
      }
    }
  }
}

function swap() {
  for (let rounds = 0; rounds < 200; rounds++) {
    move(place, aside);
    move(trap, place);
    move(place, trap);
    move(aside, place);
  }
  if (!isOver) setImmediate(swap);
}

process.stdout.write('ready\n');
swap();

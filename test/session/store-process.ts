// Owns a program that serves the store in a file: what the conformance suite starts and kills.

import type { DatabaseName } from '../../src/index.ts';
import { openStore } from '../../src/index.ts';
import { loadDatabase } from '../../src/session/sqlite/database.ts';
import { serveStore } from '../../src/testing/serve-store.ts';

const NOBODY = 65534;

const [path = '', name] = process.argv.slice(2);
const database = await loadDatabase(name as DatabaseName);
// Whoever may do everything is refused nothing. Not before the library is loaded: Node and the packages may be out of reach then.
if (process.env.AS_NOBODY !== undefined && process.getuid?.() === 0) {
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
await serveStore(await openStore({ path, database }), process);

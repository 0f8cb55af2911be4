// Owns a program that serves the store in a file: what the conformance suite starts and kills.

import type { DatabaseName } from '../../src/index.ts';
import { openStore } from '../../src/index.ts';
import { serveStore } from '../../src/testing/serve-store.ts';

const [path = '', database] = process.argv.slice(2);
await serveStore(await openStore({ path, database: database as DatabaseName }), process);

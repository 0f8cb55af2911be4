// Owns the lists of modules that an import of the package loads, and then a first request, from the folder that it is run in, as JSON.

import { Session } from 'node:inspector';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const session = new Session();
session.connect();
const urls = new Set();
session.on('Debugger.scriptParsed', ({ params: { url } }) => {
  if (/^(file:|\/)/.test(url)) urls.add(url);
});
session.post('Debugger.enable');
const before = new Set(urls);
const loaded = () => {
  const fresh = [...urls].filter((url) => !before.has(url));
  for (const url of fresh) before.add(url);
  return fresh;
};
const require = createRequire(`${process.cwd()}/`);
const entry = require.resolve('vllm-agents/package.json').replace('package.json', 'dist/index.js');
const { VllmClient } = await import(pathToFileURL(entry).href);
const byImport = loaded();
// Nothing listens there: what a request needs is loaded before that is noticed.
await new VllmClient('http://127.0.0.1:9/v1', { maxRetries: 0 }).version().catch(() => {});
process.stdout.write(JSON.stringify({ byImport, byRequest: loaded() }));

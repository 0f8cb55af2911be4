// Owns the list of modules that an import of the package loads, from the folder that it is run in, as JSON.

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
const require = createRequire(`${process.cwd()}/`);
await import(pathToFileURL(require.resolve('vllm-agents/package.json').replace('package.json', 'dist/index.js')).href);
process.stdout.write(JSON.stringify([...urls].filter((url) => !before.has(url))));

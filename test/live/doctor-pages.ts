// Owns what the doctor says, as people see it, on the servers of the live suite and on what is no such server.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { examine } from '../../src/cli/doctor/doctor.ts';
import type { Io } from '../../src/cli/io.ts';
import type { Showable } from '../../src/cli/styled.ts';
import { render } from '../../src/cli/styled.ts';

/** One section: where, and all that was printed, the port aside. */
export async function doctorPage(title: string, baseUrl: string, apiKey?: string): Promise<string> {
  let text = '';
  const write = (part: Showable): void => {
    text += render(part);
  };
  const output = { isTty: false, columns: 120, write };
  const io: Io = {
    args: [],
    env: { VLLM_API_KEY: apiKey },
    out: output,
    err: output,
    isPiped: false,
    readInput: async () => undefined,
    terminal: undefined,
    saveFile: async () => undefined,
    openStore: undefined,
    signal: new AbortController().signal,
    terminated: new AbortController().signal,
    now: () => performance.now(),
    clock: () => Date.now(),
    folder: process.cwd(),
    every: () => () => undefined,
    program: 'vllm-agents',
  };
  const code = await examine({ agent: undefined, baseUrl, model: undefined, isJson: false }, io);
  const shown = text.replace(/127\.0\.0\.1:\d+/g, 'localhost:8000').trim();
  return `## ${title}\n\n\`\`\`\n${shown}\n\`\`\`\n\nExit code ${code}.\n`;
}

/** Where there is none, and where there is something else. */
export async function pagesWithoutVllm(): Promise<string[]> {
  const site = await serve((_path, respond) => respond(200, 'text/html', '<h1>Welcome</h1>'));
  const pages = [await doctorPage('A dead port', 'http://127.0.0.1:9/v1'), await doctorPage('A web site', site.url)];
  site.close();
  return pages;
}

/** A server that has the two routes that everybody has, and none of vLLM's own. */
export async function pageOfGateway(baseUrl: string): Promise<string> {
  const { origin } = new URL(baseUrl);
  const gateway = await serve(async (path, respond, body) => {
    if (!/^\/v1\/(models|chat\/completions)$/.test(path))
      return respond(404, 'application/json', '{"detail":"Not Found"}');
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${origin}${path}`, body === '' ? {} : { method: 'POST', headers, body });
    respond(answer.status, answer.headers.get('content-type') ?? '', await answer.text());
  });
  const page = await doctorPage('A server that speaks the same protocol, and is no vLLM', gateway.url);
  gateway.close();
  return page;
}

type Respond = (status: number, contentType: string, body: string) => void;

async function serve(
  answer: (path: string, respond: Respond, body: string) => unknown,
): Promise<{ url: string; close: () => void }> {
  const server = createServer(async (request, response) => {
    const parts: Uint8Array[] = [];
    for await (const part of request) parts.push(part);
    const respond: Respond = (status, contentType, body) =>
      response.writeHead(status, { 'content-type': contentType }).end(body);
    await answer(request.url ?? '/', respond, Buffer.concat(parts).toString('utf8'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

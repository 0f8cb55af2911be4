// Owns claims about which authorization server is given credentials, and whose redirect counts.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuthConfig } from '../../src/index.ts';
import { checkIssuer, checkRedirectIssuer } from '../../src/mcp/issuer.ts';
import { createServer } from '../../src/mcp/server.ts';
import type { Site } from './site.ts';
import { listen, readBody } from './site.ts';

const SECRET: AuthConfig = { type: 'client_credentials', clientId: 'me', clientSecret: 'hunter2' };

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcp-issuer-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('configured credentials', () => {
  const check = (url: string, auth: AuthConfig, issuer: string) => () => checkIssuer('shop', { url, auth }, issuer);

  test.each<[string, AuthConfig, string]>([
    ['https://shop.example.com/mcp', SECRET, 'https://shop.example.com/'],
    ['https://shop.example.com/mcp', SECRET, 'https://shop.example.com/tenant'],
    ['https://shop.example.com/mcp', { ...SECRET, issuer: 'https://login.example.com' }, 'https://login.example.com/'],
    ['http://127.0.0.1:1/mcp', SECRET, 'http://127.0.0.1:2/'],
    ['https://shop.example.com/mcp', { type: 'none' }, 'https://other.example.com/'],
  ])('of %s %j go to %s', (url, auth, issuer) => {
    expect(check(url, auth, issuer)).not.toThrow();
  });

  test.each<[string, AuthConfig, string]>([
    ['https://shop.example.com/mcp', SECRET, 'https://evil.example.com/'],
    ['https://shop.example.com/mcp', SECRET, 'https://shop.example.com.evil.com/'],
    ['https://shop.example.com/mcp', { ...SECRET, issuer: 'https://login.example.com' }, 'https://shop.example.com/'],
    [
      'https://shop.example.com/mcp',
      { ...SECRET, issuer: 'https://login.example.com/a' },
      'https://login.example.com/b',
    ],
    ['http://127.0.0.1:1/mcp', { ...SECRET, issuer: 'https://login.example.com' }, 'http://127.0.0.1:2/'],
  ])('of %s %j do not go to %s', (url, auth, issuer) => {
    expect(check(url, auth, issuer)).toThrow(
      `MCP server \`shop\`: the server names ${issuer} as its authorization server, and \`auth\` does not: if the credentials are for it, write \`issuer: '${issuer}'\`.`,
    );
  });
});

test.each<[string, string | null, object | undefined, string | undefined]>([
  ['the one that was asked', 'https://a', { issuer: 'https://a' }, undefined],
  ['nobody in particular', null, { issuer: 'https://a' }, undefined],
  ['an unknown one, without metadata', 'https://a', undefined, undefined],
  ['another one', 'https://b', { issuer: 'https://a' }, 'comes from another authorization server'],
  [
    'nobody, though it was announced',
    null,
    { issuer: 'https://a', authorization_response_iss_parameter_supported: true },
    'does not say which authorization server',
  ],
])('a redirect from %s', (_name, given, metadata, message) => {
  const check = () => checkRedirectIssuer(given, metadata);
  if (message === undefined) expect(check).not.toThrow();
  else expect(check).toThrow(message);
});

/** A server that names an authorization server, which writes down what it is sent. */
async function shop(): Promise<Site & { readonly login: string; readonly sent: readonly string[] }> {
  const sent: string[] = [];
  const login = await listen(async (request, response) => {
    if (request.method === 'POST')
      sent.push(`${request.url} ${request.headers.authorization} ${await readBody(request)}`);
    const origin = `http://${request.headers.host}`;
    const metadata = {
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      registration_endpoint: `${origin}/register`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metadata));
  });
  const site = await listen((request, response) => {
    const origin = `http://${request.headers.host}`;
    if (request.url?.startsWith('/.well-known/oauth-protected-resource')) {
      const metadata = { resource: `${origin}/mcp`, authorization_servers: [login.url] };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metadata));
    } else response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
  });
  return {
    url: site.url,
    login: login.url,
    sent,
    [Symbol.asyncDispose]: async () => {
      await site[Symbol.asyncDispose]();
      await login[Symbol.asyncDispose]();
    },
  };
}

const open = (url: string, auth?: AuthConfig) =>
  createServer('shop', { url: `${url}/mcp`, type: 'http', ...(auth !== undefined && { auth }) }, () => ({
    env: {},
    workspaceFolder: folder,
    version: '0',
    signIn: { tokenFile: join(folder, 'sign-ins.json') },
  })).connection();

test.each<[string, AuthConfig]>([
  ['a secret', { ...SECRET, issuer: 'https://login.example.com' }],
  ['a key', { type: 'private_key_jwt', clientId: 'me', privateKey: 'none', issuer: 'https://login.example.com' }],
])('%s for one authorization server is not sent to another', async (_name, auth) => {
  await using site = await shop();
  await expect(open(site.url, auth)).rejects.toThrow(`the server names ${site.login}`);
  expect(site.sent).toEqual([]);
});

test('a secret for the authorization server is sent to it', async () => {
  await using site = await shop();
  await open(site.url, { ...SECRET, issuer: site.login }).catch(() => undefined);
  expect(site.sent).toEqual([expect.stringMatching(/^\/token Basic bWU6aHVudGVyMg== grant_type=client_credentials/)]);
});

test('without a terminal this program does not register itself', async () => {
  await using site = await shop();
  await expect(open(site.url)).rejects.toThrow('it requires a sign-in, and there is no terminal to ask in');
  expect(site.sent).toEqual([]);
});

// Owns signing in to a server: in the browser with a code and PKCE, or with the credentials of a program. The SDK implements OAuth;
// this file adds the user, the loopback address and the token file.

import { randomBytes } from 'node:crypto';
import type { OAuthDiscoveryState } from '@modelcontextprotocol/sdk/client/auth.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { VllmError } from '../core/vllm-error.ts';
import { untilAborted } from './connect-limit.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { checkIssuer, checkMetadataIssuer, checkRedirectIssuer } from './issuer.ts';
import type { Loopback } from './loopback.ts';
import { openLoopback } from './loopback.ts';
import type { AuthConfig, HttpServerConfig } from './server-config.ts';
import type { SignIn, SignInOptions, SignInProvider, SignInSdk } from './sign-in.ts';
import type { TokenStore } from './token-store.ts';
import { createTokenStore } from './token-store.ts';

/** Long enough for a user to find a password. */
const SIGN_IN_MS = 300_000;

export async function createSignIn(name: string, config: HttpServerConfig, options: SignInOptions): Promise<SignIn> {
  const { auth: authConfig } = config;
  if (authConfig?.type === 'client_credentials') {
    const { clientId, clientSecret, scope } = authConfig;
    const credentials = { clientId, clientSecret, expectedIssuer: CHECKED_HERE, ...(scope !== undefined && { scope }) };
    const information = { client_id: clientId, client_secret: clientSecret };
    return {
      provider: (sdk) => bind(sdk.clientCredentials(credentials), { name, config, information }),
      finish: () => Promise.reject(refused(name, 'the server rejected the credentials of `auth`.')),
    };
  }
  if (authConfig?.type === 'private_key_jwt') {
    const { clientId, privateKey, algorithm = 'RS256', scope } = authConfig;
    const key = { clientId, privateKey, algorithm };
    const credentials = { ...key, expectedIssuer: CHECKED_HERE, ...(scope !== undefined && { scope }) };
    const information = { client_id: clientId };
    return {
      provider: (sdk) => bind(sdk.privateKeyJwt(credentials), { name, config, information }),
      finish: () => Promise.reject(refused(name, 'the server rejected the key of `auth`.')),
    };
  }
  const url = new URL(config.url);
  const store = createTokenStore(options.tokenFile, `${name} ${url.origin}${url.pathname}`);
  const browser = new BrowserSignIn(name, config, options, store, await store.read());
  return { provider: () => browser, finish: (sdk, signal) => browser.finish(sdk, signal) };
}

/** The SDK warns on standard error without one, and asks for an exact one before it is known whether the server names the right one. */
const CHECKED_HERE = 'checked by this program';

interface Bound {
  readonly name: string;
  readonly config: HttpServerConfig;
  readonly information: OAuthClientInformationMixed;
}

/** Checks the authorization server before the credentials are asked for. */
function bind(provider: SignInProvider, { name, config, information }: Bound): SignInProvider {
  return Object.assign(provider, {
    saveDiscoveryState: (state: OAuthDiscoveryState) => {
      checkMetadataIssuer(name, state);
      checkIssuer(name, config, state.authorizationServerUrl);
    },
    clientInformation: () => information,
  });
}

type BrowserAuth = Extract<AuthConfig, { readonly type: 'browser' }>;

class BrowserSignIn implements SignInProvider {
  readonly clientMetadataUrl?: string;
  readonly #name: string;
  readonly #config: HttpServerConfig;
  readonly #auth: BrowserAuth;
  readonly #options: SignInOptions;
  readonly #store: TokenStore;
  #client: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #port: number | undefined;
  #verifier = '';
  #state = '';
  #isFinishing = false;
  #loopback: Loopback | undefined;
  /** Discovered before the redirect and used until the code is exchanged; not longer, because the server's metadata may change. */
  #discovered: OAuthDiscoveryState | undefined;

  constructor(
    name: string,
    config: HttpServerConfig,
    options: SignInOptions,
    store: TokenStore,
    kept: Awaited<ReturnType<TokenStore['read']>>,
  ) {
    this.#name = name;
    this.#config = config;
    this.#options = options;
    this.#store = store;
    this.#auth = config.auth?.type === 'browser' ? config.auth : { type: 'browser' };
    // The SDK made them, and gets them back unchanged.
    this.#client = kept.client as OAuthClientInformationMixed | undefined;
    this.#tokens = kept.tokens as OAuthTokens | undefined;
    this.#port = kept.port;
    if (this.#auth.clientMetadataUrl !== undefined) this.clientMetadataUrl = this.#auth.clientMetadataUrl;
  }

  get redirectUrl(): string {
    return `http://127.0.0.1:${this.#port ?? DEFAULT_PORT}/callback`;
  }

  get clientMetadata(): SignInProvider['clientMetadata'] {
    const { scope, clientSecret } = this.#auth;
    const metadata = {
      client_name: 'vllm-agents',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      // Servers that know it refuse a loopback address without.
      application_type: 'native',
      token_endpoint_auth_method: clientSecret === undefined ? 'none' : 'client_secret_basic',
      ...(scope !== undefined && { scope }),
    };
    return metadata; // the SDK's type lacks one of the fields, and sends all
  }

  state(): string {
    this.#state = randomBytes(16).toString('base64url');
    return this.#state;
  }

  async clientInformation(): Promise<OAuthClientInformationMixed | undefined> {
    const { clientId, clientSecret } = this.#auth;
    await this.#listen();
    if (clientId === undefined) return this.#client;
    return { client_id: clientId, ...(clientSecret !== undefined && { client_secret: clientSecret }) };
  }

  async saveClientInformation(client: OAuthClientInformationMixed): Promise<void> {
    this.#client = client;
    const port = this.#port;
    await this.#store.write((kept) => ({ ...kept, client, ...(port !== undefined && { port }) }));
  }

  tokens(): OAuthTokens | undefined {
    return this.#tokens;
  }

  async saveTokens(tokens: OAuthTokens): Promise<void> {
    this.#tokens = tokens;
    await this.#store.write((kept) => ({ ...kept, tokens }));
  }

  redirectToAuthorization(url: URL): void {
    const { showUrl } = this.#options;
    if (showUrl === undefined) throw noTerminal(this.#name);
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw refused(this.#name, `it redirected to a ${url.protocol} address, which is not a web page.`);
    showUrl(this.#name, url.href);
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    // Before this program registers itself with a server that nobody can sign in to.
    if (this.#options.showUrl === undefined && this.#tokens?.refresh_token === undefined) throw noTerminal(this.#name);
    checkMetadataIssuer(this.#name, state);
    const { clientSecret, issuer } = this.#auth;
    if (clientSecret !== undefined || issuer !== undefined)
      checkIssuer(this.#name, this.#config, state.authorizationServerUrl);
    this.#discovered = state;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#isFinishing ? this.#discovered : undefined;
  }

  async invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): Promise<void> {
    if (scope === 'all' || scope === 'client') this.#client = undefined;
    if (scope === 'all' || scope === 'tokens') this.#tokens = undefined;
    const client = this.#client;
    const tokens = this.#tokens;
    await this.#store.write(({ port }) => ({
      ...(port !== undefined && { port }),
      ...(client !== undefined && { client }),
      ...(tokens !== undefined && { tokens }),
    }));
  }

  /** Waits for the browser, then exchanges the code for tokens. */
  async finish(sdk: SignInSdk, signal: AbortSignal): Promise<void> {
    const loopback = this.#loopback;
    if (loopback === undefined) throw refused(this.#name, 'it requires a sign-in, and none was started.');
    try {
      const answer = await untilAborted(loopback.answer(SIGN_IN_MS), signal);
      if (answer.get('state') !== this.#state) throw new Error('the redirect does not belong to this sign-in');
      checkRedirectIssuer(answer.get('iss'), this.#discovered?.authorizationServerMetadata);
      const code = answer.get('code');
      if (code === null) throw new Error(`the sign-in was refused (${answer.get('error') ?? 'no code'})`);
      const serverUrl = new URL(this.#config.url);
      this.#isFinishing = true;
      await sdk.exchangeCode(this, {
        serverUrl,
        authorizationCode: code,
        iss: answer.get('iss') ?? undefined,
        fetch: guardedFetch(serverUrl, { signal }),
      });
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      throw refused(this.#name, `${cause instanceof Error ? cause.message : String(cause)}.`, cause);
    } finally {
      this.#isFinishing = false;
      this.#discovered = undefined;
      loopback.close();
      this.#loopback = undefined;
    }
  }

  /** Must come before anything that uses the redirect address. A registration with another port is no longer valid. */
  async #listen(): Promise<void> {
    if (this.#loopback !== undefined || this.#options.showUrl === undefined) return;
    const loopback = await openLoopback(this.#port);
    if (this.#port !== undefined && loopback.port !== this.#port) this.#client = undefined;
    this.#loopback = loopback;
    this.#port = loopback.port;
  }
}

const DEFAULT_PORT = 33_418;

function noTerminal(name: string): VllmError {
  return refused(
    name,
    'it requires a sign-in, and there is no terminal to ask in: run the agent in a terminal once, or set `headers` or `auth`.',
  );
}

function refused(name: string, message: string, cause?: unknown): VllmError {
  return new VllmError(`MCP server \`${name}\`: ${message}`, { code: 'mcp_sign_in', cause });
}

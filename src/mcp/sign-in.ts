// Owns what a connection needs of a sign-in. Signing in is left to `oauth.ts`.

import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type { Fetch } from './guarded-fetch.ts';

/** What the SDKs ask while they do OAuth. */
export type SignInProvider = OAuthClientProvider;

interface Credentials {
  readonly clientId: string;
  readonly scope?: string;
  /** The SDKs warn on standard error without one. */
  readonly expectedIssuer: string;
}

interface Code {
  readonly serverUrl: URL;
  readonly authorizationCode: string;
  /** The authorization server that the redirect names (RFC 9207). */
  readonly iss: string | undefined;
  readonly fetch: Fetch;
}

/** The OAuth of one SDK. */
export interface SignInSdk {
  readonly exchangeCode: (provider: SignInProvider, code: Code) => Promise<void>;
  readonly clientCredentials: (credentials: Credentials & { readonly clientSecret: string }) => SignInProvider;
  readonly privateKeyJwt: (
    credentials: Credentials & { readonly privateKey: string; readonly algorithm: string },
  ) => SignInProvider;
}

export interface SignIn {
  /** For the SDK, which implements OAuth. */
  readonly provider: (sdk: SignInSdk) => SignInProvider;
  /** Waits until the user has signed in, and exchanges the code for tokens. Rejects with a VllmError, or the signal's reason. */
  readonly finish: (sdk: SignInSdk, signal: AbortSignal) => Promise<void>;
}

export interface SignInOptions {
  /** Created when needed, readable by its owner alone. */
  readonly tokenFile: string;
  /** Shows the user where to sign in; absent where there is no user. */
  readonly showUrl?: (server: string, url: string) => void;
}

// Owns what a connection needs of a sign-in. Signing in is left to `oauth.ts`.

import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';

export interface SignIn {
  /** For the SDK, which implements OAuth. */
  readonly provider: OAuthClientProvider;
  /** Waits until the user has signed in, and exchanges the code for tokens. Rejects with a VllmError, or the signal's reason. */
  readonly finish: (signal: AbortSignal) => Promise<void>;
}

export interface SignInOptions {
  /** Created when needed, readable by its owner alone. */
  readonly tokenFile: string;
  /** Shows the user where to sign in; absent where there is no user. */
  readonly showUrl?: (server: string, url: string) => void;
}

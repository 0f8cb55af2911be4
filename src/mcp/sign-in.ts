// Owns what a connection needs of a sign-in. Doing one is left to `oauth.ts`.

import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';

export interface SignIn {
  /** Handed to the SDK, which speaks OAuth with the server. */
  readonly provider: OAuthClientProvider;
  /** Waits until the person has signed in, and trades the code for tokens. Rejects with a VllmError. */
  readonly finish: () => Promise<void>;
}

export interface SignInOptions {
  /** A file that only its owner may read is made there. */
  readonly tokenFile: string;
  /** Shows the person where to sign in; absent where nobody is there. */
  readonly showUrl?: (server: string, url: string) => void;
}

// Owns the SDK's version 2 as the SDK for the revision 2026-07-28.

import type { OAuthClientProvider } from '@modelcontextprotocol/client';
import {
  auth,
  ClientCredentialsProvider,
  PrivateKeyJwtProvider,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { open2026 } from './connection-2026.ts';
import type { Revision } from './revision.ts';
import type { SignInProvider } from './sign-in.ts';
import type { Transport } from './transport.ts';

// Casts: both versions of the SDK name the same fields, and their types differ in what one of them leaves out.
export const revision2026: Revision = {
  open: open2026,
  httpTransport: (url, { authProvider, ...options }) =>
    new StreamableHTTPClientTransport(url, {
      ...options,
      ...(authProvider !== undefined && { authProvider: sdkProvider(authProvider) }),
    }) as unknown as Transport,
  signIn: {
    exchangeCode: async (provider, { serverUrl, authorizationCode, iss, fetch }) => {
      await auth(sdkProvider(provider), {
        serverUrl,
        authorizationCode,
        fetchFn: fetch,
        ...(iss !== undefined && { iss }),
      });
    },
    clientCredentials: (credentials) => new ClientCredentialsProvider(credentials) as unknown as SignInProvider,
    privateKeyJwt: (credentials) => new PrivateKeyJwtProvider(credentials) as unknown as SignInProvider,
  },
};

function sdkProvider(provider: SignInProvider): OAuthClientProvider {
  return provider as unknown as OAuthClientProvider;
}

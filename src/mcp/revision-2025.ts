// Owns the SDK's version 1 as the SDK for the revision 2025-11-25 and those before it.

import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { ClientCredentialsProvider, PrivateKeyJwtProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { open2025 } from './connection-2025.ts';
import type { Revision } from './revision.ts';
import type { Transport } from './transport.ts';

// Casts from the SDK's transports: its type of a message is narrower than what is sent and received here.
export const revision2025: Revision = {
  open: open2025,
  httpTransport: (url, options) => new StreamableHTTPClientTransport(url, options) as unknown as Transport,
  sseTransport: (url, options) => new SSEClientTransport(url, options) as unknown as Transport,
  signIn: {
    exchangeCode: async (provider, { serverUrl, authorizationCode, fetch }) => {
      await auth(provider, { serverUrl, authorizationCode, fetchFn: fetch });
    },
    clientCredentials: (credentials) => new ClientCredentialsProvider(credentials),
    privateKeyJwt: (credentials) => new PrivateKeyJwtProvider(credentials),
  },
};

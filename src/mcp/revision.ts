// Owns what connecting needs of the SDK for one revision of the protocol, so that another SDK can take its place. The revision of 2025-11-25
// and those before it are left to `revision-2025.ts`, the one of 2026-07-28 to `revision-2026.ts`.

import type { McpConnection, ServerCallbacks } from './connection.ts';
import type { Fetch } from './guarded-fetch.ts';
import type { Peer } from './http-messages.ts';
import type { SignInProvider, SignInSdk } from './sign-in.ts';
import type { Transport } from './transport.ts';

export interface OpenOptions {
  readonly createTransport: (peer: Peer) => Transport;
  /** Whether a failed `send` may have another reason than the connection, such as an HTTP status. */
  readonly isHttp: boolean;
  readonly callbacks: ServerCallbacks;
  readonly version: string;
  /** Ends the attempt to connect. */
  readonly signal: AbortSignal;
  /** Milliseconds after which a program that does not answer counts as older than the revision. Default: none. */
  readonly probeMs?: number;
  readonly hasRoots: boolean;
  readonly canSample: boolean;
  readonly canAskUser: boolean;
}

interface HttpTransportOptions {
  readonly requestInit: { readonly headers: Readonly<Record<string, string>> };
  readonly fetch: Fetch;
  readonly authProvider?: SignInProvider;
}

export interface Revision {
  /** Connects over a transport, and closes it when that fails. Rejects with the errors of `connection-error.ts`, or the signal's reason. */
  readonly open: (options: OpenOptions) => Promise<McpConnection>;
  readonly httpTransport: (url: URL, options: HttpTransportOptions) => Transport;
  /** Of servers that are older than Streamable HTTP; absent where there can be none. */
  readonly sseTransport?: (url: URL, options: HttpTransportOptions) => Transport;
  readonly signIn: SignInSdk;
}

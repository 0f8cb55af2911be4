// Owns which revision of the protocol a server is spoken to in, and loading the SDK for it. Connecting is left to `connect.ts`.

import { VllmError } from '../core/vllm-error.ts';
import type { McpConnection } from './connection.ts';
import { RevisionError } from './connection-error.ts';
import type { Revision } from './revision.ts';
import type { Protocol } from './server-config.ts';

type Name = Exclude<Protocol, 'auto'>;

/** The revisions to try, one after another, while the server says that it does not speak them. */
const ORDER: Readonly<Record<Protocol | 'default', readonly Name[]>> = {
  default: ['2025-11-25', '2026-07-28'],
  auto: ['2026-07-28', '2025-11-25'],
  '2025-11-25': ['2025-11-25'],
  '2026-07-28': ['2026-07-28'],
};

interface RevisionAttempt {
  readonly revision: Revision;
  /** Whether another revision is tried when the server does not speak this one. */
  readonly isLast: boolean;
}

/** Connects in the first revision that the server speaks. When it speaks none, rejects with why it does not speak the older one. */
export async function negotiate(
  server: string,
  protocol: Protocol | undefined,
  connectIn: (attempt: RevisionAttempt) => Promise<McpConnection>,
): Promise<McpConnection> {
  let refusal: unknown;
  let oldest: unknown;
  const names = ORDER[protocol ?? 'default'];
  for (const [at, name] of names.entries()) {
    const revision = await load(server, name, refusal);
    try {
      return await connectIn({ revision, isLast: at === names.length - 1 });
    } catch (error) {
      if (!isOfRevision(error)) throw error;
      refusal = error;
      if (name === '2025-11-25') oldest = error;
    }
  }
  throw oldest ?? refusal;
}

function isOfRevision(error: unknown): boolean {
  return error instanceof VllmError && error.cause instanceof RevisionError;
}

const PACKAGES: Readonly<Record<Name, string>> = {
  '2025-11-25': '@modelcontextprotocol/sdk',
  '2026-07-28': '@modelcontextprotocol/client',
};

/** Loaded with the first server: a program without servers needs none of it, and may be installed without the SDKs. */
async function load(server: string, name: Name, refusal: unknown): Promise<Revision> {
  try {
    return name === '2025-11-25'
      ? (await import('./revision-2025.ts')).revision2025
      : (await import('./revision-2026.ts')).revision2026;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND')) throw cause;
    const what =
      refusal === undefined ? 'the protocol' : 'the server speaks no revision of the protocol before 2026-07-28, which';
    const message = `MCP server \`${server}\`: ${what} needs the package ${PACKAGES[name]}, which is not installed: npm install ${PACKAGES[name]}`;
    throw new VllmError(message, { code: 'mcp_sdk_missing', cause });
  }
}

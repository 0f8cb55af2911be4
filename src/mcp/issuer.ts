// Owns which authorization server may be given what: credentials that a user configured go to the one that they are for, and a code counts
// only if it comes from the one that was asked. Signing in is left to `oauth.ts`.

import { VllmError } from '../core/vllm-error.ts';
import type { HttpServerConfig } from './server-config.ts';

/**
 * Throws a VllmError unless configured credentials may go to this authorization server: the `issuer` of the configuration, or without one
 * the server's own origin. The server itself names the authorization server, and could name any.
 */
export function checkIssuer(name: string, { url, auth }: HttpServerConfig, authorizationServer: string): void {
  if (auth === undefined || auth.type === 'none') return;
  const { issuer } = auth;
  const server = new URL(url);
  // On this machine and in tests there is nothing to be had by another server.
  if (issuer === undefined && server.protocol === 'http:') return;
  const isMeant =
    issuer === undefined
      ? new URL(authorizationServer).origin === server.origin
      : isSameIssuer(issuer, authorizationServer);
  if (isMeant) return;
  const what = `the server names ${authorizationServer} as its authorization server`;
  throw new VllmError(
    `MCP server \`${name}\`: ${what}, and \`auth\` does not: if the credentials are for it, write \`issuer: '${authorizationServer}'\`.`,
    { code: 'mcp_sign_in' },
  );
}

interface Discovered {
  readonly authorizationServerUrl: string;
  readonly authorizationServerMetadata?: { readonly issuer?: unknown } | undefined;
}

/** Throws a VllmError when an authorization server describes itself as another one (RFC 8414, section 3.3). */
export function checkMetadataIssuer(
  name: string,
  { authorizationServerUrl: url, authorizationServerMetadata: metadata }: Discovered,
): void {
  const issuer = metadata?.issuer;
  if (typeof issuer !== 'string' || (URL.canParse(issuer) && isSameIssuer(issuer, url))) return;
  throw new VllmError(
    `MCP server \`${name}\`: its authorization server ${url} describes itself as another one, ${issuer.slice(0, 200)}.`,
    { code: 'mcp_sign_in' },
  );
}

interface Announced {
  readonly issuer?: unknown;
  readonly authorization_response_iss_parameter_supported?: unknown;
}

/** Throws when a redirect comes from another authorization server than the one that was asked (RFC 9207). */
export function checkRedirectIssuer(given: string | null, metadata: Announced | undefined): void {
  const { issuer, authorization_response_iss_parameter_supported: isAnnounced } = metadata ?? {};
  if (given === null) {
    if (isAnnounced === true) throw new Error('the redirect does not say which authorization server it comes from');
    return;
  }
  if (typeof issuer === 'string' && given !== issuer)
    throw new Error('the redirect comes from another authorization server than the one that was asked');
}

function isSameIssuer(one: string, other: string): boolean {
  const plain = (text: string): string => new URL(text).href.replace(/\/$/, '');
  return plain(one) === plain(other);
}

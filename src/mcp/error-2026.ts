// Owns what an error of the SDK's version 2 says. What follows from that is left to `read-error.ts`.

import {
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  UnauthorizedError,
  UnsupportedProtocolVersionError,
} from '@modelcontextprotocol/client';
import type { SdkFailure } from './read-error.ts';

export function readError2026(error: Error): SdkFailure | undefined {
  if (error instanceof UnauthorizedError) return { type: 'sign-in' };
  if (error instanceof SdkHttpError) {
    const { status, text } = error.data;
    return { type: 'status', status, body: typeof text === 'string' ? text : error.message };
  }
  if (error instanceof UnsupportedProtocolVersionError) {
    return { type: 'revision', what: `the server speaks ${error.supported.join(', ').slice(0, MAX_VERSIONS_CHARS)}` };
  }
  if (!(error instanceof SdkError)) {
    return error.message === 'Not connected' ? { type: 'closed', isSent: false } : undefined;
  }
  switch (error.code) {
    case SdkErrorCode.NotConnected:
      return { type: 'closed', isSent: false };
    case SdkErrorCode.ConnectionClosed:
      return { type: 'closed', isSent: true };
    case SdkErrorCode.RequestTimeout:
      return { type: 'timeout', message: error.message };
    case SdkErrorCode.InvalidResult:
    case SdkErrorCode.UnsupportedResultType:
      return { type: 'form', what: error.message };
    case SdkErrorCode.EraNegotiationFailed:
      return { type: 'revision', what: 'the server does not speak the revision 2026-07-28' };
    default:
      return undefined;
  }
}

const MAX_VERSIONS_CHARS = 200;

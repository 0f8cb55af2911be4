// Owns which scanners look for calls in an answer's text. Reading the calls is left to the rescue.

import type { Tool } from '../tool/tool.ts';
import type { ModelCall } from './model-call.ts';
import type { RunContext } from './run-context.ts';

export function createScanners(_run: RunContext, _tools: readonly Tool[]): ModelCall['scanners'] {
  return undefined;
}

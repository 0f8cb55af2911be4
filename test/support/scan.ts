// Owns scanning a text for calls, in pieces, as tests look at it.

import type { JsonObject } from '../../src/core/json.ts';
import type { CallFormat } from '../../src/model/format/call-format.ts';
import { MARKED_FORMATS } from '../../src/model/format/call-formats.ts';
import type { RescueOptions } from '../../src/model/scanner/rescue.ts';
import { createRescue } from '../../src/model/scanner/rescue.ts';
import type { MentionReason, RescuedCall } from '../../src/model/scanner/text-scanner.ts';

export interface Scan {
  readonly text: string;
  readonly calls: readonly Omit<RescuedCall, 'written' | 'format'>[];
  readonly hasCutCall: boolean;
  /** Absent when there are none. */
  readonly mentioned?: readonly MentionReason[];
}

export interface ScanOptions extends Pick<RescueOptions, 'agreed' | 'repeats'> {
  readonly schemas: ReadonlyMap<string, JsonObject>;
  /** Default: those that are looked for whatever the model. */
  readonly formats?: readonly CallFormat[];
  readonly wasCut?: boolean;
}

export function scanPieces(
  pieces: readonly string[],
  { schemas, formats = MARKED_FORMATS, wasCut = false, ...options }: ScanOptions,
): Scan {
  const rescue = createRescue({ formats, schemas, ...options });
  const fed = pieces.map((piece) => rescue.feed(piece)).join('');
  const last = rescue.end(wasCut);
  return {
    text: fed + last.text,
    calls: last.calls.map(({ written: _written, format: _format, ...call }) => call),
    hasCutCall: last.hasCutCall,
    ...(last.mentioned.length > 0 && { mentioned: last.mentioned.map(({ reason }) => reason) }),
  };
}

// Owns scanning a text for calls, in pieces, as tests look at it.

import type { JsonObject } from '../../src/core/json.ts';
import type { CallFormat } from '../../src/model/format/call-format.ts';
import { MARKED_FORMATS } from '../../src/model/format/call-formats.ts';
import { createRescue } from '../../src/model/scanner/rescue.ts';
import type { RescuedCall } from '../../src/model/scanner/text-scanner.ts';

export interface Scan {
  readonly text: string;
  readonly calls: readonly RescuedCall[];
  readonly hasCutCall: boolean;
}

export interface ScanOptions {
  readonly schemas: ReadonlyMap<string, JsonObject>;
  /** Default: those that are looked for whatever the model. */
  readonly formats?: readonly CallFormat[];
  readonly wasCut?: boolean;
}

export function scanPieces(
  pieces: readonly string[],
  { schemas, formats = MARKED_FORMATS, wasCut = false }: ScanOptions,
): Scan {
  const rescue = createRescue({ formats, schemas });
  const fed = pieces.map((piece) => rescue.feed(piece));
  const last = rescue.end(wasCut);
  return {
    text: [...fed, last].map(({ text }) => text).join(''),
    calls: [...fed, last].flatMap(({ calls }) => calls),
    hasCutCall: last.hasCutCall,
  };
}

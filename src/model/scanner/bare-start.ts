// Owns recognising a call without marks by its beginning: at the start of the answer, with the name of a tool.

import type { JsonObject } from '../../core/json.ts';
import type { CallFormat } from '../format/call-format.ts';

interface BareCall {
  readonly at: number;
  readonly format: CallFormat;
}

/**
 * Reads the beginning of the text, up to `MAX_BARE_CHARS`. `isAfterCall`: a separator between calls may come first. `more`: the text may
 * still become a call.
 */
export type BareStart = (text: string, isAfterCall: boolean) => BareCall | 'more' | undefined;

/** A beginning with more characters than this, separators and white space included, is not a call. */
export const MAX_BARE_CHARS = 1024;

export function createBareStart(formats: readonly CallFormat[], schemas: ReadonlyMap<string, JsonObject>): BareStart {
  const bare = formats.filter((format) => format.bare !== undefined);
  if (bare.length === 0) return () => undefined;
  let beginnings: { readonly format: CallFormat; readonly text: string }[] | undefined;

  return (text, isAfterCall) => {
    const more = text.length < MAX_BARE_CHARS ? 'more' : undefined;
    const at = text.search(isAfterCall ? /[^\s;,]/ : /\S/);
    if (at < 0) return more;
    if (!'{['.includes(text.charAt(at))) return undefined;
    beginnings ??= bare.flatMap((format) =>
      [...schemas.keys()].flatMap((name) => (format.bare?.(name) ?? []).map((begin) => ({ format, text: begin }))),
    );
    const compact = text.slice(at).replace(/\s+/g, '');
    const found = beginnings.find((beginning) => compact.startsWith(beginning.text));
    if (found !== undefined) return { at, format: found.format };
    return beginnings.some((beginning) => beginning.text.startsWith(compact)) ? more : undefined;
  };
}

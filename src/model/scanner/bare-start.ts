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
  const mayBeFenced = bare.some(({ isFenced }) => isFenced);
  let beginnings: { readonly format: CallFormat; readonly text: string }[] | undefined;

  return (text, isAfterCall) => {
    const more = text.length < MAX_BARE_CHARS ? 'more' : undefined;
    const from = text.search(isAfterCall ? /[^\s;,]/ : /\S/);
    if (from < 0) return more;
    const at = mayBeFenced ? afterFence(text, from) : from;
    if (at === 'more') return more;
    if (!'{['.includes(text.charAt(at))) return undefined;
    beginnings ??= bare.flatMap((format) =>
      [...schemas.keys()].flatMap((name) => (format.bare?.(name) ?? []).map((begin) => ({ format, text: begin }))),
    );
    const compact = text.slice(at).replace(/\s+/g, '');
    const known = at === from ? beginnings : beginnings.filter(({ format }) => format.isFenced);
    const found = known.find((beginning) => compact.startsWith(beginning.text));
    if (found !== undefined) return { at, format: found.format };
    return known.some((beginning) => beginning.text.startsWith(compact)) ? more : undefined;
  };
}

/** Where the text in a code fence begins, if one opens at `from`; else `from`. */
function afterFence(text: string, from: number): number | 'more' {
  for (const fence of FENCES) {
    const opening = text.slice(from, from + fence.length);
    if (opening === fence) {
      const inside = text.slice(from + fence.length).search(/\S/);
      return inside < 0 ? 'more' : from + fence.length + inside;
    }
    if (fence.startsWith(opening)) return 'more';
  }
  return from;
}

/** The longer one first. */
const FENCES = ['```json', '```'];

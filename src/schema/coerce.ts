// Owns coercion.
import type { JsonObject } from '../core/json.ts';
export function coerceBySchema(
  value: unknown,
  _schema: JsonObject,
): { value: unknown; changes: readonly { path: string; what: string }[] } {
  return { value, changes: [] };
}

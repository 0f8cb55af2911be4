// Owns JSON text -> a value where text that is not JSON is no error. Where it is one, the caller parses, to keep the cause.

/** The value, or undefined when the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: that is the result.
    return undefined;
  }
}

// Owns recognising the messages that say that a prompt, or an answer, does not fit the context, and the numbers in them. The error made of
// them is left to `api-error.ts`.

/** The messages of several versions and front ends: api_server, the older engine checks, and the Rust front end. */
export function isContextOverflow(message: string): boolean {
  return (
    /maximum context length/i.test(message) ||
    /context length is only \d+/i.test(message) ||
    /max_tokens'? or 'max_completion_tokens' is too large/.test(message) ||
    /max_(?:completion_)?tokens=\d+\s*cannot be greater than max_model_len/.test(message) ||
    /longer than the maximum model length/i.test(message)
  );
}

/** The numbers that the message holds. */
export function readCounts(message: string): { limit?: number; promptTokens?: number; requestedTokens?: number } {
  const limit = firstNumber(message, [
    /maximum context length (?:is |of |\()(\d+)/i,
    /context length is only (\d+)/i,
    /max_model_len\s{0,4}=?\s{0,4}(\d+)/,
    /maximum model length of (\d+)/i,
  ]);
  const promptTokens = firstNumber(message, [
    /\((\d+) in the messages/,
    /request has (\d+) input tokens/,
    /passed (\d+) input tokens/,
    /Input length \((\d+)\) exceeds/,
    /prompt contains (?:at least )?(\d+) input tokens/,
    /prompt \(length (\d+)\)/i,
  ]);
  const requestedTokens = firstNumber(message, [
    /(\d{1,15}) in the completion/,
    /is too large: (\d+)/,
    /requested (\d+) output tokens/,
    /max_(?:completion_)?tokens=(\d+)/,
  ]);
  return {
    ...(limit !== undefined && { limit }),
    ...(promptTokens !== undefined && { promptTokens }),
    ...(requestedTokens !== undefined && { requestedTokens }),
  };
}

function firstNumber(text: string, patterns: readonly RegExp[]): number | undefined {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return Number(found);
  }
  return undefined;
}

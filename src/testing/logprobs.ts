// Owns the log probabilities of a fake answer: vLLM's format, with made-up numbers that are the same every time.

type Body = Readonly<Record<string, unknown>>;

/** The `logprobs` of some tokens; null unless the request asks for them. */
export function logprobsOf(tokens: readonly string[], body: Body): object | null {
  if (body.logprobs !== true) return null;
  const top = typeof body.top_logprobs === 'number' ? Math.max(0, body.top_logprobs) : 0;
  return { content: tokens.map((token) => ({ ...entry(token, 0), top_logprobs: alternatives(token, top) })) };
}

function alternatives(token: string, count: number): object[] {
  return Array.from({ length: count }, (_, rank) => entry(rank === 0 ? token : `${token}${rank}`, rank));
}

function entry(token: string, rank: number): object {
  return { token, logprob: -0.1 - rank, bytes: [...Buffer.from(token)] };
}

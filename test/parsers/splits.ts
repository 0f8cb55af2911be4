// Owns the ways in which a text is cut into pieces to see that they make no difference: always the same ones.

/** The whole text, one UTF-16 unit at a time, and `count` random ways that depend on nothing but the text's length. */
export function splitsOf(text: string, count = 5): readonly (readonly string[])[] {
  const random = createRandom(text.length);
  const cut = (): string[] => {
    const longest = 1 + Math.floor(random() * 24);
    const pieces: string[] = [];
    for (let at = 0; at < text.length; ) {
      const length = 1 + Math.floor(random() * longest);
      pieces.push(text.slice(at, at + length));
      at += length;
    }
    return pieces;
  };
  return [[text], text.split(''), ...Array.from({ length: count }, cut)];
}

/** Numbers from 0 to 1 (the generator of Park and Miller). */
function createRandom(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

// Owns taking off a mark that was begun when the answer ended.

/** The text without the beginning of a mark at its end. */
export function withoutPartOf(marks: readonly string[], text: string): string {
  const longest = Math.max(0, ...marks.map((mark) => mark.length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const end = text.slice(-length);
    if (marks.some((mark) => mark.startsWith(end))) return text.slice(0, -length);
  }
  return text;
}

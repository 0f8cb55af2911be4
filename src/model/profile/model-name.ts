// Owns what of a served name, or of a path of weights, may name the model. Which family a name belongs to is left to `families.ts`.

/**
 * In lower case, the likeliest first: the folder or file itself, then the one that it stands in, as in `Qwen3-8B/merged`. Folders further
 * up do not name the model. A folder of Hugging Face's cache, `models--Owner--Name/snapshots/hash`, names it by itself.
 */
export function namesIn(path: string): readonly string[] {
  const parts = path
    .toLowerCase()
    .split(/[/\\]/)
    .filter((part) => part !== '');
  const cached = parts.findLast((part) => part.startsWith(CACHED));
  if (cached !== undefined) return [nameOf(cached.slice(CACHED.length).split('--').at(-1) ?? '')];
  while (parts.length > 1 && NAMELESS.test(parts.at(-1) ?? '')) parts.pop();
  const [last = '', parent] = parts.toReversed();
  // Of a repository's file the owner does not name the model, the repository does.
  return parent === undefined ? [nameOf(last)] : [nameOf(last), nameOf(`${parent}/${last}`)];
}

const CACHED = 'models--';

/** Versions, hashes and kinds of weights, which stand in a folder of their own below the model's. */
const NAMELESS =
  /^(?:snapshots|[0-9a-f]{12,64}|main|latest|default|merged|final|hf|gguf|awq|gptq|fp8|nvfp4|bf16|int[48]|weights?|checkpoints?|checkpoint-\d+|v?\d+(?:\.\d+){0,3}|model(?:-\d+-of-\d+)?\.\w+|consolidated\.\w+)$/;

/** Some hosts write the point of a version as a letter: `glm-4p5`. */
function nameOf(part: string): string {
  return part.replace(/(\d)p(?=\d)/g, '$1.');
}

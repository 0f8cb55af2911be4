// Owns saying that a tool's result has a part which the model cannot be shown: where it is, what it is, what to return in its place.

export type Path = readonly (string | number)[];

/** A result that cannot be shown. The message names the place and the remedy; the tool is named by `describe`. */
export class UnshowableResult extends Error {
  constructor(path: Path, what: string, remedy: string, options?: ErrorOptions) {
    super(
      `${path.length === 0 ? 'it' : `\`${pathText(path)}\``} is ${what}. Remedy for its author: ${remedy}.`,
      options,
    );
    this.name = 'UnshowableResult';
  }

  /** For the model, which did nothing wrong, and for the author of the tool, who reads it in the events. */
  describe(toolName: string): string {
    return `The tool \`${toolName}\` ran, but its result cannot be shown: ${this.message} The same call will end the same way.`;
  }
}

const MAX_PATH_CHARS = 200;

/** `rows[3].size`, `["a b"].c`: as it is written in a program. */
function pathText(path: Path): string {
  const text = path.map(stepText).join('').replace(/^\./, '');
  return text.length <= MAX_PATH_CHARS ? text : `${text.slice(0, MAX_PATH_CHARS)}…`;
}

function stepText(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

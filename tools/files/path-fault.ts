// Owns what is wrong with a path, apart from the path: a model is told both halves, a search that goes on only the first.

/** What is wrong with a path, and what to do about it, as two halves of a sentence that begins with the path. */
export class PathFault extends Error {
  readonly what: string;
  readonly remedy: string;

  constructor(what: string, remedy: string, options?: ErrorOptions) {
    super(`${what}: ${remedy}`, options);
    this.name = 'PathFault';
    this.what = what;
    this.remedy = remedy;
  }
}

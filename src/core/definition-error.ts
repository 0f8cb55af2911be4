// Owns the error for misuse: thrown when a thing is defined, never while it runs.

/** A tool, agent or run is defined in a way that cannot work. The message names the subject and the remedy. */
export class DefinitionError extends TypeError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DefinitionError';
  }
}

// Owns the error for misuse. It is thrown when something is defined or a run is requested, never while a run is under way.

/** A tool, an agent or a run was defined in a way that cannot work. The message names the subject and the remedy. */
export class DefinitionError extends TypeError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DefinitionError';
  }
}

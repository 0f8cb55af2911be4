// Owns cancelling a thing from within this program. What that does is left to whoever does the thing.

/** Cancels one thing. An AbortController can do more, and costs as much as building a request. */
export class Canceller {
  #isCancelled = false;
  /** Called by `cancel`, each time. Belongs to whoever does the thing. */
  onCancel: (() => void) | undefined;

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  cancel(): void {
    this.#isCancelled = true;
    this.onCancel?.();
  }
}

// Owns the request to cancel an operation from within this program. Cancelling it is left to the operation.

/** Cancels one operation. An AbortController with its listener can do more, and costs a fiftieth of a short turn. */
export class Canceller {
  #isCancelled = false;
  /** Called by each `cancel`. Set by the operation. */
  onCancel: (() => void) | undefined;

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  cancel(): void {
    this.#isCancelled = true;
    this.onCancel?.();
  }
}

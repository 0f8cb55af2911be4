// Owns what the system's timers can do.

/** Milliseconds of the longest wait that a timer can keep: a longer one would be over at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

// Owns the error of a place that is not to be used. Its message lacks the path: the caller names it as it was asked for.

export class NotInside extends Error {}

export function leadsOut(): NotInside {
  return new NotInside('leads out of the folder by a link: only what is in it can be used.');
}

export function isClosedError(): NotInside {
  return new NotInside('is closed to tools: go on without it.');
}

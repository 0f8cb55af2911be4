// Owns what an error object says, and whether a value is one. What other thrown values say is left to `failure-text.ts`.

/** Also of another realm, where it is no instance of this one's `Error`. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** Never a stack; the other fields of an error may hold requests, with their keys. `errors` are those of which it is made. */
export function errorFields(error: Error): Readonly<Record<string, unknown>> {
  const errors: unknown = 'errors' in error ? error.errors : undefined;
  return { name: nameOf(error), message: messageOf(error), ...(Array.isArray(errors) && { errors }) };
}

/** One line: name, message, and the message of the cause where it is not told yet (Node's `fetch failed` says nothing without it). */
export function errorLine(error: Error): string {
  const message = messageOf(error);
  const { cause } = error;
  const because = isError(cause) ? messageOf(cause) : '';
  if (message === '') return `${nameOf(error)}: ${because || '(no message)'}`;
  return `${nameOf(error)}: ${message}${because === '' || message.includes(because) ? '' : ` (${because})`}`;
}

function nameOf({ name }: Error): string {
  return typeof name === 'string' && name !== '' ? name : 'Error';
}

function messageOf({ message }: Error): string {
  return typeof message === 'string' ? message : '';
}

// Owns leaving out the warning that Node prints when its SQLite is loaded, which tells the user of a program nothing. Every other one is
// printed.

/** https://nodejs.org/docs/latest-v22.x/api/sqlite.html : experimental means that its functions may change, and the store is tested with each. */
export async function withoutSqliteWarning<T>(work: () => Promise<T>): Promise<T> {
  const { emitWarning } = process;
  const filtered = (...args: Parameters<typeof emitWarning>): void => {
    if (!isOfSqlite(args)) emitWarning.apply(process, args);
  };
  // Of the many forms in which it can be called the types know only the last.
  process.emitWarning = filtered as typeof emitWarning;
  try {
    return await work();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function isOfSqlite([warning, type]: readonly unknown[]): boolean {
  return type === 'ExperimentalWarning' && String(warning).startsWith('SQLite is an experimental feature');
}

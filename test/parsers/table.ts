// Owns how counts and failing cases are printed. What is counted is left to its callers.

export interface Count {
  readonly passed: number;
  readonly of: number;
}

export interface Failure {
  readonly text: string;
  readonly expected: readonly string[];
  readonly got: readonly string[];
  /** Why the project should read the text otherwise, if it should. */
  readonly reason?: string | undefined;
}

/** Columns of equal width; the first row is the head. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function countText({ passed, of }: Count): string {
  return of === 0 ? '–' : `${passed}/${of}`;
}

export function sumOf(counts: readonly Count[]): Count {
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    of: counts.reduce((sum, { of }) => sum + of, 0),
  };
}

export function failureText({ text, expected, got, reason }: Failure): string {
  return [
    `- text      ${JSON.stringify(text)}`,
    ...lines('  vLLM    ', expected),
    ...lines('  project ', got),
    ...(reason === undefined ? [] : [`  reason    ${reason}`]),
  ].join('\n');
}

function lines(label: string, values: readonly string[]): string[] {
  return values.length === 0 ? [`${label}  nothing`] : values.map((value) => `${label}  ${value}`);
}

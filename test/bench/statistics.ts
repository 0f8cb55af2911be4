// Owns what is made of several measurements of one thing.

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function spread(values: readonly number[]): readonly [least: number, most: number] {
  return [Math.min(...values), Math.max(...values)];
}

/** Of the straight line that is nearest to the points by least squares. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const sumOf = (term: (x: number, y: number) => number): number =>
    points.reduce((sum, [x, y]) => sum + term(x - meanX, y - meanY), 0);
  return sumOf((x, y) => x * y) / sumOf((x) => x * x);
}

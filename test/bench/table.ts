// Owns the table of multiples of the floor: prints a row as soon as it is measured, and keeps it for the file.

import { median, spread } from './statistics.ts';

export interface Result {
  readonly work: string;
  readonly who: string;
  readonly unit: string;
  readonly target: number;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly timesFloor: number;
}

export interface Row {
  readonly work: string;
  readonly target: number;
  readonly unit: string;
  /** By the names of the columns. A contestant without values has an empty cell. */
  readonly values: ReadonlyMap<string, readonly number[]>;
}

export class Table {
  readonly results: Result[] = [];
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names;
    const heads = names.map((name) => `${name}, ×`).join(' | ');
    process.stdout.write(`| work | target | ${heads} |\n| --- | --- |${' --- |'.repeat(names.length)}\n`);
  }

  add({ work, target, unit, values }: Row): void {
    const floor = median(values.get('floor') ?? []);
    const cells = this.#names.map((who) => {
      const all = values.get(who) ?? [];
      if (all.length === 0) return '';
      const middle = median(all);
      const [least, most] = spread(all);
      this.results.push({ work, who, unit, target, median: middle, least, most, timesFloor: middle / floor });
      const digits = floor < 10 ? 2 : 0;
      const range = `${least.toFixed(digits)}-${most.toFixed(digits)}`;
      return `${(middle / floor).toFixed(2)} (${middle.toFixed(digits)} ${unit}, ${range})`;
    });
    process.stdout.write(`| ${work} | ${target} | ${cells.join(' | ')} |\n`);
  }
}

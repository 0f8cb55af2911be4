// Owns Prometheus text -> samples. What a metric means is left to vLLM.

/** One line of `/metrics`. */
export interface MetricSample {
  /** Such as `vllm:num_requests_running`; counters end in `_total`, histograms in `_bucket`, `_sum` and `_count`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metrics {
  readonly samples: readonly MetricSample[];
  /**
   * The sum of the samples of that name whose labels include the given ones; undefined when there is none.
   * A server with several engines has a sample for each.
   */
  readonly sum: (name: string, labels?: Readonly<Record<string, string>>) => number | undefined;
}

/** Parses the Prometheus text format; a line that is not a sample is skipped. */
export function parseMetrics(text: string): Metrics {
  const samples = text.split('\n').flatMap((line) => parseSample(line.trim()) ?? []);
  return {
    samples,
    sum(name, labels = {}) {
      const wanted = Object.entries(labels);
      const found = samples.filter(
        (sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value),
      );
      return found.length === 0 ? undefined : found.reduce((total, sample) => total + sample.value, 0);
    },
  };
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const NUMBER = /^(?:[+-]?Inf|NaN|[+-]?[\d.]+(?:[eE][+-]?\d+)?)$/;
const LABEL = /([a-zA-Z_]\w{0,199})="((?:[^"\\]|\\.)*)"/g;

function parseSample(line: string): MetricSample | undefined {
  const [, name, labels = '', number] = SAMPLE.exec(line) ?? [];
  if (name === undefined || number === undefined || !NUMBER.test(number)) return undefined;
  const pairs = [...labels.matchAll(LABEL)].map(([, label = '', value = '']) => [label, plain(value)]);
  return { name, labels: Object.fromEntries(pairs), value: readNumber(number) };
}

function readNumber(text: string): number {
  if (/^[+]?Inf$/.test(text)) return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

function plain(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

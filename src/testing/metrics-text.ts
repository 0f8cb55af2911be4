// Owns the fake's metrics: some of vLLM's, under their names of 0.33, in the Prometheus text format. Counters are zero; the
// personality sets the load and the cache usage.

import type { Personality } from './personality.ts';

export function metricsText({ models, load, kvCacheUsage }: Personality): string {
  const labels = `engine="0",model_name="${models[0]?.id ?? ''}"`;
  const values = new Map<string, number>([
    ['vllm:num_requests_running', load],
    ['vllm:kv_cache_usage_perc', kvCacheUsage],
  ]);
  const gauges = GAUGES.map(([name, help]) => {
    return [...head(name, 'gauge', help), `${name}{${labels}} ${decimal(values.get(name) ?? 0)}`];
  });
  const counters = COUNTERS.map(([name, help]) => [
    ...head(name, 'counter', help),
    `${name}_total{${labels}} ${decimal(0)}`,
  ]);
  const success = [
    ...head('vllm:request_success', 'counter', 'Count of successfully processed requests.'),
    ...REASONS.map((reason) => `vllm:request_success_total{${labels},finished_reason="${reason}"} ${decimal(0)}`),
  ];
  const histograms = HISTOGRAMS.map(([name, help]) => [
    ...head(name, 'histogram', help),
    ...BOUNDS.map((bound) => `${name}_bucket{${labels},le="${bound}"} ${decimal(0)}`),
    `${name}_count{${labels}} ${decimal(0)}`,
    `${name}_sum{${labels}} ${decimal(0)}`,
  ]);
  return [...gauges, ...counters, success, ...histograms].flat().join('\n').concat('\n');
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

/** Whole numbers get a decimal, as Python prints them. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

const REASONS = ['stop', 'length', 'abort', 'error'];
const BOUNDS = ['0.1', '1.0', '10.0', '+Inf'];

const GAUGES = [
  ['vllm:num_requests_running', 'Requests that are running.'],
  ['vllm:num_requests_waiting', 'Requests that are waiting.'],
  ['vllm:kv_cache_usage_perc', 'Share of the KV cache in use; 1 is all of it.'],
] as const;

const COUNTERS = [
  ['vllm:prefix_cache_queries', 'Tokens looked up in the prefix cache.'],
  ['vllm:prefix_cache_hits', 'Tokens found in the prefix cache.'],
  ['vllm:prompt_tokens', 'Tokens of prompts.'],
  ['vllm:generation_tokens', 'Tokens of answers.'],
  ['vllm:num_preemptions', 'Requests that were preempted.'],
] as const;

const HISTOGRAMS = [
  ['vllm:time_to_first_token_seconds', 'Seconds to the first token.'],
  ['vllm:inter_token_latency_seconds', 'Seconds between two tokens.'],
  ['vllm:e2e_request_latency_seconds', 'Seconds of whole requests.'],
  ['vllm:request_queue_time_seconds', 'Seconds spent waiting.'],
] as const;

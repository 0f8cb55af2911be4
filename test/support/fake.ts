// Owns the one place from which tests take the fake vLLM.

export type { Step } from '../../src/testing/index.ts';
export { answer, endless, raw, reply, startFakeVllm } from '../../src/testing/index.ts';

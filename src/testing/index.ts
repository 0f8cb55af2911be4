// Owns the public names of `vllm-agents/testing`, listed one by one.

export type { HostUnderTest, RecordedRun, RecordedScenario } from './check-prefixes.ts';
export { memoryHost, recordScenario } from './check-prefixes.ts';
export type { FakeVllm, FakeVllmOptions } from './fake-vllm.ts';
export { startFakeVllm } from './fake-vllm.ts';
export type { ConformanceCase } from './host-conformance.ts';
export { hostConformance } from './host-conformance.ts';
export { hostScenarios } from './host-scenarios.ts';
export { Journal, journalHost } from './journal.ts';
export type { FakeModel, FakePersonality } from './personality.ts';
export type { Attempt, Played, Scenario } from './play-scenario.ts';
export { playScenario } from './play-scenario.ts';
export type { Recorder } from './recorder.ts';
export { recordVllm } from './recorder.ts';
export type { Replay } from './replay.ts';
export { replayVllm } from './replay.ts';
export type { StandardStreams } from './serve-store.ts';
export { serveStore } from './serve-store.ts';
export { startSimulator } from './simulator.ts';
export type {
  Answer,
  Delivery,
  Endless,
  FakeCall,
  FakeChoice,
  Raw,
  RecordedRequest,
  Reply,
  Responder,
  Step,
  StepFunction,
} from './steps.ts';
export { answer, endless, raw, reply } from './steps.ts';
export { storeConformance } from './store-conformance.ts';
export type { StoreUnderTest } from './store-under-test.ts';
export { tokensOf } from './token-count.ts';

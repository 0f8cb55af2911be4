// Owns the list of public names, one by one, and nothing else.

export type { Agent, AgentDefinition, Rescue, RunHooks, TurnPlan } from './agent/agent.ts';
export type { AgentToolOptions } from './agent/agent-tool.ts';
export { agentTool } from './agent/agent-tool.ts';
export type { RunLimits } from './agent/limits.ts';
export { DEFAULT_LIMITS } from './agent/limits.ts';
export { parseRunState } from './agent/parse-run-state.ts';
export type { RunStream } from './agent/run.ts';
export { RunError } from './agent/run-error.ts';
export type { RunInput, RunOptions, RunResult } from './agent/run-options.ts';
export type { AgentTasks } from './agent/tasks/tasks.ts';
export { tasksOf } from './agent/tasks/tasks.ts';
export { runMain } from './cli/run-main.ts';
export type { ChatCompletions } from './client/chat.ts';
export type { ChatRequestBuilder } from './client/chat-builder.ts';
export type { ChunkListener } from './client/chat-decoder.ts';
export type { ChatParams, FunctionDefinition, ToolChoice, ToolDefinition } from './client/chat-params.ts';
export type {
  ChatCompletionResponse,
  Choice,
  RequestMetrics,
  ResponseMessage,
  WeightVersionSpan,
} from './client/chat-response.ts';
export { assistantMessage, firstToolCall, hasToolCalls } from './client/chat-response.ts';
export type { ChatStream } from './client/chat-stream.ts';
export { VllmClient } from './client/client.ts';
export type {
  CompletionChoice,
  CompletionEvent,
  CompletionParams,
  CompletionResponse,
} from './client/completion-params.ts';
export type { CompletionStream } from './client/completion-stream.ts';
export type { CompletionRequestBuilder, Completions } from './client/completions.ts';
export type { Embedding, EmbeddingParams, EmbeddingResponse, Embeddings } from './client/embeddings.ts';
export {
  AbortError,
  ApiError,
  ClientMisuseError,
  ContextOverflowError,
  HttpError,
  InvalidResponseError,
  IoError,
  MissingParameterError,
  ParseError,
  StreamError,
  TimeoutError,
} from './client/errors.ts';
export { imageFromFile } from './client/image-part.ts';
export type { SizeLimits, TimeLimits } from './client/limits.ts';
export type { MetricSample, Metrics } from './client/metrics.ts';
export type { ClientOptions, ClientOptionsWithUrl, RequestOptions } from './client/options.ts';
export type { PoolingParams } from './client/pooling-params.ts';
export type { RenderedChat } from './client/render.ts';
export type { RankedDocument, Rerank, RerankInput, RerankParams, RerankResponse } from './client/rerank.ts';
export type { RetryNotice, RetryPolicy } from './client/retry.ts';
export type {
  ExtraParams,
  RepetitionDetection,
  ResponseFormat,
  SamplingParams,
  StreamOptions,
  StructuredOutputs,
} from './client/sampling-params.ts';
export type { DetokenizeParams, ModelCard, ModelList, TokenizeParams, TokenizeResponse } from './client/server.ts';
export { parseArgs, parseArgsAs, toolResult } from './client/tool-messages.ts';
export type { ClientWarning } from './client/unknown-params.ts';
export type { RequestDispatcher } from './client/wire.ts';
export type {
  CallProblem,
  CallResult,
  InnerUse,
  KeptResult,
  PreparedCall,
  ReadyCall,
  RefusedCall,
  RunSpent,
} from './core/call.ts';
export { DefinitionError } from './core/definition-error.ts';
export type {
  CreateHost,
  Host,
  HostServices,
  Step,
  StepIo,
  StepOptions,
  StepResult,
  Task,
  Tasks,
} from './core/host.ts';
export type { JsonObject, JsonPrimitive, JsonValue } from './core/json.ts';
export type { LoopState, NextRequest, RepeatedCall, ToolMode, TurnChoice } from './core/loop-state.ts';
export type {
  AssistantMessage,
  ContentPart,
  FunctionCall,
  ImagePart,
  Message,
  OtherPart,
  SystemMessage,
  TextPart,
  ToolCall,
  ToolMessage,
  UserMessage,
} from './core/message.ts';
export type {
  Failure,
  LimitName,
  Outcome,
  PendingApproval,
  PendingTurn,
  ResultKeptEvent,
  ResumedRun,
  RunEndEvent,
  RunEvent,
  RunStartEvent,
  ToolEndEvent,
  ToolProgressEvent,
  ToolStartEvent,
  TurnEndEvent,
  TurnStartEvent,
  UnfinishedAnswer,
  WarningEvent,
} from './core/run-event.ts';
export type { RunState } from './core/run-state.ts';
export { INITIAL_RUN_STATE, reduceRun } from './core/run-state.ts';
export { RUN_STATE_SCHEMA } from './core/run-state-schema.ts';
export type { RunWarning } from './core/run-warning.ts';
export type {
  ContentEvent,
  DoneEvent,
  ErrorEvent,
  FinishReason,
  ReasoningEvent,
  StreamEvent,
  StreamTimings,
  ToolCallCompleteEvent,
  ToolCallDeltaEvent,
  UsageEvent,
} from './core/stream-event.ts';
export type { CallView, TurnView } from './core/turn-view.ts';
export { reduceTurn } from './core/turn-view.ts';
export type { RunUsage, Usage } from './core/usage.ts';
export { VllmError } from './core/vllm-error.ts';
export type { Repeat } from './hosts/embedded/lease-keeper.ts';
export type { EmbeddedHost, EmbeddedHostOptions, OpenRun } from './hosts/embedded-host.ts';
export { createEmbeddedHost } from './hosts/embedded-host.ts';
export { createInProcessHost } from './hosts/in-process-host.ts';
export type { CompletionRequest, McpConnection, ServerInfo } from './mcp/connection.ts';
export type { MountedServers, MountOptions } from './mcp/mount.ts';
export type { McpServer } from './mcp/server.ts';
export type {
  ApprovalPolicy,
  AuthConfig,
  HttpServerConfig,
  McpServerConfig,
  McpServers,
  McpTransport,
  StdioServerConfig,
  TransportServerConfig,
} from './mcp/server-config.ts';
export type { ModelParams } from './model/model-params.ts';
export type { Thinking } from './model/profile/thinking.ts';
export type { InferArguments, ToolSchema } from './schema/compile.ts';
export type { DatabaseName, OpenDatabase, SqlDatabase, SqlStatement, SqlValue } from './session/sqlite/database.ts';
export type { Store, StoreCapabilities } from './session/store.ts';
export type { StoreErrorCode } from './session/store-error.ts';
export { StoreError } from './session/store-error.ts';
export type {
  Claim,
  EndedRun,
  InboxEntry,
  Lease,
  LeaseState,
  NewRun,
  Pruned,
  RecordedStep,
  RecordOptions,
  RunFilter,
  RunStatus,
  SessionPosition,
  StoredRun,
} from './session/stored-run.ts';
export type {
  Appended,
  Fork,
  LoggedMessage,
  NewSession,
  SessionFilter,
  StoredSession,
} from './session/stored-session.ts';
export type { AgentWithServersDefinition } from './setup/define-agent.ts';
export { defineAgent } from './setup/define-agent.ts';
export { type McpFileOptions, mcpServersFrom } from './setup/mcp-servers-from.ts';
export { mountMcp } from './setup/mount-mcp.ts';
export type { OpenStoreOptions } from './setup/open-store.ts';
export { openStore } from './setup/open-store.ts';
export type { ResumeAllOptions, ResumeOptions } from './setup/resume-run.ts';
export { releaseRuns, resumeRun, resumeRuns, resumeStream } from './setup/resume-run.ts';
export { run, stream } from './setup/run.ts';
export type { StoredRunOptions } from './setup/stored-run.ts';
export type { ContentParts } from './tool/content-parts.ts';
export { contentParts } from './tool/content-parts.ts';
export type { ToolDefinitionOptions } from './tool/define-tool.ts';
export { defineTool } from './tool/define-tool.ts';
export type { Tool, ToolContext } from './tool/tool.ts';
export { ToolRetry } from './tool/tool.ts';
export type {
  InputAnswer,
  InputRequest,
  OpenProvider,
  ProviderContext,
  ProviderWarning,
  SampleAnswer,
  SampleRequest,
  ToolProvider,
} from './tool/tool-provider.ts';

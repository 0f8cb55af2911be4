// Owns what an agent is: plain data, no state. Running it is left to the loop.

import type { ToolChoice } from '../client/chat-params.ts';
import type { JsonValue } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { PendingApproval, RunEvent } from '../core/run-event.ts';
import type { ModelParams } from '../model/model-params.ts';
import type { Thinking } from '../model/profile/thinking.ts';
import type { CompiledSchema, ToolSchema } from '../schema/compile.ts';
import type { Tool } from '../tool/tool.ts';
import type { InputAnswer, InputRequest, ToolProvider } from '../tool/tool-provider.ts';
import type { ToolSearchMode } from '../tool/tool-search.ts';
import type { RunLimits } from './limits.ts';

/**
 * What becomes of a call in text that the server did not parse: it runs, where it is plain that the model made it (`auto`); a person is
 * asked first, as for a tool with `needsApproval` (`ask`); or it is text (`off`).
 */
export type Rescue = 'auto' | 'ask' | 'off';

/** What a turn is going to send; `prepareTurn` may return a changed copy. */
export interface TurnPlan {
  /** From 1. */
  readonly turn: number;
  /** The conversation, without the instructions. A change is for this turn only. */
  readonly messages: readonly Message[];
  readonly instructions: string;
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice | undefined;
  readonly params: ModelParams;
}

/** Plain functions around a run. What they throw fails the run. */
export interface RunHooks {
  /** Sees every event, before the consumer of the stream does. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Changes what a turn sends. */
  readonly prepareTurn?: (plan: TurnPlan) => TurnPlan | Promise<TurnPlan>;
  /** Decides on a call of a tool with `needsApproval`. Without it, and without a decision, the run ends `waiting`. */
  readonly approve?: (request: PendingApproval) => boolean | Promise<boolean>;
  /** Asks the person for what a provider wants to know. Without it, providers are told that nobody is there. */
  readonly askUser?: (request: InputRequest, signal: AbortSignal) => Promise<InputAnswer>;
}

export interface AgentDefinition extends RunHooks {
  /** For people and for events. */
  readonly name: string;
  /** One sentence on what it is for: shown by `--help`, and to the model of an agent that uses this one as a tool. */
  readonly description?: string;
  /** The system message. A function is asked at the start of each run. */
  readonly instructions?: string | (() => string | Promise<string>);
  /** A name that the server serves. Left out: the only one that it serves. */
  readonly model?: string;
  readonly tools?: readonly Tool[];
  /** Bring further tools, which may change while a run goes on. Opened by each run, and closed at its end. */
  readonly providers?: readonly ToolProvider[];
  /**
   * Whether the model is given the providers' tools, or one tool that finds them and one that calls them. Default `auto`: the latter when
   * their definitions take more than a tenth of the model's context.
   */
  readonly toolSearch?: ToolSearchMode;
  /** Whether providers may ask the agent's model: each time a person allows it, or always. Left out: never. */
  readonly sampling?: 'ask' | 'allow';
  /** For the first turn of a run; later ones are `auto`, so that the model can come to an end. */
  readonly toolChoice?: ToolChoice;
  readonly params?: ModelParams;
  /** Whether and how much the model thinks before it answers, in the fields of its family. Left out: as the server does. */
  readonly thinking?: Thinking;
  /** What becomes of a call in text that the server did not parse. Default `auto`. */
  readonly rescue?: Rescue;
  /** A schema for the result: checked, typed, in `result.output`. */
  readonly output?: ToolSchema;
  readonly limits?: Partial<RunLimits>;
  /** Calls of one turn that run side by side. Default 8. */
  readonly parallelCalls?: number;
}

/** An agent, checked. Made by `defineAgent`. */
export interface Agent extends RunHooks {
  readonly name: string;
  readonly description: string;
  readonly instructions: string | (() => string | Promise<string>);
  readonly model: string | undefined;
  readonly tools: readonly Tool[];
  readonly providers: readonly ToolProvider[];
  readonly toolSearch: ToolSearchMode;
  readonly sampling: 'ask' | 'allow' | undefined;
  readonly toolChoice: ToolChoice | undefined;
  readonly params: ModelParams;
  readonly thinking: Thinking | undefined;
  readonly rescue: Rescue;
  readonly output: CompiledSchema<JsonValue> | undefined;
  readonly limits: RunLimits;
  readonly parallelCalls: number;
}

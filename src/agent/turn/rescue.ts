// Owns where and how calls are looked for in the text of an answer: as the agent and the run say, and as far as the server leaves it to this
// side. Which of them count is left to `calls-in-text.ts`.

import { BARE_JSON } from '../../model/format/bare-json.ts';
import type { CallFormat } from '../../model/format/call-format.ts';
import { END_MARKS } from '../../model/format/call-formats.ts';
import { createEcho } from '../../model/scanner/echo.ts';
import { createRescue } from '../../model/scanner/rescue.ts';
import type { TextScanner } from '../../model/scanner/text-scanner.ts';
import { knownToParse } from '../../model/server-facts.ts';
import type { Tool } from '../../tool/tool.ts';
import type { Agent, Rescue } from '../agent.ts';
import type { RunOptions } from '../run-options.ts';
import type { TextCalls, TextPlace } from './calls-in-text.ts';
import type { TurnContext } from './turn-context.ts';

/** How the model may write calls in the text of its answer. */
export interface WrittenCalls {
  readonly formats: readonly CallFormat[];
  /** The format that the model was asked to use; undefined where the server parses calls. */
  readonly agreed: CallFormat | undefined;
  /** Whether a call that is written as JSON without marks can be asked for again, under a grammar. */
  readonly canAskOtherwise: boolean;
}

/** Calls that a server left in the text are looked for wherever there are tools; they turn up in the thinking too. */
export function textCallsOf(turn: TurnContext, tools: readonly Tool[], written: WrittenCalls): TextCalls | undefined {
  const rescue = rescueOf({ agent: turn.agent, options: turn.hooks });
  const { agreed } = written;
  if (tools.length === 0 || (rescue === 'off' && agreed === undefined)) return undefined;
  const schemas = new Map(tools.map(({ name, schema }) => [name, schema.jsonSchema]));
  const repeats = createEcho(turn.input.messages);
  const formats = rescue === 'off' ? agreedOnly(written) : written.formats;
  // Those of the thinking are not looked for: it is no answer, and nothing tells such a text from a thought.
  const inContent = written.canAskOtherwise && rescue !== 'off' ? withBareJson(formats) : formats;
  const createScanner = (place: TextPlace): TextScanner | undefined => {
    if (place === 'content')
      return createRescue({ formats: inContent, schemas, repeats, ...(agreed !== undefined && { agreed }) });
    return rescue === 'off' ? undefined : createRescue({ formats, schemas, repeats });
  };
  return { createScanner, agreed: agreed?.name, serverParses: serverParses(turn) };
}

/** What becomes of calls in text: as the run says, else as the agent says. */
export function rescueOf({ agent, options }: { readonly agent: Agent; readonly options: RunOptions }): Rescue {
  return options.rescue ?? agent.rescue;
}

/** A family that is known to write bare JSON has its own format for it. */
function withBareJson(formats: readonly CallFormat[]): readonly CallFormat[] {
  return formats.some(({ bare }) => bare !== undefined && bare('x').length > 0) ? formats : [...formats, BARE_JSON];
}

function agreedOnly({ agreed, formats }: WrittenCalls): readonly CallFormat[] {
  return formats.filter((format) => format === agreed || format === END_MARKS);
}

/** A conversation that was given as messages does not tell who parsed its calls: what is known of the server does. */
function serverParses({ client, input }: TurnContext): boolean {
  if (input.serverParses) return true;
  const hasCalls = input.messages.some((message) => message.role === 'assistant' && message.tool_calls !== undefined);
  return hasCalls && knownToParse(client, input.head.model);
}

// Owns the checks of tool calls: every kind of tool choice, with a tiny request each, and client-side tools where the
// server has no tool parser.

import type { ToolDefinition } from '../../client/chat-params.ts';
import { BARE_JSON } from '../../model/format/bare-json.ts';
import { HERMES } from '../../model/format/tool-call-formats.ts';
import { rawFormatsOf } from '../../model/profile/profile-of.ts';
import { adviceText } from '../../model/profile/server-flags.ts';
import { createRescue } from '../../model/scanner/rescue.ts';
import type { Attempt, CheckContext } from './check-context.ts';
import type { Finding } from './finding.ts';
import { bad, fatal, good, note } from './finding.ts';
import { messageOf } from './server-checks.ts';
import { checkStrict } from './strict-checks.ts';

const PARAMETERS = {
  type: 'object',
  properties: { city: { type: 'string', maxLength: 12 } },
  required: ['city'],
  additionalProperties: false,
};

const TOOL: ToolDefinition = {
  type: 'function',
  function: { name: 'get_weather', description: 'The weather of a city.', parameters: PARAMETERS, strict: true },
};

/** Checks the choices auto, required and named; without a tool parser on the server, client-side tools instead. */
export async function checkTools(context: CheckContext): Promise<readonly Finding[]> {
  const auto = await context.ask({ tools: [TOOL], tool_choice: 'auto' });
  if (auto.error?.code === 'tool_parser_missing') {
    return [
      note('tools', 'vLLM was started without a tool parser', adviceText(context.flags.tools, context.flags.thinking)),
      await checkClientSide(context),
    ];
  }
  if (auto.error !== undefined) return [fatal('tools (auto)', messageOf(auto.error))];
  const required = await context.ask({ tools: [TOOL], tool_choice: 'required' });
  const named = await context.ask({
    tools: [TOOL],
    tool_choice: { type: 'function', function: { name: 'get_weather' } },
  });
  return [
    autoFinding(auto, context),
    forced('tools (required)', required),
    forced('tools (named)', named),
    await checkStrict(context),
  ];
}

function autoFinding({ response }: Attempt, { profile, flags }: CheckContext): Finding {
  const [choice] = response?.choices ?? [];
  const calls = choice?.message.tool_calls ?? [];
  const content = typeof choice?.message.content === 'string' ? choice.message.content : '';
  if (calls.length > 0) return good('tools (auto)', 'the model made a call, and the server parsed it');
  const schemas = new Map([['get_weather', PARAMETERS]]);
  const rescue = createRescue({ formats: rawFormatsOf(profile, profile.format), schemas });
  rescue.feed(content);
  const found = rescue.end(false).calls;
  if (found.length === 0 && isMeantCall(content))
    return note('tools (auto)', meantText(content), adviceText(flags.tools));
  if (found.length === 0)
    return note(
      'tools (auto)',
      'accepted, but the model made no call; small models often make none',
      "To force a call: toolChoice: 'required', or --tool-choice required.",
    );
  const message = 'the server left the call in the text; runs read it from there';
  return note('tools (auto)', message, adviceText(flags.tools));
}

/** Whether the text is a call as JSON, which a server's parser for other formats leaves where it is. */
function isMeantCall(content: string): boolean {
  const rescue = createRescue({ formats: [BARE_JSON], schemas: new Map([['get_weather', PARAMETERS]]) });
  rescue.feed(content);
  const { calls, text } = rescue.end(false);
  return calls.length > 0 && text.trim() === '';
}

function meantText(content: string): string {
  const shown = content.trim().replace(/\s+/g, ' ').slice(0, MAX_SHOWN_CHARS);
  return `the model wrote a call that the server does not read; runs ask for it again under a grammar: ${shown}`;
}

const MAX_SHOWN_CHARS = 100;

function forced(check: string, { response, error }: Attempt): Finding {
  if (error !== undefined) return bad(check, messageOf(error));
  const [choice] = response.choices;
  const calls = choice?.message.tool_calls ?? [];
  const thought = choice?.message.reasoning ?? choice?.message.reasoning_content ?? '';
  if (calls.length === 0 && thought !== '') {
    const message = 'the model thought and made no call; a run asks again without thinking';
    return note(check, message, "If the model does this often, set thinking: 'off'.");
  }
  if (calls.length === 0) return bad(check, 'the model made no call, although one was required');
  try {
    JSON.parse(calls[0]?.function.arguments ?? '');
    return good(check, 'a call that matches its schema');
  } catch {
    return choice?.finish_reason === 'length'
      ? good(check, 'a call, cut short by the token limit of this check')
      : bad(check, 'the arguments of the call are not JSON');
  }
}

/** What the grammar forces is proved: whether the model comes to it by itself is seen only when it is left alone. */
async function ownForm({ ask }: CheckContext): Promise<Finding> {
  const { response } = await ask({ tools: [TOOL], tool_choice: 'none' });
  const content = response?.choices[0]?.message.content;
  const works = 'tools work anyway: the grammar produces calls, and the client parses them';
  if (typeof content !== 'string' || !isMeantCall(content)) return good('client-side tools', works);
  return good('client-side tools', `${works}; this model writes calls as JSON, and runs ask for them so`);
}

async function checkClientSide(context: CheckContext): Promise<Finding> {
  const { profile } = context;
  const format = profile.format.tag?.content === 'json' ? profile.format : HERMES;
  const { tag } = format;
  if (tag === undefined) return bad('client-side tools', 'no call format is known for this model');
  const structural = {
    type: 'tag' as const,
    begin: tag.begin('get_weather', 0),
    content: { type: 'json_schema', json_schema: PARAMETERS },
    end: tag.end,
  };
  const { response, error } = await context.ask({
    tools: [TOOL],
    tool_choice: 'none',
    response_format: { type: 'structural_tag', format: structural },
    skip_special_tokens: false,
    spaces_between_special_tokens: false,
  });
  if (error !== undefined)
    return fatal(
      'client-side tools',
      `the server does not accept a structural tag either: ${messageOf(error)}`,
      adviceText(context.flags.tools, context.flags.thinking),
    );
  const content = response.choices[0]?.message.content;
  const schemas = new Map([['get_weather', PARAMETERS]]);
  const rescue = createRescue({ formats: rawFormatsOf(profile, format), schemas, agreed: format });
  rescue.feed(typeof content === 'string' ? content : '');
  const isCut = response.choices[0]?.finish_reason === 'length';
  const { calls } = rescue.end(isCut);
  if (calls.length > 0) return await ownForm(context);
  return note(
    'client-side tools',
    isCut
      ? 'the grammar was accepted; the answer was cut before the call was complete'
      : 'the grammar produced no call',
  );
}

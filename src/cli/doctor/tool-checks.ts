// Owns the checks of tool calls: each way that vLLM has, tried with a tiny request, and the way without its flags.

import type { ToolDefinition } from '../../client/chat-params.ts';
import { HERMES } from '../../model/format/call-formats.ts';
import type { Profile } from '../../model/profile/profile.ts';
import { rawFormatsOf } from '../../model/profile/profile-of.ts';
import { createRescue } from '../../model/scanner/rescue.ts';
import type { Finding } from './finding.ts';
import { bad, fatal, good, note } from './finding.ts';
import type { Asked, Patient } from './patient.ts';
import { messageOf } from './server-checks.ts';

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

/** The ways of tool calls. With no tool parser on the server: the way that needs none. */
export async function checkTools(patient: Patient): Promise<readonly Finding[]> {
  const auto = await patient.ask({ tools: [TOOL], tool_choice: 'auto' });
  if (auto.error?.code === 'tool_parser_missing') {
    const flags = flagsFor(patient.profile);
    return [
      note('tools', 'vLLM was started without a tool parser', `Start vLLM with ${flags}`),
      await checkClientSide(patient),
    ];
  }
  if (auto.error !== undefined) return [fatal('tools (auto)', messageOf(auto.error))];
  const required = await patient.ask({ tools: [TOOL], tool_choice: 'required' });
  const named = await patient.ask({
    tools: [TOOL],
    tool_choice: { type: 'function', function: { name: 'get_weather' } },
  });
  return [autoFinding(auto, patient.profile), forced('tools (required)', required), forced('tools (named)', named)];
}

/** The flags for a family, ready to paste. */
function flagsFor({ toolParser, reasoningParser }: Profile): string {
  const thinking = reasoningParser === undefined ? '' : ` --reasoning-parser ${reasoningParser}`;
  return `--enable-auto-tool-choice --tool-call-parser ${toolParser ?? 'hermes'}${thinking}`;
}

function autoFinding({ response }: Asked, profile: Profile): Finding {
  const [choice] = response?.choices ?? [];
  const calls = choice?.message.tool_calls ?? [];
  const content = typeof choice?.message.content === 'string' ? choice.message.content : '';
  if (calls.length > 0) return good('tools (auto)', 'the model called, and the server read the call');
  const schemas = new Map([['get_weather', PARAMETERS]]);
  const rescue = createRescue({ formats: rawFormatsOf(profile, profile.format), schemas });
  const found = [...rescue.feed(content).calls, ...rescue.end(false).calls];
  if (found.length === 0)
    return note(
      'tools (auto)',
      'they are taken; the model did not call, which small ones often do not',
      'To have it call: toolChoice required, or --tool-choice required.',
    );
  const parser =
    profile.toolParser === undefined ? 'the parser of this model' : `--tool-call-parser ${profile.toolParser}`;
  return note('tools (auto)', 'the call was left in the text; runs read it from there', `Start vLLM with ${parser}`);
}

function forced(check: string, { response, error }: Asked): Finding {
  if (error !== undefined) return bad(check, messageOf(error));
  const [choice] = response.choices;
  const calls = choice?.message.tool_calls ?? [];
  const thought = choice?.message.reasoning ?? choice?.message.reasoning_content ?? '';
  if (calls.length === 0 && thought !== '') {
    const message = 'the model thought and did not call; a run asks it once more, without thinking';
    return note(check, message, "For a model that does so often: thinking: 'off'.");
  }
  if (calls.length === 0) return bad(check, 'no call came, though one was required');
  try {
    JSON.parse(calls[0]?.function.arguments ?? '');
    return good(check, 'a call that fits its schema');
  } catch {
    return choice?.finish_reason === 'length'
      ? good(check, 'a call, as far as this short answer goes')
      : bad(check, 'the arguments of the call are no JSON');
  }
}

async function checkClientSide(patient: Patient): Promise<Finding> {
  const { profile } = patient;
  const format = profile.format.tag?.content === 'json' ? profile.format : HERMES;
  const { tag } = format;
  if (tag === undefined) return bad('client-side tools', 'there is no way to write calls for this model');
  const structural = {
    type: 'tag' as const,
    begin: tag.begin('get_weather', 0),
    content: { type: 'json_schema', json_schema: PARAMETERS },
    end: tag.end,
  };
  const { response, error } = await patient.ask({
    tools: [TOOL],
    tool_choice: 'none',
    response_format: { type: 'structural_tag', format: structural },
    skip_special_tokens: false,
    spaces_between_special_tokens: false,
  });
  if (error !== undefined)
    return fatal(
      'client-side tools',
      `the server takes no structural tag either: ${messageOf(error)}`,
      `Start vLLM with ${flagsFor(profile)}`,
    );
  const content = response.choices[0]?.message.content;
  const schemas = new Map([['get_weather', PARAMETERS]]);
  const rescue = createRescue({ formats: rawFormatsOf(profile, format), schemas });
  const fed = rescue.feed(typeof content === 'string' ? content : '');
  const isCut = response.choices[0]?.finish_reason === 'length';
  const calls = [...fed.calls, ...rescue.end(isCut).calls];
  if (calls.length > 0)
    return good(
      'client-side tools',
      'tools work all the same: the grammar makes calls, and they are read on this side',
    );
  return note(
    'client-side tools',
    isCut ? 'the grammar was taken; the short answer ended before the call did' : 'no call came out of the grammar',
  );
}

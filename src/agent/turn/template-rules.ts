// Owns the conversation in forms that stricter chat templates take: they refuse a user's message after a result, several calls in one
// message, or a system message. What a family's template refuses is in its profile, what a server was seen to refuse in `server-facts.ts`.

import type { ContentPart, Message, ToolMessage, UserMessage } from '../../core/message.ts';
import type { TemplateRule } from '../../model/profile/profile.ts';

/** The same conversation without what the template refuses. The given list itself where there is nothing to change. */
export function obeyRules(messages: readonly Message[], rules: readonly TemplateRule[]): readonly Message[] {
  return rulesBroken(messages, rules).reduce((changed, rule) => WITHOUT[rule](changed), messages);
}

/** Which of these rules the conversation breaks. */
export function rulesBroken(messages: readonly Message[], rules: readonly TemplateRule[]): readonly TemplateRule[] {
  return rules.filter((rule) => messages.some((message, at) => BREAKS[rule](message, messages[at - 1])));
}

const BREAKS: Readonly<Record<TemplateRule, (message: Message, before: Message | undefined) => boolean>> = {
  no_user_after_tool: (message, before) => message.role === 'user' && before?.role === 'tool',
  one_call_a_message: (message) => message.role === 'assistant' && (message.tool_calls?.length ?? 0) > 1,
  no_system: (message) => message.role === 'system',
};

const WITHOUT: Readonly<Record<TemplateRule, (messages: readonly Message[]) => readonly Message[]>> = {
  no_user_after_tool: withoutUserAfterTool,
  one_call_a_message: withOneCallEach,
  no_system: withoutSystem,
};

/** What the user said after a result is added to it. */
function withoutUserAfterTool(messages: readonly Message[]): readonly Message[] {
  const kept: Message[] = [];
  for (const message of messages) {
    const last = kept.at(-1);
    if (message.role === 'user' && last?.role === 'tool') kept[kept.length - 1] = joined(last, message);
    else kept.push(message);
  }
  return kept;
}

/** Each call in a message of its own, with its result after it. The text before the calls stays before the first one. */
function withOneCallEach(messages: readonly Message[]): readonly Message[] {
  const kept: Message[] = [];
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at] as Message; // in range
    const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
    if (calls.length < 2 || message.role !== 'assistant') {
      kept.push(message);
      continue;
    }
    const { tool_calls: _calls, content, reasoning: _thinking, reasoning_content: _same, ...rest } = message;
    calls.forEach((call, index) => {
      const first = index === 0 ? message : { ...rest, ...(content !== undefined && { content: null }) };
      kept.push({ ...first, tool_calls: [call] });
      const result = messages[at + 1 + index];
      if (result?.role === 'tool') kept.push(result);
    });
    while (messages[at + 1]?.role === 'tool') at++;
  }
  return kept;
}

/** The system message at the head of the user's first one. */
function withoutSystem(messages: readonly Message[]): readonly Message[] {
  const texts = messages.flatMap(({ role, content }) => (role === 'system' ? [textOf(content)] : []));
  const others = messages.filter(({ role }) => role !== 'system');
  const first = others.findIndex(({ role }) => role === 'user');
  const user = others[first];
  const system: UserMessage = { role: 'user', content: texts.join('\n\n') };
  return user?.role === 'user' ? others.with(first, joined(system, user)) : [system, ...others];
}

/** One message with the content of both. */
function joined<M extends UserMessage | ToolMessage>(one: M, { content }: UserMessage): M {
  if (typeof one.content === 'string' && typeof content === 'string') {
    return { ...one, content: `${one.content}\n\n${content}` };
  }
  return { ...one, content: [...partsOf(one.content), ...partsOf(content)] };
}

function partsOf(content: string | readonly ContentPart[]): readonly ContentPart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function textOf(content: Message['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

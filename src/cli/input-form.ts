// Owns elicitation in the terminal: an MCP server's form, asked field by field, or a page to visit.

import type { RunOptions } from '../agent/run-options.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { InputAnswer, InputRequest } from '../tool/tool-provider.ts';
import type { Io, Terminal } from './io.ts';
import type { Styled } from './styled.ts';
import { block, exactly, styled } from './styled.ts';

type AskUser = NonNullable<RunOptions['askUser']>;

/** Asks one request at a time. Ctrl-C cancels a request, and the run goes on. `beforeAsk` ends the line that is being written. */
export function createAskUser(terminal: Terminal, { err }: Io, beforeAsk: () => void): AskUser {
  let last: Promise<unknown> = Promise.resolve();

  async function ask({ provider, message, form, url }: InputRequest): Promise<InputAnswer> {
    beforeAsk();
    err.write(styled`The server ${provider} asks: ${block(message)}\n`);
    if (url !== undefined) return await askToVisit(url);
    return await askForm(form ?? {});
  }

  async function askToVisit(url: string): Promise<InputAnswer> {
    err.write(styled`Open this page: ${exactly(url)}\n`);
    const read = await terminal.ask('Done? y: yes, n: no [n] ');
    if (read.type !== 'line') return { action: 'cancel' };
    return { action: /^y(es)?$/i.test(read.text.trim()) ? 'accept' : 'decline' };
  }

  async function askForm({ properties, required }: JsonObject): Promise<InputAnswer> {
    err.write('Nothing is sent until the last field. Leave an optional field empty to skip it; type /no to decline.\n');
    const content: Record<string, JsonValue> = {};
    for (const [name, field] of Object.entries(isObject(properties) ? properties : {})) {
      if (!isObject(field)) continue;
      const isRequired = Array.isArray(required) && required.includes(name);
      const answer = await askField(name, field, isRequired);
      if (answer === 'declined') return { action: 'decline' };
      if (answer === 'cancelled') return { action: 'cancel' };
      if (answer.value !== undefined) content[name] = answer.value;
    }
    return { action: 'accept', content };
  }

  async function askField(
    name: string,
    field: Readonly<Record<string, unknown>>,
    isRequired: boolean,
  ): Promise<{ readonly value: JsonValue | undefined } | 'declined' | 'cancelled'> {
    for (;;) {
      const read = await terminal.ask(promptOf(name, field));
      if (read.type !== 'line') return 'cancelled';
      const text = read.text.trim();
      if (text === '/no') return 'declined';
      if (text === '' && field.default !== undefined) return { value: field.default as JsonValue }; // It was parsed from JSON.
      if (text === '' && !isRequired) return { value: undefined };
      const value = readField(text, field);
      if (value !== undefined) return { value };
      err.write(
        choicesOf(field).length > 0 ? 'Choose from the list.\n' : styled`Enter a valid ${String(field.type)}.\n`,
      );
    }
  }

  return (request) => {
    const asked = last.then(() => ask(request));
    last = asked.catch(() => undefined);
    return asked;
  };
}

function promptOf(name: string, field: Readonly<Record<string, unknown>>): Styled {
  const title = typeof field.title === 'string' ? field.title : name;
  const description = typeof field.description === 'string' ? `, ${field.description}` : '';
  const choices = choicesOf(field);
  const preset = field.default === undefined ? '' : ` [${JSON.stringify(field.default)}]`;
  const shown = choices.length > 0 ? ` (${choices.join(', ')})` : '';
  return styled`${title}${description}${shown}${preset}: `;
}

function choicesOf(field: Readonly<Record<string, unknown>>): readonly string[] {
  const options =
    field.enum ?? field.oneOf ?? (isObject(field.items) ? (field.items.enum ?? field.items.anyOf) : undefined);
  return Array.isArray(options) ? options.map((option) => String(isObject(option) ? option.const : option)) : [];
}

/** Undefined when the text is not a valid value of the field. */
function readField(text: string, field: Readonly<Record<string, unknown>>): JsonValue | undefined {
  const choices = choicesOf(field);
  switch (field.type) {
    case 'boolean':
      return /^(y|yes|true)$/i.test(text) ? true : /^(n|no|false)$/i.test(text) ? false : undefined;
    case 'integer':
    case 'number': {
      const value = Number(text);
      const isFit = text !== '' && Number.isFinite(value) && (field.type === 'number' || Number.isInteger(value));
      return isFit ? value : undefined;
    }
    case 'array': {
      const parts = text.split(',').map((part) => part.trim());
      return parts.every((part) => choices.length === 0 || choices.includes(part)) ? parts : undefined;
    }
    default:
      return choices.length === 0 || choices.includes(text) ? text : undefined;
  }
}

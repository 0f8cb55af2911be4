// Owns what a run says about calls in the text of an answer: those that were taken, and those that stayed text.

import type { ToolCall } from '../../core/message.ts';
import type { RunWarning } from '../../core/run-warning.ts';
import type { RescuedCall } from '../../model/scanner/text-scanner.ts';
import type { LeftCall, TextPlace } from './calls-in-text.ts';

/** Enough to recognise the call; the whole text may be as long as an answer. */
const MAX_SHOWN_CHARS = 500;

interface FoundAt extends Pick<RescuedCall, 'written' | 'format'> {
  readonly place: TextPlace;
}

export function rescuedCallWarning({ id, function: { name } }: ToolCall, found: FoundAt): RunWarning {
  const message =
    `The server left this call in the ${nameOf(found.place)}; it was read from there. Is its tool parser the right one? ` +
    '`rescue` switches this off.';
  return { code: 'call_rescued', message, callId: id, toolName: name, source: sourceOf(found) };
}

export function leftCallWarning({ call, place, reason }: LeftCall): RunWarning {
  const message = `The ${nameOf(place)} holds the text of a call of \`${call.name}\`. It did not run: ${REASONS[reason]}.`;
  return { code: 'call_in_text', message, toolName: call.name, source: sourceOf({ place, ...call }) };
}

const REASONS: Readonly<Record<LeftCall['reason'], string>> = {
  text_after: 'text follows it, so it is mentioned and not made',
  in_sentence: 'it stands in the middle of a sentence, so it is mentioned and not made',
  repeated: 'it repeats the text of a message that the model was given',
  beside_answer: 'it is part of the thinking, and there is an answer beside it',
  not_allowed: 'the request allowed no calls',
  server_parses: 'the server has parsed a call of this conversation, so it parses those that the model makes',
};

function nameOf(place: TextPlace): string {
  return place === 'content' ? 'text of the answer' : 'thinking';
}

function sourceOf({ place, format, written }: FoundAt): NonNullable<RunWarning['source']> {
  const text =
    written.length > MAX_SHOWN_CHARS
      ? `${written.slice(0, MAX_SHOWN_CHARS).replace(/[\uD800-\uDBFF]$/, '')}…`
      : written;
  return { place, format, text };
}

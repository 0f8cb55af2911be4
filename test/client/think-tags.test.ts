// Owns the rules of telling thinking from answer in text: which marks count where, however the text is cut into pieces.

import { describe, expect, test } from 'vitest';
import type { LoneMark } from '../../src/client/lone-mark.ts';
import type { ThinkDelimiters } from '../../src/client/think-delimiters.ts';
import { THINK_TAGS } from '../../src/client/think-delimiters.ts';
import { createThinkSplitter } from '../../src/client/think-tags.ts';

/** Thinking and answer, as a run makes them of the pieces. */
interface Split {
  readonly thinking: string;
  readonly text: string;
}

function splitPieces(pieces: readonly string[], delimiters: ThinkDelimiters, lone: LoneMark): Split {
  const splitter = createThinkSplitter(delimiters, lone);
  let thinking = '';
  let text = '';
  for (const piece of [...pieces.flatMap((part) => splitter.feed(part)), ...splitter.end()]) {
    if (piece.endsThinking) [thinking, text] = [thinking + text, ''];
    if (piece.type === 'content') text += piece.text;
    else thinking += piece.text;
  }
  return { thinking, text };
}

/** Whole, in every two parts, and by single characters: all must give the same. */
function split(text: string, delimiters: ThinkDelimiters, lone: LoneMark): Split {
  const whole = splitPieces([text], delimiters, lone);
  const cuts = Array.from({ length: text.length }, (_, at) => [text.slice(0, at), text.slice(at)]);
  for (const pieces of [...cuts, text.split('')]) expect(splitPieces(pieces, delimiters, lone)).toEqual(whole);
  return whole;
}

describe('a closing mark that nothing opened', () => {
  test.each<[LoneMark, string, Split]>([
    ['anywhere', 'Two and two.</think>Four.', { thinking: 'Two and two.', text: 'Four.' }],
    ['anywhere', 'Two and two. </think> Four.', { thinking: 'Two and two. ', text: 'Four.' }],
    ['anywhere', '</think>\n\nFour.', { thinking: '', text: 'Four.' }],
    ['anywhere', 'Two and two.</think>', { thinking: 'Two and two.', text: '' }],
    ['anywhere', 'A.</think>B.</think>C.', { thinking: 'A.', text: 'B.</think>C.' }],
    ['anywhere', '```\ncode</think>Four.', { thinking: '```\ncode', text: 'Four.' }],
    ['anywhere', 'The mark `</think>` ends it.', { thinking: '', text: 'The mark `</think>` ends it.' }],
    ['anywhere', '"</think>" is it.</think>Yes.', { thinking: '"</think>" is it.', text: 'Yes.' }],
    ['anywhere', 'Write <think>a</think> first.', { thinking: '', text: 'Write <think>a</think> first.' }],
    ['anywhere', '<think>A.</think>Say </think> now.', { thinking: 'A.', text: 'Say </think> now.' }],
    ['anywhere', 'No mark, </thin.', { thinking: '', text: 'No mark, </thin.' }],
    ['abutting', 'Two and two.</think>Four.', { thinking: 'Two and two.', text: 'Four.' }],
    ['abutting', 'Two and two. </think>\n\nFour.', { thinking: 'Two and two. ', text: 'Four.' }],
    ['abutting', 'Two and two.\n</think>Four.', { thinking: 'Two and two.\n', text: 'Four.' }],
    ['abutting', 'Close it with </think> and go on.', { thinking: '', text: 'Close it with </think> and go on.' }],
    ['abutting', 'Close it (</think>) here.', { thinking: '', text: 'Close it (</think>) here.' }],
    ['abutting', 'So:\n```\na\n</think>\n```\nThere.', { thinking: '', text: 'So:\n```\na\n</think>\n```\nThere.' }],
    ['own_line', 'Two.\n</think>\nFour.', { thinking: 'Two.\n', text: 'Four.' }],
    ['own_line', 'Two.</think>\nFour.', { thinking: '', text: 'Two.</think>\nFour.' }],
    ['own_line', 'Say </think> now.\n</think>\nYes.', { thinking: 'Say </think> now.\n', text: 'Yes.' }],
    ['own_line', 'So:\n```\n</think>\n```\nThere.', { thinking: '', text: 'So:\n```\n</think>\n```\nThere.' }],
    ['never', 'Two.\n</think>\nFour.', { thinking: '', text: 'Two.\n</think>\nFour.' }],
  ])('where it counts %s: %j', (lone, text, parts) => {
    expect(split(text, THINK_TAGS, lone)).toEqual(parts);
  });
});

const TOKENS: ThinkDelimiters = {
  open: '<|say|>thought\n',
  close: '<say|>',
  alsoOpen: ['<|say|>'],
  areTokens: true,
  answer: { open: ['<|tell|>'], close: ['<tell|>'] },
  drop: ['<|turn|>'],
  label: 'thought\n',
};

describe('marks that are tokens', () => {
  test.each<[string, Split]>([
    ['<|say|>Two.<say|>Four.', { thinking: 'Two.', text: 'Four.' }],
    ['<|say|>thought\nTwo.<say|>Four.', { thinking: 'Two.', text: 'Four.' }],
    ['<|say|>thoughtful<say|>Four.', { thinking: 'thoughtful', text: 'Four.' }],
    ['Hm,\n<|say|>Two.<say|>\nfour.', { thinking: 'Two.', text: 'Hm,\n\nfour.' }],
    ['<|say|>A.<say|>B.<|say|>C.<say|>D.', { thinking: 'A.C.', text: 'B.D.' }],
    ['Two.<say|>Four.', { thinking: 'Two.', text: 'Four.' }],
    ['<|say|>A.<say|>B.<say|>C.', { thinking: 'A.', text: 'B.C.' }],
    ['<|say|>Two.<say|><|tell|>Four.<tell|>', { thinking: 'Two.', text: 'Four.' }],
    ['<|tell|>Four.<tell|>', { thinking: '', text: 'Four.' }],
    ['<|turn|><|say|>T<|turn|>wo.<say|>Fo<|turn|>ur.<|turn|>', { thinking: 'Two.', text: 'Four.' }],
    ['<|say|><|turn|>thought\nTwo.<say|>Four.', { thinking: 'Two.', text: 'Four.' }],
    ['thought\nFour.', { thinking: '', text: 'Four.' }],
    ['A thought\nof mine.', { thinking: '', text: 'A thought\nof mine.' }],
    ['<|say|>Two.<sa', { thinking: 'Two.<sa', text: '' }],
    ['<|say|>Two.<say|', { thinking: 'Two.', text: '' }],
    ['<|sa', { thinking: '', text: '' }],
    ['2 <| 3', { thinking: '', text: '2 <| 3' }],
  ])('count wherever they stand: %j', (text, parts) => {
    expect(split(text, TOKENS, 'abutting')).toEqual(parts);
  });

  test('and close other parts too say nothing of thinking where nothing opened it', () => {
    const shared: ThinkDelimiters = { open: '<|think|>', close: '<|end|>', areTokens: true, closesOthers: true };
    expect(split('<|call|>{}<|end|>', shared, 'anywhere')).toEqual({ thinking: '', text: '<|call|>{}<|end|>' });
    expect(split('<|think|>A.<|end|><|call|>{}<|end|>', shared, 'anywhere')).toEqual({
      thinking: 'A.',
      text: '<|call|>{}<|end|>',
    });
  });
});

describe('marks around the answer', () => {
  const wrapped: ThinkDelimiters = { ...THINK_TAGS, answer: { open: ['<answer>'], close: ['</answer>'] } };

  test.each<[string, Split]>([
    ['<think>\nTwo.\n</think>\n<answer>\nFour.\n</answer>', { thinking: 'Two.', text: 'Four.\n' }],
    ['<think>\n\n</think>\n<answer>\nFour.\n</answer>\n', { thinking: '', text: 'Four.\n' }],
    ['<answer>Four.</answer>', { thinking: '', text: 'Four.' }],
    ['<think>Two.</think><answer>It was cut', { thinking: 'Two.', text: 'It was cut' }],
    ['<answer>Say </answer> at the end.</answer>', { thinking: '', text: 'Say </answer> at the end.' }],
    ['<think>Two.</think>Put it in <answer>.', { thinking: 'Two.', text: 'Put it in <answer>.' }],
    ['It ends in </answer>', { thinking: '', text: 'It ends in </answer>' }],
  ])('are dropped: %j', (text, parts) => {
    expect(split(text, wrapped, 'never')).toEqual(parts);
  });

  test.each<[string, Split]>([
    ['<think:6124c78e>Two.</think:6124c78e>Four.', { thinking: 'Two.', text: 'Four.' }],
    ['Two.</think:6124c78e>Four > three.', { thinking: 'Two.', text: 'Four > three.' }],
    ['<think>Two.</think>Four.', { thinking: 'Two.', text: 'Four.' }],
    ['Two.</think:6124c78e>', { thinking: 'Two.', text: '' }],
  ])('of thinking may have an ending that the checkpoint chooses: %j', (text, parts) => {
    const ended = { ...THINK_TAGS, alsoOpen: ['<think:'], alsoClose: ['</think:'] };
    expect(split(text, ended, 'anywhere')).toEqual(parts);
  });

  test('may be words', () => {
    const words: ThinkDelimiters = {
      open: 'Here is my thought process:',
      close: 'Here is my response:',
      alsoOpen: ["Here's my thought process:"],
      alsoClose: ["Here's my response:"],
    };
    const said = "Here's my thought process: Two. Here is my response: Four.";
    expect(split(said, words, 'abutting')).toEqual({ thinking: 'Two.', text: 'Four.' });
  });
});

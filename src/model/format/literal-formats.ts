// Owns the formats in which arguments are literals of Python or of Gemma. Which family writes which
// format is in `../profile/families.ts`.

import type { CallFormat } from './call-format.ts';
import { gemmaCalls } from './read-gemma.ts';
import { PYTHON_QUOTES, readPythonCalls } from './read-python.ts';

export const PYTHONIC: CallFormat = {
  name: 'pythonic',
  open: ['<|python_start|>'],
  bare: (name) => [`[${name}(`],
  read: readPythonCalls,
  quotes: PYTHON_QUOTES,
  trail: ['<|python_end|>', '<|eom_id|>'],
  tag: { trigger: (name) => `[${name}(`, begin: (name) => `[${name}(`, end: ')]', content: 'python' },
};

export const LFM2: CallFormat = {
  name: 'lfm2',
  open: ['<|tool_call_start|>'],
  close: ['<|tool_call_end|>'],
  read: readPythonCalls,
  quotes: PYTHON_QUOTES,
  tag: {
    trigger: '<|tool_call_start|>',
    begin: (name) => `<|tool_call_start|>[${name}(`,
    end: ')]<|tool_call_end|>',
    content: 'python',
  },
};

export const OLMO: CallFormat = {
  name: 'olmo',
  open: ['<function_calls>'],
  close: ['</function_calls>'],
  read: readPythonCalls,
  quotes: PYTHON_QUOTES,
  tag: {
    trigger: '<function_calls>',
    begin: (name) => `<function_calls>\n${name}(`,
    end: ')\n</function_calls>',
    content: 'python',
  },
};

export const GEMMA: CallFormat = {
  name: 'gemma',
  open: ['<|tool_call>'],
  close: ['<tool_call|>'],
  read: gemmaCalls('<|"|>'),
  quotes: ['<|"|>'],
  tag: { trigger: '<|tool_call>', begin: (name) => `<|tool_call>call:${name}{`, end: '}<tool_call|>', content: 'text' },
};

export const FUNCTION_GEMMA: CallFormat = {
  name: 'function_gemma',
  open: ['<start_function_call>'],
  close: ['<end_function_call>'],
  read: gemmaCalls('<escape>'),
  quotes: ['<escape>'],
  tag: {
    trigger: '<start_function_call>',
    begin: (name) => `<start_function_call>call:${name}{`,
    end: '}<end_function_call>',
    content: 'text',
  },
};

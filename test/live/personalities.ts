// Owns the kinds of server that the live suite tries, by the flags that vLLM is started with.

import { fileURLToPath } from 'node:url';

export interface LivePersonality {
  readonly name: string;
  readonly flags: readonly string[];
  readonly apiKey: string | undefined;
  readonly hasToolParser: boolean;
  readonly hasReasoningParser: boolean;
}

const TEMPLATE = fileURLToPath(new URL('tools.jinja', import.meta.url));

export const PERSONALITIES: readonly LivePersonality[] = [
  {
    name: 'tool parser hermes',
    flags: [
      '--enable-auto-tool-choice',
      '--tool-call-parser',
      'hermes',
      '--chat-template',
      TEMPLATE,
      '--enable-prompt-tokens-details',
      '--enable-server-load-tracking',
    ],
    apiKey: undefined,
    hasToolParser: true,
    hasReasoningParser: false,
  },
  {
    name: 'reasoning parser and API key',
    flags: [
      '--enable-auto-tool-choice',
      '--tool-call-parser',
      'qwen3_xml',
      '--reasoning-parser',
      'qwen3',
      '--chat-template',
      TEMPLATE,
      '--api-key',
      'live-key',
      '--enable-prompt-tokens-details',
    ],
    apiKey: 'live-key',
    hasToolParser: true,
    hasReasoningParser: true,
  },
  { name: 'no flags', flags: [], apiKey: undefined, hasToolParser: false, hasReasoningParser: false },
];

// Owns the ways in which templates switch thinking on and off, as request fields. Which family has which is in `families.ts`.

import type { ModelParams } from '../model-params.ts';

const SWITCHES = {
  enable_thinking: kwargs((isOn) => ({ enable_thinking: isOn })),
  thinking: kwargs((isOn) => ({ thinking: isOn })),
  both: kwargs((isOn) => ({ enable_thinking: isOn, thinking: isOn })),
  thinking_mode: kwargs((isOn) => ({ thinking_mode: isOn ? 'enabled' : 'disabled' })),
  /** An effort that the template reads, with a name for none. */
  no_think: kwargs((isOn) => ({ reasoning_effort: isOn ? 'high' : 'no_think' })),
  /** An effort that the template reads. The model always thinks; the lowest effort comes closest to off. */
  template_effort: kwargs((isOn) => ({ reasoning_effort: isOn ? 'high' : 'low' })),
  effort_or_none: { on: { reasoning_effort: 'high' }, off: { reasoning_effort: 'none' } },
  /** The model always thinks; the lowest effort comes closest to off. */
  effort: { on: { reasoning_effort: 'medium' }, off: { reasoning_effort: 'low' } },
  always: { on: {}, off: {} },
  never: { on: {}, off: {} },
} as const satisfies Record<string, { readonly on: ModelParams; readonly off: ModelParams }>;

/** The template's switch for thinking. `always` and `never`: there is no switch, and the model always or never thinks. */
export type ThinkingSwitch = keyof typeof SWITCHES;

/** The request fields that switch thinking on or off; empty where there is no switch. */
export function switchFields(thinking: ThinkingSwitch, isOn: boolean): ModelParams {
  return SWITCHES[thinking][isOn ? 'on' : 'off'];
}

function kwargs(fields: (isOn: boolean) => Readonly<Record<string, string | boolean>>): {
  readonly on: ModelParams;
  readonly off: ModelParams;
} {
  return { on: { chat_template_kwargs: fields(true) }, off: { chat_template_kwargs: fields(false) } };
}

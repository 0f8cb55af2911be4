// Owns printing the doctor's findings: one line each, the remedy below it. Collecting them is left to `doctor.ts`.

import { styleText } from 'node:util';
import type { Io } from '../io.ts';
import { harmless } from '../render.ts';
import type { Finding } from './finding.ts';

const MARKS = { good: '✓', note: '!', bad: '✗', skipped: '-' } as const;
const COLOURS = { good: 'green', note: 'yellow', bad: 'red', skipped: 'dim' } as const;
const CHECK_COLUMNS = 19;

export function findingLine({ check, status, message, remedy }: Finding, { out, env }: Io): string {
  const isColoured = out.isTty && (env.NO_COLOR ?? '') === '';
  const mark = isColoured ? styleText(COLOURS[status], MARKS[status], { validateStream: false }) : MARKS[status];
  const lines = [`${mark} ${check.padEnd(CHECK_COLUMNS)} ${harmless(message)}`];
  if (remedy !== undefined) lines.push(`${' '.repeat(CHECK_COLUMNS + 3)}-> ${harmless(remedy)}`);
  return `${lines.join('\n')}\n`;
}

// Owns printing the doctor's findings: one line each, the remedy below it. Collecting them is left to `doctor.ts`.

import { visibleLine } from '../../core/visible.ts';
import { padCells } from '../cells.ts';
import type { Io } from '../io.ts';
import type { Styled } from '../styled.ts';
import { block, join, paint, styled } from '../styled.ts';
import type { Finding } from './finding.ts';

const MARKS = { good: '✓', note: '!', bad: '✗', skipped: '-' } as const;
const COLOURS = { good: 'green', note: 'yellow', bad: 'red', skipped: 'dim' } as const;
const CHECK_COLUMNS = 19;

export function findingLine({ check, status, message, remedy }: Finding, { out, env }: Io): Styled {
  const isColoured = out.isTty && (env.NO_COLOR ?? '') === '';
  const mark = isColoured ? paint(COLOURS[status], MARKS[status]) : MARKS[status];
  const lines = [styled`${mark} ${padCells(visibleLine(check), CHECK_COLUMNS)} ${block(message)}`];
  for (const [at, part] of remedy?.split('\n').entries() ?? [])
    lines.push(styled`${' '.repeat(CHECK_COLUMNS + 3)}${at === 0 ? '->' : '  '} ${block(part)}`);
  return styled`${join(lines, '\n')}\n`;
}

// Owns what the doctor finds, as data. Finding it is left to the checks, showing it to `report.ts`.

export interface Finding {
  /** What was looked at, in two or three words. */
  readonly check: string;
  /** `bad`: something does not work. `note`: it works, and could do better. `skipped`: it could not be looked at. */
  readonly status: 'good' | 'note' | 'bad' | 'skipped';
  readonly message: string;
  /** What to do, exactly: flags ready to paste, a variable, a field. */
  readonly remedy?: string;
  /** Whether an agent cannot run with it. */
  readonly isFatal?: boolean;
}

export function good(check: string, message: string): Finding {
  return { check, status: 'good', message };
}

export function note(check: string, message: string, remedy?: string): Finding {
  return { check, status: 'note', message, ...(remedy !== undefined && { remedy }) };
}

export function bad(check: string, message: string, remedy?: string): Finding {
  return { check, status: 'bad', message, ...(remedy !== undefined && { remedy }) };
}

export function fatal(check: string, message: string, remedy?: string): Finding {
  return { ...bad(check, message, remedy), isFatal: true };
}

export function skipped(check: string, message: string): Finding {
  return { check, status: 'skipped', message };
}

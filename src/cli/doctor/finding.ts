// Owns the doctor's findings as data. Making them is left to the checks, printing them to `report.ts`.

export interface Finding {
  /** What was checked, in two or three words. */
  readonly check: string;
  /** `bad`: something does not work. `note`: it works, and could work better. `skipped`: it could not be checked. */
  readonly status: 'good' | 'note' | 'bad' | 'skipped';
  readonly message: string;
  /** How to fix it: flags ready to paste, a variable, a field. */
  readonly remedy?: string;
  /** Whether agents cannot run because of it. */
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

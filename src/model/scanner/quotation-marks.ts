// Owns quotation marks of all scripts: which one is open. How far a quotation goes is left to `quotation.ts`.

/** What closes each mark that opens. */
const PAIRS: Readonly<Record<string, string>> = {
  '“': '”',
  '‘': '’',
  '„': '“”',
  '‚': '‘’',
  '«': '»',
  '»': '«',
  '‹': '›',
  '›': '‹',
  '「': '」',
  '『': '』',
  '《': '》',
  '〈': '〉',
  '"': '"',
  "'": "'",
};

export interface QuotationMarks {
  readonly take: (character: string) => void;
  readonly isOpen: () => boolean;
  readonly clear: () => void;
}

/** One pair at a time: quotations within a quotation change nothing. */
export function createQuotationMarks(): QuotationMarks {
  let open = '';
  let before = ' ';
  /** A single quotation mark that closes, unless a letter follows: then it is an apostrophe. */
  let mayClose = false;

  function take(character: string): void {
    if (mayClose && !/[\p{L}\p{N}]/u.test(character)) open = '';
    mayClose = false;
    const ends = PAIRS[open] ?? '';
    if (open !== '') {
      if (ends.includes(character)) {
        if (open === "'") mayClose = true;
        else open = '';
      }
    } else if (PAIRS[character] !== undefined && opens(character)) open = character;
    before = character;
  }

  /** A straight mark opens only where a word may begin; after a letter or a digit it is an apostrophe or a unit. */
  function opens(character: string): boolean {
    return (character !== '"' && character !== "'") || !/[\p{L}\p{N}]/u.test(before);
  }

  return {
    take,
    isOpen: () => open !== '' && !mayClose,
    clear: () => {
      open = '';
      mayClose = false;
      before = ' ';
    },
  };
}

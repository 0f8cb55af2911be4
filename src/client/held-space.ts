// Owns white space that waits for what follows it. It is not looked at again, and so costs nothing however long it grows.

export interface HeldSpace {
  readonly hold: (text: string) => void;
  /** Gives it, and holds nothing more. */
  readonly take: () => string;
  readonly drop: () => void;
  readonly length: () => number;
}

export function createHeldSpace(): HeldSpace {
  let parts: string[] = [];
  let length = 0;

  function drop(): void {
    parts = [];
    length = 0;
  }

  return {
    hold: (text) => {
      if (text === '') return;
      parts.push(text);
      length += text.length;
    },
    take: () => {
      const text = parts.join('');
      drop();
      return text;
    },
    drop,
    length: () => length,
  };
}

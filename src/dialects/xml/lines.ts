// Owns: turning an offset into a text into line and column, both counted from 1, columns in UTF-16 units as editors do.
import type { Mark } from '../problems.ts';

/** A function from offset to place. CR LF, LF and a lone CR each end a line (XML 1.0 section 2.11). */
export function lineFinder(text: string): (offset: number) => Mark {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 10 || (char === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
}

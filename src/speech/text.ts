// Owns: text before it is spoken: nothing in it that is not to be heard, and not too much of it at once.

export const maxTextLength = 10_000;
/** About half a minute of speech; below this the engine hears whole paragraphs and sets its own pauses. */
export const pieceLength = 400;

/** Controls, line ends and halves of surrogate pairs become spaces. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function segmenter(language: string): Intl.Segmenter {
  try {
    return new Intl.Segmenter(language, { granularity: 'sentence' });
  } catch {
    return new Intl.Segmenter('en', { granularity: 'sentence' });
  }
}

/** Cut at a space where there is one in the second half. */
function* cut(sentence: string): Generator<string> {
  let rest = sentence;
  while (rest.length > pieceLength) {
    const space = rest.lastIndexOf(' ', pieceLength);
    let at = space > pieceLength / 2 ? space : pieceLength;
    if (/[\ud800-\udbff]/.test(rest[at - 1]!)) at -= 1;
    yield rest.slice(0, at);
    rest = rest.slice(at);
  }
  yield rest;
}

/** Whole sentences, as many together as fit into a piece. Expects a text that was cleaned. */
export function splitText(text: string, language: string): readonly string[] {
  if (text.length <= pieceLength) return text === '' ? [] : [text];
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of segmenter(language).segment(text)) {
    for (const part of cut(segment)) {
      if (piece.length + part.length > pieceLength) {
        pieces.push(piece);
        piece = '';
      }
      piece += part;
    }
  }
  pieces.push(piece);
  return pieces.map((part) => part.trim()).filter((part) => part !== '');
}

// Owns: the names that stand in a story (the application's address, the dialled number, addresses of phones) and the real
// ones that a live run puts in their place; both ways, in any text.
export interface StandIns {
  toReal(text: string): string;
  toStory(text: string): string;
}

/** Real names must be unlike anything else that a story may hold. */
export function createStandIns(pairs: readonly { readonly story: string; readonly real: string }[]): StandIns {
  // The longest first: `a@x` may stand inside of `aa@x`.
  const ordered = [...pairs].sort((a, b) => b.story.length - a.story.length);
  return {
    toReal: (text) => ordered.reduce((done, { story, real }) => done.replaceAll(story, real), text),
    toStory: (text) => ordered.reduce((done, { story, real }) => done.replaceAll(real, story), text),
  };
}

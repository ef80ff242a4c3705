/** Sentences of an event, and characters of a sentence, at most: 20 × 1,000 characters, each six bytes at worst, are 120 KB. */
const mostSentences = 20;
const mostCharacters = 1000;

/**
 * Sentences as an event can carry them: the first of them, the longest cut, and how many more there are as the last one. EventBridge takes 1 MB, and took
 * 256 KB until January 2026 (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html), which targets may still hold to.
 */
export function bounded(sentences: readonly string[]): string[] {
  return boundedCounts(sentences.map((sentence) => ({ sentence, count: '' })));
}

/** The same, of sentences that each end in a count, which is not cut off: 'page 4: HTTP 403' and ' (2 page ranges)'. */
export function boundedCounts(
  counted: readonly { readonly sentence: string; readonly count: string }[],
): string[] {
  const shown = counted.length > mostSentences ? counted.slice(0, mostSentences - 1) : counted;
  const more = counted.length - shown.length;
  const told = shown.map(({ sentence, count }) => {
    const room = mostCharacters - count.length;
    return (sentence.length > room ? `${cut(sentence, room - 1)}…` : sentence) + count;
  });
  return more === 0 ? told : [...told, `and ${more.toLocaleString('en')} more`];
}

/** Never in the middle of a character that takes two UTF-16 units. */
function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

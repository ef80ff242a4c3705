/** At most this many problems are spelled out; a run that is wrong everywhere need not say so a million times. */
const spelledOut = 20;

/** Sentences of one kind: the first twenty, and how many there are. */
export class Sentences {
  readonly first: string[] = [];
  count = 0;

  add(sentence: string): void {
    this.count++;
    if (this.first.length < spelledOut) this.first.push(sentence);
  }

  /** The first few, and how many more there are. */
  inShort(most = 3): string {
    const more = this.count - Math.min(most, this.first.length);
    const shown = this.first.slice(0, most).join('; ');
    return more > 0 ? `${shown}; and ${more.toLocaleString('en')} more` : shown;
  }
}

/** All sentences of several kinds, as many as are spelled out at most, and how many more there are. */
export function spellOut(kinds: readonly Sentences[]): string[] {
  const all = kinds.flatMap(({ first }) => first).slice(0, spelledOut);
  const count = kinds.reduce((sum, kind) => sum + kind.count, 0);
  return count > all.length ? [...all, `and ${count - all.length} more problems`] : all;
}

import type { Plan } from '../../plan/plan';
import { Sentences, spellOut } from './sentences';
import type { Check, CheckName, Verification } from './verification';

type Numbers = Pick<Check, 'expected' | 'found'>;

/** What verification came to. */
export interface Judged {
  readonly verdict: Verification['verdict'];
  readonly checks: readonly Check[];
  /** One sentence for each way in which the run falls short. */
  readonly problems: readonly string[];
  /** One sentence for each way in which it falls short and may be published all the same. */
  readonly warnings: readonly string[];
}

/** Collects checks, and applies the dataset's policy to those that may fall short. */
export class Judgement {
  readonly #checks: Check[] = [];
  readonly #problems: Sentences[] = [];
  readonly #warnings: Sentences[] = [];
  readonly #inherited: Sentences[] = [];

  constructor(readonly plan: Pick<Plan, 'verification'>) {}

  passed(name: CheckName, sentence: string, numbers: Numbers = {}): void {
    this.#checks.push({ name, outcome: 'passed', sentence, ...numbers });
  }

  /** It does not apply; the sentence says why. */
  skipped(name: CheckName, sentence: string): void {
    this.#checks.push({ name, outcome: 'skipped', sentence });
  }

  failed(name: CheckName, found: string | Sentences, numbers: Numbers = {}): void {
    this.#problems.push(this.#fallsShort(name, 'failed', found, numbers));
  }

  warned(name: CheckName, found: string | Sentences, numbers: Numbers = {}): void {
    this.#warnings.push(this.#fallsShort(name, 'warned', found, numbers));
  }

  /** The table that a run is merged into falls short; told after, and counted apart from, what the run itself falls short of. */
  inherited(name: CheckName, found: Sentences): void {
    this.#inherited.push(this.#fallsShort(name, 'warned', found, {}));
  }

  /** Passes where nothing was found. */
  none(name: CheckName, found: Sentences, sentence: string, numbers: Numbers = {}): void {
    if (found.count === 0) this.passed(name, sentence, numbers);
    else this.failed(name, found, numbers);
  }

  /** Falls short by a share of the records, 0 to 1, which the dataset may tolerate. */
  short(name: CheckName, found: string | Sentences, share: number, numbers: Numbers = {}): void {
    const { ifShort, tolerance } = this.plan.verification;
    if (ifShort === 'publish-with-warning' && share <= tolerance) this.warned(name, found, numbers);
    else this.failed(name, found, numbers);
  }

  judged(): Judged {
    const isShort = this.#problems.length > 0;
    const isWarned = this.#warnings.length + this.#inherited.length > 0;
    return {
      verdict: isShort ? 'short' : isWarned ? 'warned' : 'complete',
      checks: this.#checks,
      problems: spellOut(this.#problems),
      warnings: [...spellOut(this.#warnings), ...spellOut(this.#inherited)],
    };
  }

  #fallsShort(
    name: CheckName,
    outcome: 'failed' | 'warned',
    found: string | Sentences,
    numbers: Numbers,
  ): Sentences {
    const sentences = typeof found === 'string' ? new Sentences() : found;
    if (typeof found === 'string') sentences.add(found);
    this.#checks.push({ name, outcome, sentence: sentences.inShort(), ...numbers });
    return sentences;
  }
}

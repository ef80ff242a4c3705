import { ConfigurationError } from '../../../core/errors';
import type { Dataset, Source } from '../../../core/source/source';
import { type Environment, schedulesHere } from '../../environments';

/** What a page says of its end that stands for all of an environment. */
export function okIsNoProof(environment: string): string {
  return `OK comes by itself, and is no proof that anything was loaded: npx baseload status --env ${environment} tells.`;
}

/** Characters that an alarm's description may have (CloudWatch, PutMetricAlarm and PutCompositeAlarm). */
const longestDescription = 1024;

/** Characters of it that are for what becomes of those who rely on the data. */
const longestConsequences = 400;

/** What the description of an alarm is made of. */
export interface Explanation {
  /** What it means for those who rely on the data; sentences. */
  readonly meaning: string;
  /** The command to begin with. */
  readonly first: string;
  /** Of docs/runbook.md; for an alarm that gathers others, the kinds are the headings. @default the page as a whole */
  readonly heading?: string;
}

/** What an alarm says of itself: what it means, what to do first, where to read on. */
export function explanation({ meaning, first, heading }: Explanation): string {
  const page = `docs/runbook.md${heading === undefined ? '' : `#${heading}`}`;
  const text = `${meaning}\n\nFirst: ${first}\n\nThen: ${page}`;
  if (text.length <= longestDescription) return text;
  throw new ConfigurationError(
    `the description of an alarm would have ${text.length} characters, and CloudWatch allows ${longestDescription}: shorten names or ifLate of ${first}`,
  );
}

/** What it means that a dataset is late, in the words of its declaration; else what can be said of any. */
export function consequenceOf(source: string, { name, ifLate }: Pick<Dataset, 'name' | 'ifLate'>): string {
  return ifLate === undefined
    ? `Readers of ${source}/${name} see old data.`
    : sentence(ifLate.length > longestConsequences ? `${ifLate.slice(0, longestConsequences - 1)}…` : ifLate);
}

/**
 * What a fault of a source may mean, of as many of its datasets as there is room for: of those that load by themselves here, and of those whose
 * declaration says what is bad about a late load. Nobody is waiting for the others.
 */
export function consequencesOf(environment: Environment, source: Source): string {
  const said: string[] = [];
  for (const dataset of source.datasets) {
    const isAwaited = schedulesHere(environment, source, dataset).length > 0;
    const one = consequenceOf(source.name, dataset);
    if (said.includes(one) || !(isAwaited || dataset.ifLate !== undefined)) continue;
    if ([...said, one].join(' ').length > longestConsequences) break;
    said.push(one);
  }
  return said.length > 0 ? said.join(' ') : `Readers of ${source.name}'s tables see old data.`;
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

import { ConfigurationError } from '../../core/errors';
import type { DeadLetter } from '../../core/run/dead/dead-letter';
import { reasonKey } from '../../core/run/dead/reason-pattern';

/** Which letters of a DLQ are meant: all, or those that every option names. */
export interface LetterFilter {
  /** Part of the reason or of the error's name, in upper or lower case; '#' for any number. */
  readonly reason?: string | undefined;
  /** Its name, with or without the source's. */
  readonly dataset?: string | undefined;
  readonly run?: string | undefined;
}

/** A source and, where it was named as 'source/dataset', the dataset. */
export function readSourceName(
  name: string,
  dataset: string | undefined,
): { readonly source: string; readonly dataset: string | undefined } {
  const [source = '', named, ...more] = name.split('/');
  if (!/^[a-z0-9][a-z0-9-]*$/.test(source) || more.length > 0 || named === '') {
    throw new ConfigurationError(`'${name}' names no source: say one such as geonames`);
  }
  const [ownSource, own] = dataset?.includes('/') ? dataset.split('/') : [source, dataset];
  if (ownSource !== source) {
    throw new ConfigurationError(
      `dataset '${dataset}' is not one of source '${source}': each source has a DLQ of its own`,
    );
  }
  if (named !== undefined && own !== undefined && named !== own) {
    throw new ConfigurationError(`'${name}' and --dataset ${dataset} name two datasets: leave one out`);
  }
  return { source, dataset: own ?? named };
}

/** Whether nothing is left out. */
export function isEverything({ reason, dataset, run }: LetterFilter): boolean {
  return reason === undefined && dataset === undefined && run === undefined;
}

/** The letters that a filter means. */
export function chooses({ reason, dataset, run }: LetterFilter): (letter: DeadLetter) => boolean {
  const part = reason?.toLowerCase();
  return (letter) => {
    const { message } = letter;
    if (dataset !== undefined && message?.dataset !== dataset) return false;
    if (run !== undefined && message?.runId !== run) return false;
    if (part === undefined) return true;
    const slice = message?.range.slice ?? 'all';
    const texts = [letter.reason, letter.error, letter.failure, reasonKey({ reason: letter.reason, slice })];
    return texts.some((text) => hasPart(text.toLowerCase(), part));
  };
}

/** '#' in what is looked for stands for any number, as it does where reasons are shown. */
function hasPart(text: string, part: string): boolean {
  if (text.includes(part)) return true;
  if (!part.includes('#')) return false;
  const pattern = part.split('#').map((one) => one.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(pattern.join('[^\\s]+?')).test(text);
}

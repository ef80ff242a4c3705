import { count, counted, duration } from '../format';
import { LiveLine } from '../live-line';

/** How far a look at the source after a run's own pages is. */
export interface LookProgress {
  /** From 1. */
  readonly look: number;
  /** 'edges' reads the edges of page ranges again, anything else what has moved. */
  readonly kind: string;
  /** Ranges that are there. */
  readonly done: number;
  readonly of: number;
}

/** What is known of a run that is under way. */
export interface Progress {
  /** Set once all pages are there and the source is looked at again. */
  readonly look?: LookProgress | undefined;
  readonly pages: number;
  /** Undefined while nobody knows where the pages end. */
  readonly pagesPlanned: number | undefined;
  readonly records: number;
  /** The records of what was there when the load began are not among `records`. */
  readonly continued: boolean;
  /** Ranges that are known and not there yet. */
  readonly rangesOpen: number;
  /** Of those, the ones at which an attempt has failed since the load began. */
  readonly rangesFailed: number;
  /** Over the last seconds. */
  readonly requestsPerSecond: number;
  /** Of a replay, which asks the source for nothing: since the load began. Undefined where the source is asked. */
  readonly pagesPerSecond: number | undefined;
  readonly throttled: number;
  readonly retries: number;
  /** How often a range was put off because the source asked for a long wait. */
  readonly parked: number;
  /** Undefined until there is something to judge by. */
  readonly secondsLeft: number | undefined;
}

const barWidth = 28;

/**
 * One line: bar, share, pages, records, rate, throttles, time left; no share and no time left of what has no known end, and no requests of
 * a replay.
 */
export function progressLine(progress: Progress): string {
  if (progress.look) return [lookLine(progress.look), ...rate(progress)].join('  ');
  const { pages, pagesPlanned, rangesOpen, rangesFailed, retries } = progress;
  const sofar =
    pagesPlanned === undefined
      ? [counted(pages, 'page')]
      : [bar(progress, pagesPlanned), `${count(pages)}/${counted(pagesPlanned, 'page')}`];
  const parts = [
    ...sofar,
    ...recordsSoFar(progress),
    ...(pagesPlanned === undefined ? [`${counted(rangesOpen, 'range')} open`] : []),
    ...rate(progress),
    ...(retries > 0 ? [retries === 1 ? '1 retry' : `${count(retries)} retries`] : []),
    ...(rangesFailed > 0 ? [`${counted(rangesFailed, 'range')} failed`] : []),
    ...(progress.parked > 0 ? [`${counted(progress.parked, 'range')} parked`] : []),
    ...outlook(progress),
  ];
  return parts.join('  ');
}

/** A worker tells of its records a moment after they are in the lake: until then nobody knows how many are in the pages that are there. */
function recordsSoFar({ pages, records, continued }: Progress): string[] {
  if (records === 0 && pages > 0) return [];
  return [counted(records, continued ? 'more record' : 'record')];
}

function lookLine({ look, kind, done, of }: LookProgress): string {
  const again = look === 1 ? 'looking again' : `looking again, look ${look}`;
  if (kind === 'edges') return `${again}: ${count(done)} of ${counted(of, 'edge')}`;
  return `${again}: ${count(done)} of ${counted(of, 'range')} that moved`;
}

function rate({ requestsPerSecond, pagesPerSecond, throttled }: Progress): string[] {
  if (pagesPerSecond === undefined)
    return [`${requestsPerSecond.toFixed(1)} requests/s`, `${count(throttled)} throttled`];
  return [pagesPerSecond > 0 ? `${pagesPerSecond.toFixed(1)} pages/s from raw` : 'from raw'];
}

/** A source that lets nobody ask makes every estimate wrong, and looks like a program that hangs. */
function outlook(progress: Progress): string[] {
  const { pages, pagesPlanned, requestsPerSecond, throttled, rangesOpen, rangesFailed, secondsLeft } =
    progress;
  if (requestsPerSecond === 0 && throttled > 0 && pages !== pagesPlanned)
    return ['waiting, as the source asked'];
  // What has failed comes at no pace
  if (rangesFailed > 0 && rangesFailed >= rangesOpen) return ['trying again what failed'];
  if (pagesPlanned === undefined) return [];
  return [secondsLeft === undefined ? 'estimating' : `${duration(secondsLeft)} left`];
}

/** Never full while a range is missing: its pages may all have come, and it is not in the lake. */
function bar({ pages, rangesOpen }: Progress, pagesPlanned: number): string {
  const most = rangesOpen > 0 ? 0.99 : 1;
  const share = Math.min(most, pagesPlanned === 0 ? 1 : pages / pagesPlanned);
  const filled = Math.floor(share * barWidth);
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${String(Math.floor(share * 100)).padStart(3)} %`;
}

/** Shows progress: redrawn in place on a terminal, a line now and then elsewhere. */
export class ProgressDisplay extends LiveLine {
  update(progress: Progress): void {
    this.draw(`  ${progressLine(progress)}`);
  }
}

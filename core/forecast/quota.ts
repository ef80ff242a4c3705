import { slowestPerMinute } from '../source/check/inconsistent-limits';
import type { Limits } from '../source/source';
import type { ForecastExtent, Span } from './extent';

/** How far the requests that a source allows a day go. */
export interface ForecastQuota {
  readonly perDay: number;
  /** Of a day's requests, that the run takes; absent where nobody knows how much there is. */
  readonly share?: Span;
  readonly days?: Span;
  /** Records that a day's requests are enough for; only where nobody knows how much there is. */
  readonly records?: number;
  readonly exceeded: boolean;
  /** How to keep to it, one sentence; only where it is exceeded. */
  readonly advice?: string;
}

export interface QuotaFacts {
  readonly known: ForecastExtent['known'];
  readonly requests: Span;
  readonly limits: Pick<Limits, 'lanes'>;
  /** Requests that so many records take, where nobody knows how many there are. */
  requestsOf(records: number): number;
}

/** Beyond that, a number of records says nothing. */
const mostRecords = 1e12;
const secondsPerDay = 86_400;

/** Holds a run's requests against a quota; where nobody knows how much there is, tells what the quota is good for and judges nothing. */
export function quotaOf(perDay: number, { known, requests, limits, requestsOf }: QuotaFacts): ForecastQuota {
  if (known === 'unknown') {
    let [enough, tooMany] = [0, mostRecords];
    while (tooMany - enough > Math.max(1, enough / 1000)) {
      const middle = Math.floor((enough + tooMany) / 2);
      if (requestsOf(middle) <= perDay) enough = middle;
      else tooMany = middle;
    }
    return { perDay, records: enough, exceeded: false };
  }
  const share = {
    low: requests.low / perDay,
    likely: requests.likely / perDay,
    high: requests.high / perDay,
  };
  const days = { low: Math.ceil(share.low), likely: Math.ceil(share.likely), high: Math.ceil(share.high) };
  const exceeded = share.likely > 1;
  return { perDay, share, days, exceeded, ...(exceeded ? { advice: adviceFor(perDay, limits) } : {}) };
}

/** A run asks at one pace from beginning to end, so a limit is the only thing that spreads it over days; and not every quota is a limit that can be declared. */
function adviceFor(perDay: number, { lanes }: Pick<Limits, 'lanes'>): string {
  const rate = Math.floor((perDay / secondsPerDay) * 10_000) / 10_000;
  if (rate * 60 >= slowestPerMinute) {
    const most = Math.floor(rate * 60);
    const fewer = lanes > most ? ` and lanes: ${most}` : '';
    return `nothing spreads a run over days but its limit: requestsPerSecond: ${rate}${fewer} keeps to the quota, if nothing else uses it`;
  }
  const slowest = (slowestPerMinute * secondsPerDay) / 60;
  return `no limit keeps a run to it, since the slowest that can be declared is ${slowestPerMinute} requests a minute, which is ${slowest.toLocaleString('en')} a day: ask for larger pages, cut the dataset into several that are loaded on days of their own, or have the quota raised`;
}

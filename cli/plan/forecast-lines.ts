import { recordsWhereUnknown, type Span } from '../../core/forecast/extent';
import type { Forecast } from '../../core/forecast/forecast';
import { priceRegion, pricesAsOf } from '../../core/forecast/prices';
import type { Probe } from '../../core/forecast/probe';
import { bytes, count, counted, duration } from '../format';

/** A forecast for people: a line for each thing, what it rests on last. */
export function forecastLines(
  forecast: Forecast,
  probe: Pick<Probe, 'requests' | 'pages' | 'seen' | 'slices'>,
): string[] {
  const { pace, cost, quota, requests, lookRequests } = forecast;
  const isUnknown = forecast.known === 'unknown';
  const total = { low: cost.low.total, likely: cost.likely.total, high: cost.high.total };
  const { lambda, s3, sqs, cloudWatch, secretsManager } = cost.likely;
  const parts = {
    Lambda: lambda,
    S3: s3,
    SQS: sqs,
    CloudWatch: cloudWatch,
    'Secrets Manager': secretsManager,
  };
  const stored = {
    low: cost.low.storageMonth,
    likely: cost.likely.storageMonth,
    high: cost.high.storageMonth,
  };
  return [
    line('dataset', `${forecast.source}/${forecast.dataset}, by ${probed(probe)}`),
    line('records', recordsWords(forecast)),
    line('pages', `${spanned(forecast.pages, count)} in ${spanned(forecast.ranges, count)} ranges`),
    line('requests', `${requestsWords(requests, lookRequests)}${isUnknown ? perRecords : ''}`),
    ...(quota === undefined
      ? []
      : [line('quota', `${quotaWords(quota)}; this forecast took ${count(probe.requests)}`)]),
    line(
      'time',
      `${spanned(forecast.seconds, duration)} at ${count(pace.requestsPerSecond)} requests/s on ${counted(pace.lanes, 'lane')}, ${Math.round(pace.used * 100)} % used`,
    ),
    line('received', spanned(forecast.bytesReceived, bytes)),
    line(
      'stored',
      `${spanned(forecast.bytesStaged, bytes)} table${forecast.bytesRaw.high > 0 ? ` + ${spanned(forecast.bytesRaw, bytes)} raw` : ''}`,
    ),
    line('cost', `${spanned(total, dollars)} (${inParts(parts)})`),
    line('', `${spanned(stored, dollars)} a month to keep; list prices of ${priceRegion}, ${pricesAsOf}`),
    ...forecast.notes.map((note, i) =>
      line(i === 0 ? 'note' : '', `${note.charAt(0).toUpperCase()}${note.slice(1)}.`),
    ),
  ];
}

/** Added to a number that goes with how much there is. */
const perRecords = ` for each ${count(recordsWhereUnknown)} records`;

function recordsWords({ known, records, atLeast }: Forecast): string {
  if (known !== 'unknown') return `${spanned(records, count)}${knownWords[known]}`;
  return `unknown, at least ${count(atLeast?.records ?? 0)}; everything below is for each ${count(recordsWhereUnknown)}`;
}

/** Where only a source that keeps changing takes more, that is said in words. */
function requestsWords(requests: Span, looks: Span): string {
  const again = looks.likely > 0 ? `, ${count(looks.likely)} of them to look again` : '';
  if (looks.high <= looks.likely) return `${spanned(requests, count)}${again}`;
  const high = `; up to ${count(requests.high)} if the source keeps changing`;
  return `${spanned({ ...requests, high: requests.likely }, count)}${again}${high}`;
}

const knownWords: Readonly<Record<Exclude<Forecast['known'], 'unknown'>, string>> = {
  said: ', as the source says',
  read: ', all of them read',
  slices: ', reckoned from some slices',
};

function probed({
  requests,
  pages,
  seen,
  slices,
}: Pick<Probe, 'requests' | 'pages' | 'seen' | 'slices'>): string {
  const of = slices.length > 1 ? ` of ${count(seen.length)} of ${count(slices.length)} slices` : '';
  return `${counted(pages, 'page')}${of} in ${counted(requests, 'request')}`;
}

function quotaWords({ perDay, share, days, records = 0 }: NonNullable<Forecast['quota']>): string {
  const percent = (value: number) =>
    value < 0.1 ? `${(100 * value).toFixed(1)} %` : `${Math.round(100 * value)} %`;
  if (share === undefined || days === undefined)
    return `${count(perDay)} requests a day are good for about ${count(records)} records`;
  const longer = days.likely > 1 ? `, that of ${spanned(days, count)} days` : '';
  const perhaps = share.likely <= 1 && share.high > 1 ? ', which may not be enough' : '';
  return `${spanned(share, percent)} of ${count(perDay)} requests a day${longer}${perhaps}`;
}

/** One number where the ends agree as they are written, and all three where they do not. */
function spanned({ low, likely, high }: Span, write: (value: number) => string): string {
  const [from, at, to] = [write(low), write(likely), write(high)];
  if (from === at && at === to) return at;
  return `${at} (${from} – ${to})`;
}

/** The dearest first; what is less than a hundredth of all is left out. */
function inParts(parts: Readonly<Record<string, number>>): string {
  const all = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return Object.entries(parts)
    .filter(([, part]) => part >= all / 100)
    .sort(([, a], [, b]) => b - a)
    .map(([name, part]) => `${name} ${dollars(part)}`)
    .join(', ');
}

/** '$1,234', '$12.30', '$0.0042': two digits that say something, at least. */
export function dollars(value: number): string {
  if (value === 0) return '$0';
  if (value >= 1000) return `$${count(value)}`;
  if (value >= 1) return `$${value.toFixed(2)}`;
  return `$${value.toFixed(Math.min(8, Math.max(2, 1 - Math.floor(Math.log10(value)))))}`;
}

function line(label: string, text: string): string {
  // What a source sent must not steer the terminal.
  return `${label.padEnd(9)} ${text.replace(/\p{Cc}/gu, '\ufffd')}`;
}

import { isQuiet } from '../../core/run/missing/load-missing';
import type { DatasetStatus } from '../../core/run/status/dataset-status';
import { type OpenRun, secondsLeft } from '../../core/run/status/open-run';
import type { RunKind } from '../../core/run/status/run-kind';
import type { EnvironmentName } from '../../lambda/environment';
import { ago, count, counted, duration } from '../format';
import type { WatchedStatus } from './read-status';
import { quarantineWays, waysOn } from './what-to-do';

/** What is known beside the lake. */
export interface StatusContext {
  readonly environment: EnvironmentName;
  readonly now: Date;
  /** Whether anything is there that could do the next step: on a laptop, a process that loads. */
  readonly alive: boolean;
}

/** Width of the label in front of a line. */
const labelWidth = 12;

/** Where a dataset stands, as lines for people: its name, then what is going on and what readers see, each with what to do. */
export function statusLines(status: WatchedStatus, context: StatusContext): string[] {
  const { open, failed, published, unreadable = [] } = status;
  const lines = [
    ...unreadable.map((problem): [string, string] => ['unreadable', problem]),
    ...(open ? openLines(open, status, context) : []),
    ...(failed && !open ? failedLines(status, context) : []),
    ...(published ? publishedLines(published, context) : []),
  ];
  if (lines.length === 0) lines.push(['never loaded', `${runCommand(status, context)} loads it`]);
  return [`${status.source}/${status.dataset}`, ...lines.map(([label, text]) => line(label, text))];
}

/** How far a run is, in one line without its name. */
export function openSentence(open: OpenRun, context: Pick<StatusContext, 'now'>): string {
  switch (open.state) {
    case 'planning':
      return `since ${ago(open.claimedAt, context.now)}; nothing is planned yet`;
    case 'verifying':
      return `${allPages(open)} there`;
    case 'publishing':
      return `${allPages(open)} there and verified`;
    case 'blocked':
      return `${count(open.missing)} of ${counted(open.ranges, 'range')} ${open.look === undefined ? '' : `of look ${open.look} `}could not be loaded, ${extent(open)}${areThere(open)}`;
    default:
      return [...share(open), extent(open), ...pace(open, context), ...failures(open)].join(', ');
  }
}

/** The word for a state, for people. */
export function stateLabel({ state, look }: OpenRun): string {
  return state === 'looking' ? `look ${look ?? 1}` : state;
}

function openLines(open: OpenRun, status: WatchedStatus, context: StatusContext): [string, string][] {
  const lines: [string, string][] = [
    [stateLabel(open), `${openSentence(open, context)}${kindNote(open.kind)}; run ${open.runId}`],
  ];
  if (open.look !== undefined)
    lines.push(['', 'all pages were loaded; what may have moved in the source meanwhile is read again']);
  for (const { reason, ranges, example } of open.failed.slice(0, 5))
    lines.push([
      '',
      `${counted(ranges, 'range')}, such as ${example.range}, ${ago(example.at, context.now)}: ${reason}`,
    ]);
  const { queue } = status;
  if (open.state !== 'blocked' && queue && queue.dead > 0 && isQuiet(queue))
    lines.push(['', `${deadInQueue(queue.dead, status, context)}`]);
  if (open.state === 'blocked') {
    const { environment } = context;
    const ways = waysOn(
      { environment, source: status.source, dataset: status.dataset, runId: open.runId },
      open.failed,
    );
    for (const [i, way] of ways.entries()) lines.push([i === 0 ? 'what to do' : '', way]);
  } else if (!context.alive) {
    lines.push([
      'stopped',
      `no process is loading it: ${runCommand(status, context)} continues where it stopped`,
    ]);
  }
  return lines;
}

/** Where a function ends without a word, SQS itself moves its message, and no document tells why. */
function deadInQueue(dead: number, { source }: DatasetStatus, { environment }: StatusContext): string {
  const env = environment === 'local' ? '' : ` --env ${environment}`;
  return `${counted(dead, 'message')} in the DLQ of ${source}, and nothing on its way: npx baseload dlq ${source}${env} tells why`;
}

function failedLines({ source, dataset, failed }: DatasetStatus, context: StatusContext): [string, string][] {
  if (!failed) return [];
  const again = runCommand({ source, dataset }, context);
  const ways = failed.quarantine
    ? quarantineWays({ source, dataset, ...failed.quarantine }, context.environment)
    : [`${again} loads it anew`];
  const name = `${source}/${dataset} ${failed.runId}`;
  const env = context.environment === 'local' ? '' : ` --env ${context.environment}`;
  if (failed.state === 'unfinished')
    return [
      ['not finished', `run ${failed.runId} was given up before all of it was there; ${again} loads it anew`],
    ];
  return [
    ['refused', `run ${failed.runId} was not published${kindNote(failed.kind)}:`],
    ...failed.problems.map((problem): [string, string] => ['', problem]),
    ['what to do', `npx baseload open ${name}${env} tells all; ${ways[0]}`],
    ...ways.slice(1).map((way): [string, string] => ['', way]),
  ];
}

function publishedLines(
  {
    runId,
    records,
    publishedAt,
    watermark,
    warnings = [],
    rolledBack,
  }: NonNullable<DatasetStatus['published']>,
  { now }: StatusContext,
): [string, string][] {
  const back = rolledBack ? `; rolled back from ${rolledBack.from}` : '';
  return [
    [
      'published',
      `${counted(records, 'record')}, ${ago(publishedAt, now)}, complete up to ${watermark}; run ${runId}${back}`,
    ],
    ...warnings.map((warning): [string, string] => ['warning', warning]),
  ];
}

function share({ pages, pagesKnown, growing }: OpenRun): string[] {
  return growing || pagesKnown === 0 ? [] : [`${Math.floor((100 * pages) / pagesKnown)} %`];
}

function allPages({ pages }: OpenRun): string {
  return pages === 1 ? 'the only page is' : `all ${counted(pages, 'page')} are`;
}

function areThere({ pages, growing }: OpenRun): string {
  if (growing) return '';
  return pages === 1 ? ' is there' : ' are there';
}

function extent({ pages, pagesKnown, growing, missing }: OpenRun): string {
  if (growing) return `${counted(pages, 'page')} so far and ${counted(missing, 'range')} open`;
  return `${count(pages)} of ${counted(pagesKnown, 'page')}`;
}

/** Beyond this, the last pages are no measure for the next. */
const quietMilliseconds = 60_000;

function pace(open: OpenRun, { now }: Pick<StatusContext, 'now'>): string[] {
  if (!open.pace) return [];
  const { pagesPerSecond, lastAt } = open.pace;
  if (now.getTime() - Date.parse(lastAt) > quietMilliseconds) return [`last page ${ago(lastAt, now)}`];
  const left = secondsLeft(open);
  return [
    `${pagesPerSecond.toFixed(1)} pages/s`,
    ...(left === undefined ? [] : [`about ${duration(left)} left`]),
  ];
}

function failures({ failed }: OpenRun): string[] {
  const dead = failed.reduce((sum, { ranges }) => sum + ranges, 0);
  return dead === 0 ? [] : [`${counted(dead, 'range')} failed so far`];
}

function kindNote(kind: RunKind): string {
  switch (kind.type) {
    case 'full':
      return '';
    case 'trial':
      return ' (a trial)';
    case 'replay':
      return ` (a replay of ${kind.of})`;
    case 'increment':
      return ` (what changed since ${kind.since})`;
  }
}

function runCommand(
  { source, dataset }: { readonly source: string; readonly dataset: string },
  { environment }: Pick<StatusContext, 'environment'>,
): string {
  return `npx baseload run ${source}/${dataset}${environment === 'local' ? '' : ` --env ${environment}`}`;
}

function line(label: string, text: string): string {
  return `  ${label.padEnd(labelWidth)} ${text}`;
}

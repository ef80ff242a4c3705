import { userInfo } from 'node:os';
import { Command } from 'commander';
import type { SourceQueues } from '../aws/dead-letters';
import { ConfigurationError } from '../core/errors';
import type { PageRange } from '../core/plan/plan';
import { fullRangeName } from '../core/run/dead/dead-groups';
import { type DeadLetter, isOfRun } from '../core/run/dead/dead-letter';
import {
  extentOf,
  findRanges,
  giveUp,
  holeOf,
  type MissingRanges,
  type NamedRanges,
} from '../core/run/dead/give-up';
import type { EnvironmentName } from '../lambda/environment';
import { canAsk, confirmed } from './dead-letters/confirmed';
import { findOpenRun, missingOf } from './dead-letters/find-open-run';
import { environmentOption, inEnvironment, type OpenEnvironment } from './environment/open-environment';
import { Stopped } from './fail';
import { count, counted, extentWords } from './format';

export interface GiveUpOptions {
  readonly env: EnvironmentName;
  readonly ranges: string;
  readonly reason: string;
  readonly dataset?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `baseload give-up`: a hole is accepted, and stays on record. */
export function giveUpCommand(): Command {
  return new Command('give-up')
    .description(
      'accept that page ranges of an open run stay missing, so that it can be published without them',
    )
    .argument('<run>', 'its id, as npx baseload status tells it')
    .requiredOption(
      '--ranges <names>',
      "names with commas between them, such as all-00000003,all-00000007, or 'missing' for all",
    )
    .requiredOption('--reason <text>', 'why, in one sentence: it stays on record in the manifest')
    .option('--dataset <name>', 'where several datasets have a run of that id: cities or geonames/cities')
    .option('--yes', 'do not ask at a terminal; needed where there is none')
    .addOption(environmentOption())
    .option('--json', 'print the outcome as JSON')
    .addHelpText(
      'after',
      '\nOnly ranges that are missing can be given up. Their messages are removed from the dead-letter queue, and the run goes on without them:\nwhat is published then lacks their records, and says so. A range that comes all the same counts as there.\n\nExample:\n  npx baseload give-up 2026-01-31t03-00-00-000z --ranges all-00000003 --reason "page 31 is broken at the source, ticket 4711"',
    )
    .action((run: string, options: GiveUpOptions) => giveUpRanges(run, options));
}

/** Gives ranges up, once somebody has seen what hole that leaves. */
export async function giveUpRanges(runId: string, options: GiveUpOptions): Promise<void> {
  const { env, json = false } = options;
  const reason = options.reason.trim();
  if (reason === '')
    throw new ConfigurationError('--reason is empty: say in one sentence why the ranges are given up');
  const names = options.ranges
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0)
    throw new ConfigurationError("--ranges names none: say some such as all-00000003, or 'missing'");
  await inEnvironment(env, 'write', async (environment) => {
    const missing = await missingOf(
      await findOpenRun(runId, options.dataset, environment.lake),
      environment.lake,
    );
    const named = findRanges(names, missing);
    if (named.problems.length > 0)
      throw new ConfigurationError(`Nothing was given up: ${named.problems.join('; ')}.`);
    await assureConsent(named.missing, missing, options);
    const record = { reason, by: userName(), at: new Date().toISOString() };
    const givenUp = await giveUp(named.missing, missing.plan, record, environment.lake);
    const removed = await removeLetters(named, missing, environment);
    tell({ missing, named, givenUp, removed, env, json });
  });
}

async function assureConsent(
  ranges: readonly PageRange[],
  missing: MissingRanges,
  { yes = false }: GiveUpOptions,
): Promise<void> {
  if (ranges.length === 0 || yes) return;
  const hole = inWords(ranges, missing);
  if (!canAsk()) {
    throw new ConfigurationError(
      `Nothing was given up: ${hole} would be missing from what is published. Say --yes to accept that.`,
    );
  }
  if (await confirmed(`${hole} will be missing from what is published. Give up?`)) return;
  throw new Stopped('Nothing was given up.');
}

/** Ranges that a sentence tells the pages of. */
const mostTold = 5;

/** What would be missing: which ranges, which pages they hold, and how many records that is at most. */
export function inWords(ranges: readonly PageRange[], { plan, unrolled }: MissingRanges): string {
  const hole = holeOf(ranges);
  const known =
    hole.pages > 0 ? [`${counted(hole.pages, 'page')} with at most ${counted(hole.records, 'record')}`] : [];
  const open = hole.openSlices.slice(0, 5).join(', ') + (hole.openSlices.length > 5 ? ', …' : '');
  const behind =
    hole.openSlices.length > 0
      ? [`all that follows of ${counted(hole.openSlices.length, 'slice')} (${open})`]
      : [];
  const told = ranges.slice(0, mostTold).flatMap((range) => {
    const extent = extentOf(range);
    const name = fullRangeName({ ...range, look: plan.look });
    return extent ? [`${name}: ${extentWords(extent)}`] : [name];
  });
  const list = told.join('; ') + (ranges.length > mostTold ? '; …' : '');
  return `${counted(hole.ranges, 'range')} of ${count(unrolled.ranges)} of run ${plan.runId} of ${plan.source}/${plan.dataset}: ${[...known, ...behind].join(', and ')} (${list})`;
}

/** Also of what was given up before, by somebody who did not get as far as this. */
async function removeLetters(
  { missing, before }: NamedRanges,
  { plan }: MissingRanges,
  environment: OpenEnvironment,
): Promise<number> {
  const ranges = new Set(
    [...missing, ...before].map((range) => fullRangeName({ ...range, look: plan.look })),
  );
  const queues: SourceQueues = await environment.queues(plan.source);
  const isOfThem = ({ message }: DeadLetter) =>
    message !== undefined && ranges.has(fullRangeName({ ...message.range, look: message.look }));
  const { moved } = await queues.dead.remove((letter) => isOfRun(letter, plan) && isOfThem(letter));
  return moved;
}

function tell({
  missing: { plan, unrolled },
  named,
  givenUp,
  removed,
  env,
  json,
}: {
  readonly missing: MissingRanges;
  readonly named: NamedRanges;
  readonly givenUp: number;
  readonly removed: number;
  readonly env: EnvironmentName;
  readonly json: boolean;
}): void {
  const { source, dataset, runId } = plan;
  const left = unrolled.missingRanges - named.missing.length;
  if (json) {
    const ranges = named.missing.map((range) => fullRangeName({ ...range, look: plan.look }));
    console.log(
      JSON.stringify({ source, dataset, runId, givenUp: ranges, hole: holeOf(named.missing), removed, left }),
    );
    return;
  }
  const before = named.missing.length - givenUp + named.before.length;
  console.log(
    `${counted(givenUp, 'range')} of run ${runId} of ${source}/${dataset} given up${before > 0 ? `, ${count(before)} had been before` : ''}; ${counted(removed, 'message')} removed from the DLQ.`,
  );
  const name = `${source}/${dataset}`;
  const goesOn =
    env === 'local' ? `npx baseload run ${name} finishes it` : 'it goes on by itself within a minute';
  if (left > 0)
    console.log(
      `${counted(left, 'range')} still missing: npx baseload status ${name}${env === 'local' ? '' : ` --env ${env}`} tells why.`,
    );
  else console.log(`Nothing else is missing: ${goesOn}, with the hole on record in its manifest.`);
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown'; // a user id without a name, as containers have
  }
}

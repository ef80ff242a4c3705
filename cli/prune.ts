import { Command } from 'commander';
import { PermanentError } from '../core/errors';
import type { RunName } from '../core/run/keys';
import type { Lake } from '../core/run/ports';
import { applyPrune } from '../core/run/publish/apply-prune';
import { datasetsIn } from '../core/run/publish/datasets-in';
import { type PruneOptions as PlanOptions, type PrunePlan, planPrune } from '../core/run/publish/plan-prune';
import type { EnvironmentName } from '../lambda/environment';
import { environmentOption, inEnvironment } from './environment/open-environment';
import { findInLake } from './find-in-lake';
import { bytes, count, counted } from './format';
import { tableLines } from './table';
import { atLeast } from './whole-number';

export interface PruneOptions {
  readonly env: EnvironmentName;
  readonly keep?: number;
  readonly rawDays?: number;
  readonly grace: number;
  readonly apply?: boolean;
  readonly json?: boolean;
}

/** `baseload prune`: what nobody needs any more, and its removal. */
export function pruneCommand(): Command {
  return new Command('prune')
    .description('find, and with --apply remove, what no reader, rollback or replay needs any more')
    .argument('[dataset]', 'its name, such as cities or geonames/cities (default: every dataset of the lake)')
    .option('--keep <n>', "runs that stay for rollback (default: the dataset's keepRuns)", atLeast(0))
    .option('--raw-days <n>', 'also remove raw pages and quarantine that are older', atLeast(0))
    .option('--grace <hours>', 'how long a run stays that readers may still be reading', atLeast(0), 24)
    .option('--apply', 'remove it; without this, nothing is changed')
    .addOption(environmentOption())
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nNever removes anything of the published run, of a run that is kept for rollback or is loading, or of a run that one of these replays or adds\nto. --raw-days takes raw pages and quarantine from kept runs too, but not from the published one: they can then no longer be replayed.\n\nExamples:\n  npx baseload prune\n  npx baseload prune cities --keep 1 --raw-days 30 --env prod --apply',
    )
    .action((name: string | undefined, options: PruneOptions) => prune(name, options));
}

/** Prints what can go, and removes it where that is asked for. */
export async function prune(
  name: string | undefined,
  { env, keep, rawDays, grace, apply = false, json = false }: PruneOptions,
): Promise<void> {
  await inEnvironment(env, apply ? 'write' : 'read', async ({ lake }) => {
    const options = { keep, rawDays, graceHours: grace };
    const plans = await planAll(name, options, lake);
    if (!json) console.log(pruneLines(plans).join('\n'));
    const removed = apply ? await removeAll(plans, lake) : undefined;
    if (json) console.log(JSON.stringify({ environment: env, removed, datasets: plans.map(told) }, null, 2));
    else if (removed !== undefined) console.log(`\n${counted(removed, 'object')} removed.`);
    else if (plans.some(({ items }) => items.length > 0))
      console.log('\nNothing was changed. --apply removes it.');
  });
}

/** A dataset with a document that cannot be read is left as it is: nothing of it goes, and the exit code is 1. */
async function planAll(name: string | undefined, options: PlanOptions, lake: Lake): Promise<PrunePlan[]> {
  const datasets: Omit<RunName, 'runId'>[] = [];
  if (name !== undefined) datasets.push(await findInLake(name, lake));
  else for await (const dataset of datasetsIn(lake)) datasets.push(dataset);
  const plans: PrunePlan[] = [];
  for (const dataset of datasets) {
    try {
      plans.push(await planPrune(lake, dataset, options, new Date()));
    } catch (error) {
      if (datasets.length === 1 || !(error instanceof PermanentError)) throw error;
      console.error(`${dataset.source}/${dataset.dataset} is left as it is: ${error.message}`);
      process.exitCode = 1;
    }
  }
  return plans;
}

async function removeAll(plans: readonly PrunePlan[], lake: Lake): Promise<number> {
  const all = totals(plans).objects;
  let removed = 0;
  for (const plan of plans) {
    removed += await applyPrune(lake, plan, (some) => {
      console.error(`  removing     ${count(removed + some)} of ${counted(all, 'object')}`);
    });
  }
  return removed;
}

/** What can go as a table, and what stays and why. */
export function pruneLines(plans: readonly PrunePlan[]): string[] {
  const kept = plans.flatMap(({ dataset, kept }) =>
    [...kept].map(([runId, why]) => `  ${dataset.source}/${dataset.dataset} run ${runId} stays: ${why}`),
  );
  const rows = plans.flatMap(({ dataset, items }) =>
    items.map(({ runId, why, prefixes, objects, bytes: size }) => [
      `${dataset.source}/${dataset.dataset}`,
      runId,
      why,
      placesOf(prefixes),
      count(objects),
      bytes(size),
    ]),
  );
  if (rows.length === 0) return ['Nothing can go.', ...kept];
  const { objects, bytes: size } = totals(plans);
  const columns = [
    { name: 'dataset' },
    { name: 'run' },
    { name: 'why' },
    { name: 'what' },
    { name: 'objects', align: 'right' as const },
    { name: 'size', align: 'right' as const },
  ];
  return [...tableLines(columns, rows), '', `${counted(objects, 'object')}, ${bytes(size)}.`, ...kept];
}

/** The first folder of each prefix: 'stage raw runs'. */
function placesOf(prefixes: readonly string[]): string {
  return [...new Set(prefixes.map((prefix) => prefix.slice(0, prefix.indexOf('/'))))].join(' ');
}

function totals(plans: readonly PrunePlan[]): { objects: number; bytes: number } {
  const items = plans.flatMap((plan) => plan.items);
  return {
    objects: items.reduce((sum, item) => sum + item.objects, 0),
    bytes: items.reduce((sum, item) => sum + item.bytes, 0),
  };
}

function told({ dataset, items, kept, forgotten }: PrunePlan) {
  return { ...dataset, items, kept: Object.fromEntries(kept), forgotten };
}

import { priceRegion, pricesAsOf } from '../../core/forecast/prices';
import type { CostItem } from '../../core/forecast/standing';
import type { DatasetCost, EnvironmentCost } from '../cost';
import { bytes, count } from '../format';
import { dollars } from '../plan/forecast-lines';
import { type TableColumn, tableLines } from '../table';

const right = (name: string): TableColumn => ({ name, align: 'right' });

/** What an environment costs, for people: at rest, each run, each month. */
export function costLines({ environment, runsOf, atRest, datasets, month }: EnvironmentCost): string[] {
  const loaded = datasets.filter((one) => one.run !== undefined);
  return [
    `baseload-${environment}, at list prices of ${priceRegion}, ${pricesAsOf}, free tiers not taken off`,
    '',
    ...tableLines(
      [{ name: 'at rest, a month' }, { name: 'what' }, right('dollars')],
      [...atRest.map(itemCells), ['', 'all of it', dollars(month.atRest)]],
    ),
    '',
    ...(loaded.length === 0
      ? []
      : [
          ...tableLines(
            [
              ...[{ name: 'each run' }, { name: 'as its last one' }, right('records'), right('ranges')],
              ...['received', 'worker', 'Lambda', 'S3', 'SQS', 'CloudWatch', 'dollars'].map(right),
            ],
            loaded.map(runCells),
          ),
          '',
          ...tableLines(
            [
              { name: 'a month, when it has gone on for long' },
              ...['runs', 'loads', 'network', 'tables', 'raw', 'dollars'].map(right),
            ],
            [
              ...loaded.map(monthCells),
              ['all of it, with what is at rest', '', '', '', '', '', dollars(month.total)],
            ],
          ),
          '',
        ]),
    ...datasets.flatMap((one) => noteOf(one, environment, runsOf)),
  ];
}

/** What of a dataset is not in the numbers. */
function noteOf(
  { name, run, month, unreadable }: DatasetCost,
  environment: string,
  runsOf: string,
): string[] {
  if (unreadable !== undefined) return [`${name}: ${unreadable}`];
  if (run === undefined) {
    return [
      `${name} is not published in the lake of ${runsOf}, so its runs are not in it: npx baseload plan ${name} forecasts one.`,
    ];
  }
  return month?.runs === 0
    ? [`${name} is not loaded by itself in ${environment}: the month has only what is kept of one run.`]
    : [];
}

function itemCells({ name, amount, dollars: value }: CostItem): string[] {
  return [name, amount, dollars(value)];
}

function runCells({ name, run }: DatasetCost): string[] {
  if (run === undefined) return [name];
  const { cost } = run;
  return [
    ...[name, run.kind === 'full' ? run.runId : `${run.runId} (${run.kind})`],
    ...[count(run.records), count(run.ranges), bytes(run.bytesReceived)],
    `${count(run.workerMegabytes)} MB`,
    ...[cost.lambda, cost.s3, cost.sqs, cost.cloudWatch, cost.total].map(dollars),
  ];
}

function monthCells({ name, month }: DatasetCost): string[] {
  if (month === undefined) return [name];
  return [
    name,
    count(Math.round(month.runs)),
    ...[month.loads, month.network, month.tables, month.raw, month.total].map(dollars),
  ];
}

import { type IMetric, SingleValueWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { priceRegion, prices, pricesAsOf } from '../../../core/forecast/prices';
import { functionNames, queueNames, reconcileName } from '../../../lambda/environment';
import { fanOutMegabytesOf } from '../../source/fan-out-function';
import { ofQueue, type QueueMetric } from '../metrics';
import { inCents, lambdaCents } from './cents';
import { expression, numbered } from './lines';
import { columns, type DashboardRow, type Shown } from './row';
import { sumOf } from './searches';

/** Calls of S3 for a page range: stage, raw and its pages are written; whether it is there is asked by HEAD, and then by LIST (core/forecast/run-usage.ts). */
const rangeDollars = 4 * prices.s3Put.dollars + prices.s3Get.dollars;

/** What SQS counts as a request, nearly: a batch is one, and polling a queue is one also when nothing comes. */
const queueRequests: readonly QueueMetric[] = [
  'NumberOfMessagesSent',
  'NumberOfMessagesReceived',
  'NumberOfMessagesDeleted',
  'NumberOfEmptyReceives',
];

/** What the time that the dashboard shows has cost, nearly. */
export function costRow({ environment, sources }: Shown): DashboardRow {
  const { workerMegabytes, reconcileMegabytes } = environment.capacity;
  const functions = sources.map(({ source }) => {
    const { worker, fanOut } = functionNames(environment.name, source.name);
    return {
      worker: { name: worker, megabytes: workerMegabytes },
      fanOut: { name: fanOut, megabytes: fanOutMegabytesOf(environment, source) },
    };
  });
  const workers = functions.map(({ worker }) => worker);
  const fanOuts = functions.map(({ fanOut }) => fanOut);
  const reconcile = { name: reconcileName(environment.name), megabytes: reconcileMegabytes };
  const requests = sources.flatMap(({ source }) =>
    queueRequests.map((metric) => ofQueue(queueNames(environment.name, source.name).pages, metric, 'Sum')),
  );
  return {
    question: 'What does it cost?',
    hint: `Of the time shown, at list prices of ${priceRegion} of ${pricesAsOf}; no free tier, storage, logs, metrics or alarms: docs/cost.md.\nWhat a month costs: npx baseload cost --env ${environment.name}`,
    alarms: [],
    widgets: [
      cents('Lambda, US cents', [
        lambdaCents('workers', 'worker', workers),
        lambdaCents('fan-outs', 'planner', fanOuts),
        lambdaCents('reconcile', 'reconcile', [reconcile]),
      ]),
      cents('S3 and SQS, US cents', [
        expression(
          `${sumOf({ environment: environment.name, metric: 'RangesLoaded', statistic: 'Sum' })} * ${inCents(rangeDollars)}`,
          { label: 'S3 requests of workers' },
        ),
        expression(`SUM(METRICS("requests")) * ${inCents(prices.sqsRequest.dollars)}`, {
          usingMetrics: numbered('requests', requests),
          label: 'SQS requests',
        }),
      ]),
    ],
  };
}

function cents(title: string, metrics: IMetric[]): SingleValueWidget {
  return new SingleValueWidget({
    title,
    metrics,
    width: columns / 2,
    height: 3,
    setPeriodToTimeRange: true,
  });
}

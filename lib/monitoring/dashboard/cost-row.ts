import { type IMetric, MathExpression, SingleValueWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { priceRegion, prices, pricesAsOf } from '../../../core/forecast/prices';
import { functionNames, queueNames, reconcileName } from '../../../lambda/environment';
import { fanOutMegabytesOf } from '../../source/fan-out-function';
import { ofFunction, ofQueue, type QueueMetric, usualPeriod } from '../metrics';
import { columns, type DashboardRow, type Shown } from './row';
import { ofAllDatasets } from './searches';

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
    hint: `Estimates in dollars for the time shown, at list prices of ${priceRegion} of ${pricesAsOf}, no free tier, without storage, logs, metrics and alarms: see docs/cost.md.`,
    widgets: [
      dollars('Lambda', [
        lambdaDollars('workers', 'worker', workers),
        lambdaDollars('fan-outs', 'planner', fanOuts),
        lambdaDollars('reconcile', 'reconcile', [reconcile]),
      ]),
      dollars('S3 and SQS', [
        ofAllDatasets(
          { environment: environment.name, metric: 'RangesLoaded', statistic: 'Sum' },
          'S3 requests of workers',
          rangeDollars,
        ),
        new MathExpression({
          expression: `SUM(METRICS("requests")) * ${prices.sqsRequest.dollars}`,
          usingMetrics: numbered('requests', requests),
          period: usualPeriod,
          label: 'SQS requests',
        }),
      ]),
    ],
  };
}

/** A function, and the memory that it gets. */
interface Sized {
  readonly name: string;
  readonly megabytes: number;
}

/** What functions of a kind have cost: their time by their memory, and each invocation. */
function lambdaDollars(label: string, id: string, functions: readonly Sized[]): IMetric {
  const sizes = [...new Set(functions.map(({ megabytes }) => megabytes))].map((megabytes) => {
    const time = functions
      .filter((one) => one.megabytes === megabytes)
      .map(({ name }) => ofFunction(name, 'Duration', 'Sum'));
    const perMillisecond = (megabytes / 1024) * (prices.lambdaGigabyteSecond.dollars / 1000);
    return { id: `${id}${megabytes}time`, time, perMillisecond };
  });
  const calls = functions.map(({ name }) => ofFunction(name, 'Invocations', 'Sum'));
  const terms = [
    ...sizes.map((size) => `SUM(METRICS("${size.id}")) * ${size.perMillisecond}`),
    `SUM(METRICS("${id}calls")) * ${prices.lambdaRequest.dollars}`,
  ];
  return new MathExpression({
    expression: terms.join(' + '),
    usingMetrics: Object.assign(
      numbered(`${id}calls`, calls),
      ...sizes.map((size) => numbered(size.id, size.time)),
    ),
    period: usualPeriod,
    label,
  });
}

/** Metrics by ids that METRICS() finds by their beginning. */
function numbered(id: string, metrics: readonly IMetric[]): Record<string, IMetric> {
  return Object.fromEntries(metrics.map((metric, index) => [`${id}${index}`, metric]));
}

function dollars(title: string, metrics: IMetric[]): SingleValueWidget {
  return new SingleValueWidget({
    title: `${title}, dollars`,
    metrics,
    width: columns / 2,
    height: 4,
    setPeriodToTimeRange: true,
    fullPrecision: true,
  });
}

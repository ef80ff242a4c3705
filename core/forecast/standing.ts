import { count, counted } from '../counted';
import { costOf } from './cost';
import { hoursPerMonth, type Price, prices } from './prices';
import { type FunctionSize, functionSizes, noUsage } from './usage';

/** What stands in an environment, whether or not anything is loaded. */
export interface Standing {
  /** Declared ones: reconcile states each minute how old the table of each is. */
  readonly datasets: number;
  /** Of those, the ones that are loaded by themselves: of each it also states how late it is. */
  readonly scheduled: number;
  /** Invocations of reconcile in an hour. */
  readonly reconcilesPerHour: number;
  /** Queues that an event source mapping polls. */
  readonly polledQueues: number;
  readonly secrets: number;
  /** Metrics that alarms look at: of an alarm on an expression, each in it. */
  readonly alarmMetrics: number;
  readonly compositeAlarms: number;
  readonly dashboards: number;
  readonly natGateways: number;
  readonly publicAddresses: number;
  /** Interface endpoints, each times its zones. */
  readonly endpointZones: number;
  /** Days that logs are kept. */
  readonly logDays: number;
}

/** One line of what a month costs. */
export interface CostItem {
  readonly name: string;
  /** How much of it there is, in words: '16 metrics of alarms'. */
  readonly amount: string;
  readonly dollars: number;
}

/** What a reconcile does that finds no open run. */
const idle = {
  /**
   * Seconds that are billed: a LIST, then the pointers, twenty at once, some 40 ms each; what Node needs for them is a few milliseconds (bench/cold-start).
   * Assumed, not measured on AWS.
   */
  seconds: (datasets: number) => 0.06 + 0.04 * Math.ceil(datasets / 20),
  /** Bytes that the platform writes of an invocation, and that one line of metrics takes. */
  logBytes: (datasets: number) => 600 + 420 * datasets,
};

/**
 * Calls by which an empty queue is polled in an hour: five pollers at 20 seconds each. Assumed: AWS says that an idle queue is polled and that it is
 * paid for, not how often (Compute Blog, "Estimating cost for Amazon SQS message processing using AWS Lambda").
 */
const pollsPerHour = 5 * 3 * 60;

const daysPerMonth = hoursPerMonth / 24;
/** CloudWatch keeps logs compressed, in about this share of what was written. Assumed. */
const keptShare = 0.2;

/** What a month costs in which nothing is loaded, the dearest first; nothing that there is none of. */
export function standingItems(
  standing: Standing,
  reconcile: FunctionSize = functionSizes.reconcile,
): CostItem[] {
  const { datasets, scheduled } = standing;
  const hours = hoursPerMonth;
  const calls = standing.reconcilesPerHour * hours;
  const logBytes = calls * idle.logBytes(datasets);
  const monthly = (name: string, many: number, thing: string, price: Price): CostItem => ({
    name,
    amount: counted(many, thing),
    dollars: many * price.dollars,
  });
  const hourly = (name: string, many: number, thing: string, price: Price): CostItem => ({
    ...monthly(name, many, thing, price),
    dollars: many * hours * price.dollars,
  });
  const states = datasets + scheduled;
  const items: CostItem[] = [
    {
      name: 'reconcile',
      amount: `${count(calls)} calls of ${idle.seconds(datasets).toFixed(2)} s, ${count(reconcile.memoryMegabytes)} MB`,
      dollars:
        costOf(
          {
            ...noUsage,
            lambda: {
              ...noUsage.lambda,
              reconcile: { invocations: calls, seconds: calls * idle.seconds(datasets) },
            },
          },
          { ...functionSizes, reconcile },
        ).lambda +
        calls * prices.scheduledCall.dollars,
    },
    {
      name: 'what reconcile reads',
      amount: `${count(calls)} LISTs, ${count(calls * datasets)} GETs`,
      dollars: calls * (prices.s3Put.dollars + datasets * prices.s3Get.dollars),
    },
    {
      name: 'what reconcile logs',
      amount: `${(logBytes / 1e9).toFixed(2)} GB`,
      dollars:
        (logBytes / 1e9) *
        (prices.logGigabyte.dollars +
          keptShare * (standing.logDays / daysPerMonth) * prices.logGigabyteMonth.dollars),
    },
    {
      name: 'idle queues',
      amount: `${count(standing.polledQueues * pollsPerHour * hours)} polls of ${counted(standing.polledQueues, 'queue')}`,
      dollars: standing.polledQueues * pollsPerHour * hours * prices.sqsRequest.dollars,
    },
    monthly('metrics of freshness', states, 'metric', prices.metricMonth),
    monthly('alarms', standing.alarmMetrics, 'watched metric', prices.alarmMetricMonth),
    monthly('composite alarms', standing.compositeAlarms, 'alarm', prices.compositeAlarmMonth),
    monthly('dashboard', standing.dashboards, 'dashboard', prices.dashboardMonth),
    monthly('secrets', standing.secrets, 'secret', prices.secretMonth),
    hourly('NAT gateway', standing.natGateways, 'gateway', prices.natGatewayHour),
    hourly('public address', standing.publicAddresses, 'address', prices.publicAddressHour),
    hourly('interface endpoints', standing.endpointZones, 'endpoint-zone', prices.endpointHour),
  ];
  return items.filter(({ dollars }) => dollars > 0).sort((a, b) => b.dollars - a.dollars);
}

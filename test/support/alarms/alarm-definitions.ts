import type { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';

const dimensions = z.array(z.object({ Name: z.string(), Value: z.string() })).default([]);

const statistic = z.enum(['Sum', 'Maximum', 'Minimum', 'Average', 'SampleCount', 'p99']);

const oneMetric = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: dimensions,
  Statistic: statistic.optional(),
  ExtendedStatistic: statistic.optional(),
  Period: z.number(),
});

const mathMetric = z.object({
  Id: z.string(),
  Expression: z.string().optional(),
  MetricStat: z
    .object({
      Metric: z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensions }),
      Period: z.number(),
      Stat: statistic,
    })
    .optional(),
  ReturnData: z.boolean().default(true),
});

const metricAlarm = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  ComparisonOperator: z.enum([
    'GreaterThanThreshold',
    'GreaterThanOrEqualToThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ]),
  Threshold: z.number(),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.number().optional(),
  TreatMissingData: z.enum(['breaching', 'notBreaching']),
  Metrics: z.array(mathMetric).optional(),
  AlarmActions: z.array(z.unknown()).optional(),
});

const compositeAlarm = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  AlarmRule: z.string(),
  AlarmActions: z.array(z.unknown()).default([]),
  OKActions: z.array(z.unknown()).default([]),
  ActionsSuppressor: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }).optional(),
  ActionsSuppressorWaitPeriod: z.number().default(0),
  ActionsSuppressorExtensionPeriod: z.number().default(0),
});

/** One series of values, as an alarm asks for it. */
export interface SeriesQuery {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: z.infer<typeof statistic>;
}

/** An alarm over a metric, or over an expression of several. */
export interface MetricAlarm {
  readonly name: string;
  readonly description: string;
  /** By the ids that the expression uses; one called 'value' where there is no expression. */
  readonly series: Readonly<Record<string, SeriesQuery>>;
  readonly expression: string;
  /** Seconds. */
  readonly period: number;
  readonly operator: z.infer<typeof metricAlarm>['ComparisonOperator'];
  readonly threshold: number;
  readonly breaching: number;
  readonly periods: number;
  readonly missing: 'breaching' | 'notBreaching';
  readonly hasActions: boolean;
}

/** An alarm over others. */
export interface CompositeAlarm {
  readonly name: string;
  readonly description: string;
  readonly rule: string;
  readonly hasActions: boolean;
  /** Name of the alarm that keeps it from acting; seconds that it waits before it acts, and that it still keeps quiet afterwards. */
  readonly suppressor?: { readonly name: string; readonly wait: number; readonly extension: number };
}

/** All alarms of a template. */
export interface Alarms {
  readonly metric: readonly MetricAlarm[];
  readonly composite: readonly CompositeAlarm[];
}

/** Reads the alarms of a template; throws for what an alarm has that is not evaluated here, so that no test passes for the wrong reason. */
export function alarmsIn(template: Template): Alarms {
  const composites = template.findResources('AWS::CloudWatch::CompositeAlarm');
  return {
    metric: Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
      readMetricAlarm(Properties),
    ),
    composite: Object.values(composites).map(({ Properties }) => {
      const read = compositeAlarm.parse(Properties);
      const suppressor = read.ActionsSuppressor?.['Fn::GetAtt'][0];
      return {
        name: read.AlarmName,
        description: read.AlarmDescription,
        rule: read.AlarmRule,
        hasActions: read.AlarmActions.length > 0 && read.OKActions.length > 0,
        ...(suppressor === undefined
          ? {}
          : {
              suppressor: {
                name: compositeAlarm.parse(composites[suppressor]?.Properties).AlarmName,
                wait: read.ActionsSuppressorWaitPeriod,
                extension: read.ActionsSuppressorExtensionPeriod,
              },
            }),
      };
    }),
  };
}

function readMetricAlarm(properties: unknown): MetricAlarm {
  const alarm = metricAlarm.parse(properties);
  return {
    name: alarm.AlarmName,
    description: alarm.AlarmDescription,
    ...(alarm.Metrics ? readMath(alarm.Metrics) : readOne(properties)),
    operator: alarm.ComparisonOperator,
    threshold: alarm.Threshold,
    periods: alarm.EvaluationPeriods,
    breaching: alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods,
    missing: alarm.TreatMissingData,
    hasActions: (alarm.AlarmActions?.length ?? 0) > 0,
  };
}

type Asked = Pick<MetricAlarm, 'series' | 'expression' | 'period'>;

function readOne(properties: unknown): Asked {
  const { Period, Statistic, ExtendedStatistic, ...of } = oneMetric.parse(properties);
  return {
    series: { value: queryOf(of, ExtendedStatistic ?? Statistic) },
    expression: 'value',
    period: Period,
  };
}

function readMath(metrics: readonly z.infer<typeof mathMetric>[]): Asked {
  const inputs = metrics.flatMap(({ Id, MetricStat }) => (MetricStat ? [{ Id, ...MetricStat }] : []));
  const [result, ...others] = metrics.filter(({ ReturnData }) => ReturnData);
  const [period, ...otherPeriods] = new Set(inputs.map(({ Period }) => Period));
  if (
    result?.Expression === undefined ||
    others.length > 0 ||
    period === undefined ||
    otherPeriods.length > 0
  ) {
    throw new Error('An alarm over an expression has one, over metrics of one period');
  }
  return {
    series: Object.fromEntries(inputs.map(({ Id, Metric, Stat }) => [Id, queryOf(Metric, Stat)])),
    expression: result.Expression,
    period,
  };
}

function queryOf(
  of: Pick<z.infer<typeof oneMetric>, 'Namespace' | 'MetricName' | 'Dimensions'>,
  stat: SeriesQuery['statistic'] | undefined,
): SeriesQuery {
  if (stat === undefined) throw new Error(`${of.MetricName} has no statistic`);
  return {
    namespace: of.Namespace,
    metric: of.MetricName,
    dimensions: Object.fromEntries(of.Dimensions.map(({ Name, Value }) => [Name, Value])),
    statistic: stat,
  };
}

import { z } from 'zod';
import type { Keeping } from '../../core/forecast/monthly';
import type { Standing } from '../../core/forecast/standing';
import { secretsOf } from '../../core/source/secrets-of';
import type { Source } from '../../core/source/source';
import { functionNames } from '../../lambda/environment';
import type { Template } from '../../local/template/assembly';
import { type DeployedSizes, sizesIn } from './function-sizes';

/** What the templates of an environment say of what it costs. */
export interface Deployed extends DeployedSizes {
  readonly standing: Standing;
  readonly keeping: Keeping;
  /** Whether a dataset, 'geonames/cities', is loaded by itself there. */
  loadsByItself(dataset: string): boolean;
}

type Properties = Template['Resources'][string]['Properties'];

const alarmSchema = z.object({
  Metrics: z.array(z.looseObject({ MetricStat: z.unknown().optional() })).optional(),
});
const endpointSchema = z.object({
  VpcEndpointType: z.string().optional(),
  SubnetIds: z.array(z.unknown()).default([]),
});
const scheduleSchema = z.object({
  State: z.string(),
  ScheduleExpression: z.string(),
  Target: z.object({
    Arn: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
    Input: z.string().optional(),
  }),
});
const datasetSchema = z.object({ dataset: z.string() });
const bucketSchema = z.object({
  LifecycleConfiguration: z
    .object({
      Rules: z.array(
        z.looseObject({
          Prefix: z.string().optional(),
          ExpirationInDays: z.number().optional(),
          Transitions: z.array(z.object({ StorageClass: z.string() })).optional(),
        }),
      ),
    })
    .optional(),
});
const logSchema = z.object({ RetentionInDays: z.number() });

/** Reads what stands, and what is kept how long, from an environment's templates; the names of secrets are in none, but in the declarations. */
export function readStanding(
  environment: string,
  sources: readonly Source[],
  templates: readonly Template[],
): Deployed {
  const resources = templates.flatMap(({ Resources }) => Object.entries(Resources));
  const of = (type: string): Properties[] =>
    resources.flatMap(([, { Type, Properties }]) => (Type === type ? [Properties] : []));
  const functionName = (id: string) => resources.find(([one]) => one === id)?.[1].Properties.FunctionName;

  const enabled = of('AWS::Scheduler::Schedule')
    .map((one) => scheduleSchema.parse(one))
    .filter(({ State }) => State === 'ENABLED');
  const started = new Set(
    enabled.flatMap(({ Target: { Arn, Input } }) => {
      if (Input === undefined) return [];
      const name = functionName(Arn['Fn::GetAtt'][0]);
      const source = sources.find((one) => functionNames(environment, one.name).fanOut === name);
      return source ? [`${source.name}/${datasetSchema.parse(JSON.parse(Input)).dataset}`] : [];
    }),
  );
  const raw = of('AWS::S3::Bucket')
    .flatMap((bucket) => bucketSchema.parse(bucket).LifecycleConfiguration?.Rules ?? [])
    .find(({ Prefix }) => Prefix === 'raw/');
  return {
    standing: {
      datasets: sources.reduce((sum, { datasets }) => sum + datasets.length, 0),
      scheduled: started.size,
      reconcilesPerHour: enabled.reduce((sum, one) => sum + callsPerHour(one.ScheduleExpression), 0),
      polledQueues: of('AWS::Lambda::EventSourceMapping').length,
      secrets: new Set(sources.flatMap((source) => secretsOf(source))).size,
      alarmMetrics: of('AWS::CloudWatch::Alarm').reduce((sum, alarm) => sum + metricsOf(alarm), 0),
      compositeAlarms: of('AWS::CloudWatch::CompositeAlarm').length,
      dashboards: of('AWS::CloudWatch::Dashboard').length,
      natGateways: of('AWS::EC2::NatGateway').length,
      publicAddresses: of('AWS::EC2::EIP').length,
      endpointZones: of('AWS::EC2::VPCEndpoint').reduce((sum, endpoint) => sum + zonesOf(endpoint), 0),
      logDays: Math.max(0, ...of('AWS::Logs::LogGroup').map((log) => logSchema.parse(log).RetentionInDays)),
    },
    keeping: {
      rawDays: raw?.ExpirationInDays ?? Number.POSITIVE_INFINITY,
      tiered: (raw?.Transitions ?? []).some(({ StorageClass }) => StorageClass === 'INTELLIGENT_TIERING'),
    },
    loadsByItself: (dataset) => started.has(dataset),
    ...sizesIn(environment, of('AWS::Lambda::Function')),
  };
}

/** What is counted one by one: an alarm on one metric, or those within its expression. */
function metricsOf(alarm: Properties): number {
  const { Metrics } = alarmSchema.parse(alarm);
  return Metrics === undefined ? 1 : Metrics.filter(({ MetricStat }) => MetricStat !== undefined).length;
}

/** A gateway endpoint costs nothing. */
function zonesOf(endpoint: Properties): number {
  const { VpcEndpointType, SubnetIds } = endpointSchema.parse(endpoint);
  return VpcEndpointType === 'Interface' ? SubnetIds.length : 0;
}

/** 'rate(1 minute)' is 60; a time of day is a load, which is reckoned by its dataset. */
function callsPerHour(expression: string): number {
  const [, count, unit] = /^rate\((\d+) (minute|hour)s?\)$/.exec(expression) ?? [];
  if (count === undefined) return 0;
  return (unit === 'minute' ? 60 : 1) / Number(count);
}

import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import type { EnvironmentName } from '../lambda/environment';

/** What differs between deployments; everything else is the same template. */
export interface Environment {
  /** Part of the stack's name and of every physical name in it. */
  readonly name: EnvironmentName;
  /** What becomes of the lake when the stack is deleted; a bucket that still holds objects is never deleted. */
  readonly lakeRemovalPolicy: RemovalPolicy;
  /** How long page bodies as received are kept; a run can be replayed as long as its own are. Stage objects and tables never expire by themselves. */
  readonly rawRetention: Duration;
  /** How long records that did not fit are kept: nothing else has them. */
  readonly quarantineRetention: Duration;
  /** How long logs are kept. */
  readonly logRetention: RetentionDays;
  /** Whether datasets load by themselves; elsewhere they wait for somebody to start them. */
  readonly schedulesEnabled: boolean;
  /** How far a scheduled load may start after its time, so that loads due at once do not start at once. */
  readonly scheduleWindow: TimeWindow;
}

/** Every environment by name. */
export const environments: Readonly<Record<EnvironmentName, Environment>> = {
  local: {
    name: 'local',
    lakeRemovalPolicy: RemovalPolicy.DESTROY,
    rawRetention: Duration.days(30),
    quarantineRetention: Duration.days(90),
    logRetention: RetentionDays.ONE_DAY,
    schedulesEnabled: false,
    scheduleWindow: TimeWindow.off(),
  },
  dev: {
    name: 'dev',
    lakeRemovalPolicy: RemovalPolicy.DESTROY,
    rawRetention: Duration.days(14),
    quarantineRetention: Duration.days(30),
    logRetention: RetentionDays.ONE_WEEK,
    schedulesEnabled: false,
    scheduleWindow: TimeWindow.flexible(Duration.minutes(10)),
  },
  staging: {
    name: 'staging',
    lakeRemovalPolicy: RemovalPolicy.RETAIN,
    rawRetention: Duration.days(90),
    quarantineRetention: Duration.days(180),
    logRetention: RetentionDays.ONE_MONTH,
    schedulesEnabled: false,
    scheduleWindow: TimeWindow.flexible(Duration.minutes(10)),
  },
  prod: {
    name: 'prod',
    lakeRemovalPolicy: RemovalPolicy.RETAIN,
    rawRetention: Duration.days(365),
    quarantineRetention: Duration.days(730),
    logRetention: RetentionDays.THREE_MONTHS,
    schedulesEnabled: true,
    scheduleWindow: TimeWindow.flexible(Duration.minutes(10)),
  },
};

/** The environment of that name; undefined when there is none. */
export function findEnvironment(name: unknown): Environment | undefined {
  return Object.values(environments).find((environment) => environment.name === name);
}

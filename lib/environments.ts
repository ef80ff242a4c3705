import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { TimeWindow } from 'aws-cdk-lib/aws-scheduler';

/** What differs between deployments; everything else is the same template. */
export interface Environment {
  /** Part of the stack's name and of every physical name in it. */
  readonly name: EnvironmentName;
  /** What becomes of the lake when the stack is deleted; a bucket that still holds objects is never deleted. */
  readonly lakeRemovalPolicy: RemovalPolicy;
  /** How long logs are kept. */
  readonly logRetention: RetentionDays;
  /** Whether datasets load by themselves; elsewhere they wait for somebody to start them. */
  readonly schedulesEnabled: boolean;
  /** How far a scheduled load may start after its time, so that loads due at once do not start at once. */
  readonly scheduleWindow: TimeWindow;
}

/** The deployments that exist; 'local' is the same template, run on a laptop. */
export type EnvironmentName = 'local' | 'dev' | 'staging' | 'prod';

/** Every environment by name. */
export const environments: Readonly<Record<EnvironmentName, Environment>> = {
  local: {
    name: 'local',
    lakeRemovalPolicy: RemovalPolicy.DESTROY,
    logRetention: RetentionDays.ONE_DAY,
    schedulesEnabled: false,
    scheduleWindow: TimeWindow.off(),
  },
  dev: {
    name: 'dev',
    lakeRemovalPolicy: RemovalPolicy.DESTROY,
    logRetention: RetentionDays.ONE_WEEK,
    schedulesEnabled: false,
    scheduleWindow: TimeWindow.flexible(Duration.minutes(10)),
  },
  staging: {
    name: 'staging',
    lakeRemovalPolicy: RemovalPolicy.RETAIN,
    logRetention: RetentionDays.ONE_MONTH,
    schedulesEnabled: false,
    scheduleWindow: TimeWindow.flexible(Duration.minutes(10)),
  },
  prod: {
    name: 'prod',
    lakeRemovalPolicy: RemovalPolicy.RETAIN,
    logRetention: RetentionDays.THREE_MONTHS,
    schedulesEnabled: true,
    scheduleWindow: TimeWindow.flexible(Duration.minutes(10)),
  },
};

/** The environment of that name; undefined when there is none. */
export function findEnvironment(name: unknown): Environment | undefined {
  return Object.values(environments).find((environment) => environment.name === name);
}

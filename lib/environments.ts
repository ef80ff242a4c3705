import type { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { isLoopback } from '../core/source/check/is-loopback';
import { schedulesOf } from '../core/source/schedules-of';
import type { Dataset, Schedule, Source } from '../core/source/source';
import type { EnvironmentName } from '../lambda/environment';
import { usualEnvironments } from './usual-environments';

/** What differs between deployments; everything else is the same template. */
export interface Environment {
  /** Part of the stack's name and of every physical name in it. */
  readonly name: EnvironmentName;
  /**
   * What becomes of the lake, its access logs, query results and the network's address when the stack is deleted; a bucket that still holds
   * objects is never deleted. RETAIN_ON_UPDATE_OR_DELETE keeps them, except where the very deploy that made them fails: RETAIN would leave empty
   * buckets behind each time (AWS CloudFormation, "DeletionPolicy attribute", RetainExceptOnCreate).
   */
  readonly lakeRemovalPolicy: RemovalPolicy;
  /** How long page bodies as received are kept; a run can be replayed as long as its own are. Stage objects and tables never expire by themselves. */
  readonly rawRetention: Duration;
  /** How long records that did not fit are kept: nothing else has them. */
  readonly quarantineRetention: Duration;
  /** How long the stage objects of a run are kept that ended unpublished. */
  readonly unpublishedRetention: Duration;
  /** How long an object can still be had back after it was deleted or replaced; the lake is versioned where this is set. @default not at all */
  readonly undeleteWindow?: Duration;
  /** How long it is kept who asked for which object of the lake. @default it is not recorded */
  readonly accessLogRetention?: Duration;
  /** Whether CloudFormation refuses to delete the stack until somebody has switched that off. */
  readonly terminationProtection: boolean;
  /** How big the functions are, and how many workers of a source run at once. */
  readonly capacity: Capacity;
  /** How long logs are kept. */
  readonly logRetention: RetentionDays;
  /** Whether datasets load by themselves; elsewhere they wait for somebody to start them. */
  readonly schedulesEnabled: boolean;
  /** What differs from that, by 'geonames/cities'; comes from the context: docs/sources.md#schedule. Ask {@link loadsByItself}. @default nothing */
  readonly scheduleSwitches?: Readonly<Record<string, boolean>>;
  /** How far a scheduled load may start after its time, so that loads due at once do not start at once. */
  readonly scheduleWindow: TimeWindow;
  /** Whether alarms tell somebody; where schedules are off, nothing is ever late. */
  readonly alarmsEnabled: boolean;
  /** Whether X-Ray samples invocations. */
  readonly tracing: boolean;
  /** What a query of Athena may read before it is stopped. */
  readonly queryScanLimit: Size;
  /** The VPC through which sources with `network: 'private'` are reached. @default none, and such a source is refused */
  readonly network?: PrivateNetwork;
}

/** What the functions of an environment get. */
export interface Capacity {
  /** Megabytes of memory; a whole virtual CPU comes with 1,769, and shaping uses one. */
  readonly workerMegabytes: number;
  /** The same of a fan-out that plans only; one that reads the tables of parents has DuckDB in it, and gets what a worker gets. */
  readonly fanOutMegabytes: number;
  readonly reconcileMegabytes: number;
  /** Room of reconcile for the keys and objects of a run that is verified or merged: 1 to 10. */
  readonly reconcileStorageGibibytes: number;
  /** Most lanes of a source, at least 2; a setting such as 'geonames:lanes' may still ask for more. @default as its file declares */
  readonly lanes?: number;
}

/**
 * A VPC of the environment's own: two zones, one NAT gateway with a fixed address, nothing reachable from outside. Neither option can be changed
 * in place: the new VPC's NAT gateway would want the address before the old one lets go of it. How to move: docs/deploy.md#private-sources.
 */
export interface PrivateNetwork {
  /** IPv4 range, chosen so that it overlaps with nothing that the sources' networks hold. @example '10.64.0.0/20' */
  readonly cidr: string;
  /**
   * Two availability zones of the region that this is deployed to, such as ['us-east-1b', 'us-east-1c'], where one of its first two has no room for
   * functions: Lambda is not in use1-az3 of us-east-1, and which letter that is differs by account. @default the region's first two
   */
  readonly zones?: readonly [string, string];
}

/** An environment for each name. */
export type Environments = Readonly<Record<EnvironmentName, Environment>>;

/** Every environment by name, as it is deployed. Say here what is to differ, as in `prod: { ...usualEnvironments.prod, network: { cidr: '10.64.0.0/20' } }`. */
export const environments: Environments = {
  local: { ...usualEnvironments.local },
  dev: { ...usualEnvironments.dev },
  staging: { ...usualEnvironments.staging },
  prod: { ...usualEnvironments.prod },
};

/** The one of that name; undefined when there is none. */
export function findEnvironment(name: unknown, offered: Environments): Environment | undefined {
  return Object.values(offered).find((environment) => environment.name === name);
}

/** Whether that dataset is loaded at its declared times; those that are not are never late. */
export function loadsByItself(
  environment: Environment,
  source: Pick<Source, 'name' | 'baseUrl'>,
  dataset: string,
): boolean {
  const isOn = environment.scheduleSwitches?.[`${source.name}/${dataset}`] ?? environment.schedulesEnabled;
  return isOn && isReachable(environment, source);
}

/** Whether the environment's functions can ask the source at all: nothing on AWS reaches one on a laptop. */
export function isReachable({ name }: Environment, { baseUrl }: Pick<Source, 'baseUrl'>): boolean {
  return name === 'local' || !isLoopback(new URL(baseUrl));
}

/** When that dataset is loaded by itself in this environment; at no time where its schedules are off, or where it has none. */
export function schedulesHere(
  environment: Environment,
  source: Pick<Source, 'name' | 'baseUrl'>,
  dataset: Pick<Dataset, 'name' | 'schedule' | 'incremental'>,
): readonly Schedule[] {
  return loadsByItself(environment, source, dataset.name) ? schedulesOf(dataset) : [];
}

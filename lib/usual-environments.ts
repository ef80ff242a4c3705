import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { functionSizes } from '../core/forecast/usage';
import type { Capacity, Environments } from './environments';

/** What the forecasts of `baseload plan` reckon with. */
const usualCapacity: Capacity = {
  workerMegabytes: functionSizes.worker.memoryMegabytes,
  fanOutMegabytes: functionSizes['fan-out'].memoryMegabytes,
  reconcileMegabytes: functionSizes.reconcile.memoryMegabytes,
  reconcileStorageGibibytes: functionSizes.reconcile.storageGigabytes,
};

/** Every environment as Baseload comes, which the documentation describes; what is to differ in yours stands in lib/environments.ts. */
export const usualEnvironments: Environments = {
  local: {
    name: 'local',
    lakeRemovalPolicy: RemovalPolicy.DESTROY,
    rawRetention: Duration.days(30),
    quarantineRetention: Duration.days(90),
    unpublishedRetention: Duration.days(7),
    terminationProtection: false,
    capacity: usualCapacity,
    logRetention: RetentionDays.ONE_DAY,
    schedulesEnabled: false,
    scheduleWindow: TimeWindow.off(),
    alarmsEnabled: false,
    tracing: false,
    queryScanLimit: Size.gibibytes(100),
  },
  dev: {
    name: 'dev',
    lakeRemovalPolicy: RemovalPolicy.DESTROY,
    rawRetention: Duration.days(14),
    quarantineRetention: Duration.days(30),
    unpublishedRetention: Duration.days(7),
    accessLogRetention: Duration.days(14),
    terminationProtection: false,
    capacity: usualCapacity,
    logRetention: RetentionDays.ONE_WEEK,
    schedulesEnabled: false,
    scheduleWindow: TimeWindow.flexible(Duration.minutes(10)),
    alarmsEnabled: true,
    tracing: true,
    queryScanLimit: Size.gibibytes(100),
  },
  staging: {
    name: 'staging',
    lakeRemovalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    rawRetention: Duration.days(90),
    quarantineRetention: Duration.days(180),
    unpublishedRetention: Duration.days(30),
    undeleteWindow: Duration.days(7),
    accessLogRetention: Duration.days(90),
    terminationProtection: false,
    capacity: usualCapacity,
    logRetention: RetentionDays.ONE_MONTH,
    schedulesEnabled: false,
    scheduleWindow: TimeWindow.flexible(Duration.minutes(10)),
    alarmsEnabled: true,
    tracing: true,
    queryScanLimit: Size.gibibytes(500),
  },
  prod: {
    name: 'prod',
    lakeRemovalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    rawRetention: Duration.days(365),
    quarantineRetention: Duration.days(730),
    unpublishedRetention: Duration.days(30),
    undeleteWindow: Duration.days(30),
    accessLogRetention: Duration.days(365),
    terminationProtection: true,
    capacity: usualCapacity,
    logRetention: RetentionDays.THREE_MONTHS,
    schedulesEnabled: true,
    scheduleWindow: TimeWindow.flexible(Duration.minutes(10)),
    alarmsEnabled: true,
    tracing: true,
    queryScanLimit: Size.tebibytes(1),
  },
};

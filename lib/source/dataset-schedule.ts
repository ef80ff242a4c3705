import { Duration, TimeZone } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  ContextAttribute,
  type IScheduleGroup,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Schedule as DeclaredSchedule, Source } from '../../core/source/source';
import { type Environment, loadsByItself } from '../environments';
import type { ScheduleRole } from '../function/schedule-role';

export interface DatasetScheduleProps {
  readonly environment: Environment;
  readonly source: Source;
  readonly dataset: string;
  readonly schedule: DeclaredSchedule;
  /** What is loaded: everything, or what changed. @default 'full' */
  readonly mode?: 'full' | 'incremental';
  /** Started with `{dataset, scheduledTime}`, and with `mode: 'incremental'` where only what changed is loaded. */
  readonly fanOut: IFunction;
  readonly role: ScheduleRole;
  readonly schedules: IScheduleGroup;
  /** Where a start goes that could not be delivered. */
  readonly missedSchedules: IQueue;
}

/** Starts a dataset's run at its declared time. */
export class DatasetSchedule extends Construct {
  constructor(scope: Construct, id: string, props: DatasetScheduleProps) {
    super(scope, id);
    const { environment, source, dataset, mode = 'full' } = props;
    const isFull = mode === 'full';
    new Schedule(this, 'Schedule', {
      description: `Loads ${isFull ? '' : 'what changed of '}${source.name}/${dataset}`,
      schedule: cron(props.schedule),
      scheduleGroup: props.schedules,
      timeWindow: environment.scheduleWindow,
      enabled: loadsByItself(environment, source, dataset),
      target: new LambdaInvoke(props.fanOut, {
        // The time names the run, so a start that is delivered twice is one run.
        input: ScheduleTargetInput.fromObject({
          dataset,
          ...(isFull ? {} : { mode }),
          scheduledTime: ContextAttribute.scheduledTime,
        }),
        role: props.role.role,
        deadLetterQueue: props.missedSchedules,
        // A load that starts much later than declared surprises; better to be told that it did not start.
        retryAttempts: 3,
        maxEventAge: Duration.hours(1),
      }),
    });
  }
}

function cron({ hour, minute, timeZone, weekDays }: DeclaredSchedule): ScheduleExpression {
  return ScheduleExpression.cron({
    minute: String(minute),
    hour: String(hour),
    ...(weekDays && weekDays.length > 0 ? { weekDay: weekDays.join(',').toUpperCase() } : {}),
    timeZone: TimeZone.of(timeZone),
  });
}

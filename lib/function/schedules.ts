import { RemovalPolicy } from 'aws-cdk-lib';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { stackName } from '../../lambda/environment';
import type { Environment } from '../environments';

export interface SchedulesProps {
  readonly environment: Environment;
}

/** The group that all schedules of an environment are in, and no others: their roles are assumed for schedules of this group alone. */
export class Schedules extends ScheduleGroup {
  constructor(scope: Construct, id: string, { environment }: SchedulesProps) {
    super(scope, id, {
      scheduleGroupName: stackName(environment.name),
      // It keeps nothing, and one that is left behind would be in the way of the next deployment.
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

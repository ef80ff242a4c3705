import { Stack } from 'aws-cdk-lib';
import { type IRole, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface ScheduleRoleProps {
  /** The one function that may be invoked. */
  readonly target: IFunction;
  /** Where starts go that could not be delivered. @default nowhere */
  readonly missedSchedules?: IQueue;
  /** The group of the schedules that have the role. */
  readonly schedules: IScheduleGroup;
}

/** Lets EventBridge Scheduler invoke one function, by its plain ARN: the role that the target would make allows every version too. */
export class ScheduleRole extends Construct {
  /** Cannot be added to, so that a target's own grants have no effect. */
  readonly role: IRole;

  constructor(scope: Construct, id: string, { target, missedSchedules, schedules }: ScheduleRoleProps) {
    super(scope, id);
    const statements = [
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target.functionArn] }),
    ];
    if (missedSchedules) {
      statements.push(
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [missedSchedules.queueArn] }),
      );
    }
    const role = new Role(this, 'Role', {
      // Only for schedules of this environment: guards against the confused deputy (EventBridge Scheduler User Guide, "Confused deputy prevention").
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': Stack.of(this).account,
            'aws:SourceArn': schedules.scheduleGroupArn,
          },
        },
      }),
      inlinePolicies: { Scoped: new PolicyDocument({ statements }) },
    });
    this.role = role.withoutPolicyUpdates();
  }
}

import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Environment } from '../../environments';
import { topicName } from './alarm-names';

export interface AlarmTopicProps {
  readonly environment: Environment;
  /** E-mail addresses; SNS asks each to confirm. */
  readonly addresses: readonly string[];
}

/**
 * Where pages go. It has no key: CloudWatch cannot publish to a topic with SNS's own one, alias/aws/sns (re:Post, "How do I use an encrypted
 * SNS topic with CloudWatch alarms"), and one of our own would cost more than the rest of it and hide only names of alarms and what they say.
 */
export class AlarmTopic extends Topic {
  constructor(scope: Construct, id: string, { environment, addresses }: AlarmTopicProps) {
    super(scope, id, {
      topicName: topicName(environment.name),
      displayName: `Baseload ${environment.name}`,
      enforceSSL: true,
    });
    const stack = Stack.of(this);
    const alarms = stack.formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: `baseload-${environment.name}-*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    // Only alarms of this environment, in this account: guards against the confused deputy (SNS Developer Guide, "Example cases for Amazon SNS access control").
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsMayPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: { 'aws:SourceArn': alarms },
        },
      }),
    );
    for (const address of addresses) this.addSubscription(new EmailSubscription(address));
  }
}

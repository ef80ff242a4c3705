import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { eventSource } from '../../core/run/events/run-event';
import { eventBusName } from '../../lambda/environment';
import type { Environment } from '../environments';

export interface RunEventBusProps {
  readonly environment: Environment;
}

/** Where RunPublished, RunFailed and RunBlocked are put, for whoever has a rule on them. */
export class RunEventBus extends Construct {
  readonly busName: string;
  private readonly bus: EventBus;

  constructor(scope: Construct, id: string, { environment }: RunEventBusProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: eventBusName(environment.name),
      description: `What became of the runs of baseload-${environment.name}`,
    });
    this.busName = this.bus.eventBusName;
  }

  /** Allows putting events of Baseload's own on the bus. */
  mayPut(): PolicyStatement {
    return new PolicyStatement({
      actions: ['events:PutEvents'],
      resources: [this.bus.eventBusArn],
      // A call may bring several events, so the key has several values, and each must be this one (EventBridge User Guide, "Example policy:
      // Send events to a custom bus in a different account").
      conditions: { 'ForAllValues:StringEquals': { 'events:source': eventSource } },
    });
  }
}

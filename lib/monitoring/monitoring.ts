import { NestedStack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import { ConfigurationError } from '../../core/errors';
import { stackName } from '../../lambda/environment';
import type { Environment } from '../environments';
import { alarmAddresses } from './alarm-addresses';
import { AlarmTopic } from './alarms/alarm-topic';
import { CapacityPage } from './alarms/capacity-page';
import { PipelinePage } from './alarms/pipeline-page';
import { ReconcileAlarms } from './alarms/reconcile-alarms';
import { SourcePage } from './alarms/source-page';
import { cloudWatchConsole } from './console-address';
import { PipelineDashboard } from './dashboard/pipeline-dashboard';
import type { ShownSource } from './dashboard/row';

export interface MonitoringProps {
  readonly environment: Environment;
  readonly sources: readonly ShownSource[];
}

/**
 * Alarms, whom they tell, and the dashboard of an environment. A stack within its stack, since a source with three datasets has some twenty-five alarms,
 * and a template holds 500 resources (CloudFormation quotas). Everything is watched by its name.
 */
export class Monitoring extends NestedStack {
  readonly topicArn: string;
  /** Of CloudWatch's console. */
  readonly dashboardUrl: string;

  constructor(scope: Construct, id: string, { environment, sources }: MonitoringProps) {
    super(scope, id, {
      description: `Alarms and dashboard of baseload-${environment.name}`,
      // A template holds a megabyte, and of this one blanks are a fifth.
      suppressTemplateIndentation: true,
    });
    const { addresses, problems } = alarmAddresses(scope.node.getAllContext(), environment.name);
    if (problems.length > 0) throw new ConfigurationError(problems.join('\n'));
    const topic = new AlarmTopic(this, 'Topic', { environment, addresses });
    const action = new SnsAction(topic);
    this.topicArn = topic.topicArn;
    this.dashboardUrl = `${cloudWatchConsole(scope)}#dashboards:name=${stackName(environment.name)}`;

    const reconcile = new ReconcileAlarms(this, 'Reconcile', { environment });
    const pipeline = new PipelinePage(this, 'Pipeline', { environment, reconcile, action });
    const pages = sources.map(
      ({ source, workerTimeout }) =>
        new SourcePage(this, `Source-${source.name}`, {
          environment,
          source,
          workerTimeout,
          action,
          suppressor: pipeline.alarm,
        }),
    );
    const throttles = pages.map((page) => page.throttles);
    const capacity = new CapacityPage(this, 'Capacity', { environment, throttles, action });
    const telling = [pipeline, capacity, ...pages.map(({ page }) => page)];

    const children = [reconcile.errors, reconcile.stopped, ...pages.flatMap((page) => page.children)];
    refuseSameNames([...children, ...telling.flatMap((page) => [page, ...page.groups])]);
    new PipelineDashboard(this, 'Dashboard', {
      environment,
      sources,
      pages: telling.map(({ alarm }) => alarm),
      others: children,
    });
  }
}

/** Names with dashes in them can be put together to the same alarm's name in two ways. */
function refuseSameNames(alarms: readonly { readonly name: string; readonly about: string }[]): void {
  const byName = new Map<string, string>();
  for (const { name, about } of alarms) {
    const other = byName.get(name);
    if (other !== undefined) {
      throw new ConfigurationError(
        `${other} and ${about} both make an alarm called '${name}': rename one of them`,
      );
    }
    byName.set(name, about);
  }
}

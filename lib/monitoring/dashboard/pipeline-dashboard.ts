import { Dashboard, type IAlarm, PeriodOverride, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { stackName } from '../../../lambda/environment';
import { cloudWatchConsole } from '../console-address';
import { alarmWidgets } from './alarm-widgets';
import { costRow } from './cost-row';
import { freshnessRow } from './freshness-row';
import { pipelineRow } from './pipeline-row';
import { columns, heading, type Shown } from './row';
import { runsRow } from './runs-row';
import { sourceRow } from './source-row';

export interface PipelineDashboardProps extends Shown {
  /** The alarms that tell somebody. */
  readonly pages: readonly IAlarm[];
  /** The alarms behind them. */
  readonly others: readonly IAlarm[];
}

/** The one page that answers, top to bottom: is anything wrong, is data fresh, are runs moving, are sources and pipeline well, what does it cost. */
export class PipelineDashboard extends Dashboard {
  constructor(scope: Construct, id: string, props: PipelineDashboardProps) {
    const { environment, sources, pages, others } = props;
    super(scope, id, {
      dashboardName: stackName(environment.name),
      start: '-PT12H',
      periodOverride: PeriodOverride.INHERIT,
    });
    const count = sources.length === 1 ? 'one source' : `${sources.length} sources`;
    this.addWidgets(
      new TextWidget({
        markdown: `# Baseload ${environment.name}\n${count}; [all alarms](${cloudWatchConsole(this)}#alarmsV2:). What an alarm means and what to do: docs/runbook.md, one heading for each kind.`,
        width: columns,
        height: 2,
      }),
    );
    for (const line of alarmWidgets(pages, others)) this.addWidgets(...line);
    for (const makeRow of [freshnessRow, runsRow, sourceRow, pipelineRow, costRow]) {
      const row = makeRow({ environment, sources });
      this.addWidgets(heading(row));
      this.addWidgets(...row.widgets);
    }
  }
}

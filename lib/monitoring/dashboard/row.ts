import type { Duration } from 'aws-cdk-lib';
import {
  Color,
  GraphWidget,
  type GraphWidgetProps,
  type HorizontalAnnotation,
  type IWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Source } from '../../../core/source/source';
import type { Environment } from '../../environments';
import type { AlarmKind } from '../alarms/alarm-names';

/** Columns of a dashboard's grid (CloudWatch API, "Dashboard body structure and syntax"). */
export const columns = 24;

/** A source as a dashboard shows it. */
export interface ShownSource {
  readonly source: Source;
  readonly workerTimeout: Duration;
}

/** What a dashboard shows. */
export interface Shown {
  readonly environment: Environment;
  readonly sources: readonly ShownSource[];
}

/** A question, and the graphs that answer it from left to right; as many lines of them as they need. */
export interface DashboardRow {
  readonly question: string;
  /** What to look for; Markdown. */
  readonly hint: string;
  /** Alarms that tell of it, which are headings of the runbook. */
  readonly alarms: readonly AlarmKind[];
  readonly widgets: readonly IWidget[];
}

/** The text above a row's graphs. */
export function heading({ question, hint, alarms }: DashboardRow): TextWidget {
  const kinds = alarms.length === 0 ? '' : `\nIn docs/runbook.md: ${alarms.join(', ')}.`;
  return new TextWidget({ markdown: `## ${question}\n${hint}${kinds}`, width: columns, height: 2 });
}

/** A graph of six lines' height from zero up, as wide as said. */
export function graph(width: number, title: string, props: GraphWidgetProps): GraphWidget {
  return new GraphWidget({ width, height: 6, title, leftYAxis: { min: 0, showUnits: false }, ...props });
}

/** The value at which an alarm begins, across a graph. */
export function alarmAt(value: number, kind: AlarmKind): HorizontalAnnotation {
  return { value, label: `alarm ${kind}`, color: Color.RED };
}

import type { Duration } from 'aws-cdk-lib';
import { GraphWidget, type GraphWidgetProps, type IWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Source } from '../../../core/source/source';
import type { Environment } from '../../environments';

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
  readonly widgets: readonly IWidget[];
}

/** The line above a row's graphs. */
export function heading({ question, hint }: DashboardRow): TextWidget {
  return new TextWidget({ markdown: `## ${question}\n${hint}`, width: columns, height: 2 });
}

/** A graph of six lines' height from zero up, as wide as said. */
export function graph(width: number, title: string, props: GraphWidgetProps): GraphWidget {
  return new GraphWidget({ width, height: 6, title, leftYAxis: { min: 0, showUnits: false }, ...props });
}

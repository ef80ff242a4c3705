import type { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';

const widget = z.object({
  type: z.enum(['text', 'metric', 'alarm']),
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
  properties: z.looseObject({
    title: z.string().optional(),
    markdown: z.string().optional(),
    alarms: z.array(z.string()).optional(),
    states: z.array(z.string()).optional(),
    sortBy: z.string().optional(),
    metrics: z.array(z.array(z.unknown())).optional(),
  }),
});

export type Widget = z.infer<typeof widget>;

/** A metric of a graph, by its namespace, name and dimensions; `id` where an expression refers to it. */
export interface GraphMetric {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly id?: string | undefined;
}

/** The widgets of the one dashboard of a template, with alarms by their names. */
export function widgetsOf(template: Template): Widget[] {
  const { Resources } = template.toJSON();
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const body = textOf(dashboard?.Properties.DashboardBody, Resources);
  return z.object({ widgets: z.array(widget) }).parse(JSON.parse(body)).widgets;
}

const options = z.looseObject({ id: z.string().optional(), expression: z.string().optional() });

/** What the graphs of a widget are drawn from. */
export function drawnFrom({ properties }: Widget): { metrics: GraphMetric[]; expressions: string[] } {
  const metrics: GraphMetric[] = [];
  const expressions: string[] = [];
  for (const entry of properties.metrics ?? []) {
    const words = entry.filter((part) => typeof part === 'string');
    const { id, expression } = options.parse(entry.find((part) => typeof part === 'object') ?? {});
    if (expression !== undefined) expressions.push(expression);
    const [namespace, metric, ...names] = words;
    if (namespace === undefined || metric === undefined) continue;
    const dimensions: Record<string, string> = {};
    for (let at = 0; at < names.length; at += 2) dimensions[names[at] ?? ''] = names[at + 1] ?? '';
    metrics.push({ namespace, metric, dimensions, id });
  }
  return { metrics, expressions };
}

const joined = z.object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.unknown())]) });
const attribute = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) });
const alarm = z.object({ Properties: z.object({ AlarmName: z.string() }) });

function textOf(value: unknown, resources: Readonly<Record<string, unknown>>): string {
  if (typeof value === 'string') return value;
  const { data: join } = joined.safeParse(value);
  if (join) return join['Fn::Join'][1].map((part) => textOf(part, resources)).join('');
  if (z.object({ Ref: z.literal('AWS::Region') }).safeParse(value).success) return 'eu-central-1';
  const { data: found } = attribute.safeParse(value);
  if (!found) throw new Error(`A dashboard with ${JSON.stringify(value)} in it cannot be read here`);
  const [id] = found['Fn::GetAtt'];
  return alarm.parse(resources[id]).Properties.AlarmName;
}

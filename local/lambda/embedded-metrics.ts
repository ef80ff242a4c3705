import { z } from 'zod';

/** Metric values that a function printed in CloudWatch's embedded metric format (EMF). */
export interface EmbeddedMetrics {
  readonly namespace: string;
  /** Names and values of all dimensions, whatever the sets they are combined in. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** By metric name; several values of one metric in a line are added up. */
  readonly values: Readonly<Record<string, number>>;
}

/** The part of the EMF specification that is read: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const emfSchema = z.looseObject({
  _aws: z.looseObject({
    CloudWatchMetrics: z.array(
      z.looseObject({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())).default([]),
        Metrics: z.array(z.looseObject({ Name: z.string() })),
      }),
    ),
  }),
});

/** Reads a line of output as EMF: one entry per namespace, or undefined when the line is anything else. */
export function parseEmbeddedMetrics(line: string): EmbeddedMetrics[] | undefined {
  if (!line.startsWith('{') || !line.includes('"CloudWatchMetrics"')) return undefined;
  const parsed = emfSchema.safeParse(parseJson(line));
  if (!parsed.success) return undefined;
  const root: Readonly<Record<string, unknown>> = parsed.data;
  return parsed.data._aws.CloudWatchMetrics.map((directive) => ({
    namespace: directive.Namespace,
    dimensions: Object.fromEntries(directive.Dimensions.flat().map((name) => [name, String(root[name])])),
    values: Object.fromEntries(
      directive.Metrics.filter(({ Name }) => root[Name] !== undefined).map(({ Name }) => [
        Name,
        total(root[Name]),
      ]),
    ),
  }));
}

function total(value: unknown): number {
  return Array.isArray(value) ? value.reduce((sum: number, one) => sum + Number(one), 0) : Number(value);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

import { datasetKinds, sourceKinds } from '../../../lib/monitoring/alarms/alarm-names';
import { alarmsIn } from '../../support/alarms/alarm-definitions';
import type { MetricSample } from '../../support/alarms/metric-samples';
import { synthesizeMonitoring } from '../../support/alarms/synthesize-monitoring';
import harbour from '../fixtures/sources/harbour';
import tides from '../fixtures/sources/tides';
import { type Widget, widgetsOf } from './dashboard-body';
import { type DrawnLine, linesDrawn } from './dashboard-lines';
import { manySources } from './many-sources';

const minute = 60_000;
const look = { from: 0, to: 12 * 60 * minute };
const template = synthesizeMonitoring('prod', [harbour, tides]);
const two = widgetsOf(template);
const many = widgetsOf(synthesizeMonitoring('prod', manySources(12, 4)));

test("requests are drawn against each source's own limit", () => {
  const samples = [
    // As much as harbour allows, 20/s for five minutes, of two datasets; half of what tides allows.
    ...everyMinute(0, 5, written('harbour', 'ships', 'Requests', 900)),
    ...everyMinute(0, 5, written('harbour', 'berths', 'Requests', 300)),
    ...everyMinute(0, 5, written('tides', 'levels', 'Requests', 300)),
  ];
  const lines = linesDrawn(titled(two, "Requests, % of the source's limit"), { ...look, samples });
  expect(lines.map(({ label, values }) => [label, values.get(0), values.get(5 * minute)])).toEqual([
    ['harbour, of 20/s', 100, 0],
    ['tides, of 10/s', 50, 0],
  ]);
});

test('what begins an alarm is drawn where it begins', () => {
  const thresholds = new Map(alarmsIn(template).metric.map(({ name, threshold }) => [name, threshold]));
  const drawn = two.flatMap(({ properties: { annotations } }) =>
    lineLabels(annotations).map(({ label, value }) => [label, value] as const),
  );
  expect(Object.fromEntries(drawn.filter(([label]) => label.startsWith('alarm ')))).toEqual({
    'alarm late': thresholds.get('baseload-prod-tides-levels-late'),
    'alarm queue-age': 100,
    'alarm dead-letters': thresholds.get('baseload-prod-tides-dead-letters'),
    'alarm worker-duration': Number(thresholds.get('baseload-prod-tides-worker-duration')) / 1000,
  });
  const kinds: readonly string[] = [...sourceKinds, ...datasetKinds];
  for (const [label] of drawn) if (label.startsWith('alarm ')) expect(kinds).toContain(label.slice(6));
});

test("a page range that has waited for its source's deadline is drawn at the alarm's line", () => {
  const alarms = alarmsIn(synthesizeMonitoring('prod', manySources(12, 4))).metric;
  const { threshold = 0 } = alarms.find(({ name }) => name === 'baseload-prod-source-7-queue-age') ?? {};
  const samples = [queue('baseload-prod-source-7-pages', 'ApproximateAgeOfOldestMessage', threshold)];
  const lines = linesDrawn(titled(many, 'Longest wait, % of what is allowed'), { ...look, samples });
  expect(lines.find(({ label }) => label === 'source-7, of 4 h')?.values.get(0)).toBe(100);
});

test('what became of runs is told by colour, and what is held up by number of runs, in another graph', () => {
  const samples = [
    written('tides', 'levels', 'RunPublished', 1)(0),
    written('harbour', 'ships', 'RunPublished', 1)(7 * minute),
    ...everyMinute(60, 120, written('harbour', 'berths', 'RunBlocked', 1)),
    ...everyMinute(60, 120, written('harbour', 'ships', 'RunBlocked', 1)),
  ];
  const ended = linesDrawn(titled(two, 'Runs, by the hour'), { ...look, samples });
  expect(ended.map(({ label, color }) => [label, color])).toEqual([
    ['published', '#2ca02c'],
    ['ended unpublished', '#d62728'],
    ['skipped: one was under way', '#7f7f7f'],
    ['none', '#c7c7c7'],
  ]);
  expect(ended[0]?.values.get(0)).toBe(2);
  const [blocked] = linesDrawn(titled(two, 'Runs held up: 0 is good'), { ...look, samples });
  expect(Math.max(...(blocked?.values.values() ?? []))).toBe(2);
  expect(blocked?.color).not.toBe('#2ca02c');
});

test('of 48 datasets the ten that are latest are drawn, latest first', () => {
  const samples = manySources(12, 4).flatMap(({ name, datasets }, at) =>
    datasets.map((dataset, index) => written(name, dataset.name, 'HoursLate', 4 * at + index)(0)),
  );
  const labels = linesDrawn(titled(many, 'Hours late, top 10: 0 is good'), { ...look, samples }).map(
    ({ label }) => label,
  );
  expect(labels).toHaveLength(10);
  expect(labels.slice(0, 5)).toEqual([
    'source-12/dataset-4',
    'source-12/dataset-3',
    'source-12/dataset-2',
    'source-12/dataset-1',
    'source-11/dataset-4',
  ]);
});

test('of 25 functions the ten with the most errors are drawn by their names', () => {
  const errors = (name: string, value: number): MetricSample => ({
    namespace: 'AWS/Lambda',
    metric: 'Errors',
    dimensions: { FunctionName: name },
    value,
    at: 0,
  });
  const samples = [errors('baseload-prod-source-9-worker', 4), errors('baseload-prod-source-3-fan-out', 2)];
  const [most, next, ...others] = linesDrawn(titled(many, 'Errors, top 10: 0 is good'), { ...look, samples });
  expect([most?.label, next?.label, others.length]).toEqual(['source-9 worker', 'source-3 fan-out', 8]);
});

test.each([
  ['two sources', two, [harbour, tides]],
  ['twelve sources', many, manySources(12, 4)],
])('no graph of %s has more lines than sources and one, or ten and one', (_, widgets, sources) => {
  const samples = sources.flatMap(({ name, datasets }) =>
    datasets.flatMap((dataset) =>
      (
        ['HoursLate', 'HoursSinceBaseline', 'Retries', 'Throttled', 'RangesParked', 'RangesLoaded'] as const
      ).map((metric) => written(name, dataset.name, metric, 1)(0)),
    ),
  );
  const counts = graphsOf(widgets).map((widget) => linesDrawn(widget, { ...look, samples }).length);
  expect(Math.max(...counts)).toBeLessThanOrEqual(Math.max(10, sources.length) + 1);
});

test('a source has one colour in every graph, and red and green are nobody’s', () => {
  const lines = graphsOf(two).flatMap((widget) => linesDrawn(widget, { ...look, samples: [] }));
  for (const name of ['harbour', 'tides']) {
    const own = lines.filter(
      ({ label }) => [name, `${name} worker`].includes(label) || label.startsWith(`${name}, of`),
    );
    expect(own.length).toBeGreaterThanOrEqual(8);
    expect(new Set(own.map(({ color }) => color)).size).toBe(1);
    expect(['#2ca02c', '#d62728']).not.toContain(own[0]?.color);
  }
  expect(colorsOf(lines, 'harbour/ships')).toEqual(colorsOf(lines, 'harbour'));
  expect(colorsOf(lines, 'tides/levels')).toEqual(colorsOf(lines, 'tides'));
  const [berths, ...more] = colorsOf(lines, 'harbour/berths');
  expect(more).toEqual([]);
  expect([...colorsOf(lines, 'harbour'), ...colorsOf(lines, 'tides')]).not.toContain(berths);
});

test('nothing that went wrong is drawn as a line at 0, not as a graph without data', () => {
  for (const widget of graphsOf(two)) {
    const title = widget.properties.title ?? '';
    if (!title.includes('0 is good') || /Hours late|Errors|Throttles/.test(title)) continue;
    const lines = linesDrawn(widget, { ...look, samples: [] });
    expect([title, lines.some(({ values }) => values.size > 0)]).toEqual([title, true]);
  }
});

test('what S3 and SQS cost is of all the time shown, in cents', () => {
  const samples = [
    ...everyMinute(0, 720, written('tides', 'levels', 'RangesLoaded', 10)),
    ...everyMinute(0, 720, (at) => ({
      ...queue('baseload-prod-tides-pages', 'NumberOfMessagesSent', 25),
      at,
    })),
  ];
  const [s3, sqs] = linesDrawn(titled(two, 'S3 and SQS, US cents'), { ...look, samples });
  // 7,200 ranges of 4 PUT ($0.005 per 1,000) and 1 GET ($0.0004 per 1,000); 18,000 requests at $0.40 per million.
  expect([...(s3?.values.values() ?? [])]).toEqual([expect.closeTo(7200 * 0.00204, 6)]);
  expect([...(sqs?.values.values() ?? [])]).toEqual([expect.closeTo(0.72, 6)]);
});

function titled(widgets: readonly Widget[], title: string): Widget {
  const found = widgets.find(({ properties }) => properties.title === title);
  if (!found) throw new Error(`No graph is called '${title}'`);
  return found;
}

function graphsOf(widgets: readonly Widget[]): Widget[] {
  return widgets.filter(({ properties: { view } }) => view === 'timeSeries');
}

function lineLabels(annotations: unknown): { label: string; value: number }[] {
  const { horizontal = [] } = (annotations ?? {}) as { horizontal?: { label: string; value: number }[] };
  return horizontal;
}

function colorsOf(lines: readonly DrawnLine[], label: string): string[] {
  return [...new Set(lines.filter((line) => line.label === label).map(({ color = 'none' }) => color))];
}

function written(
  source: string,
  dataset: string,
  metric: string,
  value: number,
): (at: number) => MetricSample {
  return (at) => ({ namespace: 'Baseload/prod', metric, dimensions: { source, dataset }, value, at });
}

function queue(name: string, metric: string, value: number): MetricSample {
  return { namespace: 'AWS/SQS', metric, dimensions: { QueueName: name }, value, at: 0 };
}

function everyMinute(from: number, to: number, sample: (at: number) => MetricSample): MetricSample[] {
  return Array.from({ length: to - from }, (_, index) => sample((from + index) * minute));
}

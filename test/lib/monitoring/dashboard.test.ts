import { readFileSync } from 'node:fs';
import type { GaugeName, MetricName } from '../../../core/run/ports';
import { functionNames, queueNames, reconcileName } from '../../../lambda/environment';
import { alarmsIn } from '../../support/alarms/alarm-definitions';
import { synthesizeMonitoring } from '../../support/alarms/synthesize-monitoring';
import { slicedSource } from '../fixtures/sliced-source';
import harbour from '../fixtures/sources/harbour';
import tides from '../fixtures/sources/tides';
import { drawnFrom, type Widget, widgetsOf } from './dashboard-body';
import { linesDrawn } from './dashboard-lines';
import { manySources } from './many-sources';

/** Every metric that the functions write: the compiler sees that none is left out, and none made up. */
const written: Readonly<Record<MetricName | GaugeName, true>> = {
  Requests: true,
  Throttled: true,
  Retries: true,
  PagesFetched: true,
  BytesReceived: true,
  RecordsReceived: true,
  RecordsStaged: true,
  RecordsQuarantined: true,
  RecordsFiltered: true,
  RangesLoaded: true,
  RangesSkipped: true,
  RangesParked: true,
  RangesDeadLettered: true,
  RangesEnqueued: true,
  RunSkipped: true,
  RunPublished: true,
  RunBlocked: true,
  RunStuck: true,
  RunFailed: true,
  RunQuarantined: true,
  RunIncomplete: true,
  RunDrifted: true,
  QuarantinedRatio: true,
  HoursSinceBaseline: true,
  HoursLate: true,
};

/** Metrics of AWS, each with the one dimension that it is asked by, and the page that has them. */
const ofAws: Readonly<Record<string, { dimension: string; page: string; metrics: readonly string[] }>> = {
  'AWS/Lambda': {
    dimension: 'FunctionName',
    page: 'Lambda Developer Guide, Types of metrics for Lambda functions',
    metrics: ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions', 'AsyncEventsDropped'],
  },
  'AWS/SQS': {
    dimension: 'QueueName',
    page: 'SQS Developer Guide, Available CloudWatch metrics for Amazon SQS',
    metrics: [
      'ApproximateNumberOfMessagesVisible',
      'ApproximateAgeOfOldestMessage',
      'NumberOfMessagesSent',
      'NumberOfMessagesReceived',
      'NumberOfMessagesDeleted',
      'NumberOfEmptyReceives',
    ],
  },
};

/** What is told of a dataset at rest. */
const atRest = {
  samples: ['HoursSinceBaseline', 'HoursLate'].map((metric) => ({
    namespace: 'Baseload/prod',
    metric,
    dimensions: { source: 'source-1', dataset: 'dataset-1' },
    value: 0,
    at: 0,
  })),
  from: 0,
  to: 12 * 3_600_000,
};

describe.each([
  ['one source', [tides]],
  ['two sources', [harbour, tides]],
  ['thirty-five sources', manySources(35, 1)],
])('the dashboard of %s', (_, sources) => {
  const template = synthesizeMonitoring('prod', sources);
  const widgets = widgetsOf(template);

  test('asks its questions from top to bottom', () => {
    const headings = widgets.flatMap(
      ({ properties }) => /^##? (.+)$/m.exec(properties.markdown ?? '')?.[1] ?? [],
    );
    expect(headings).toEqual([
      'Baseload prod',
      'Is the data fresh?',
      'Are runs moving?',
      'Is the source healthy?',
      'Is the pipeline healthy?',
      'What does it cost?',
    ]);
  });

  test('lies on the grid: no widget beyond its edge or over another, and none that hangs in the air', () => {
    const taken = new Map<string, Widget>();
    for (const widget of widgets) {
      expect(widget.x + widget.width).toBeLessThanOrEqual(24);
      for (let x = widget.x; x < widget.x + widget.width; x += 1) {
        for (let y = widget.y; y < widget.y + widget.height; y += 1) {
          expect(taken.get(`${x} ${y}`)).toBeUndefined();
          taken.set(`${x} ${y}`, widget);
        }
      }
    }
    for (const { x, y } of widgets) expect(y === 0 || taken.has(`${x} ${y - 1}`)).toBe(true);
  });

  test('stays within what CloudWatch draws: 500 widgets, 500 metrics in each, 2,500 in all, 100 alarms in a widget', () => {
    expect(widgets.length).toBeLessThanOrEqual(500);
    const counts = widgets.map(({ properties }) => properties.metrics?.length ?? 0);
    expect(Math.max(...counts)).toBeLessThanOrEqual(500);
    expect(counts.reduce((a, b) => a + b)).toBeLessThanOrEqual(2500);
    for (const { properties } of widgets) expect(properties.alarms?.length ?? 0).toBeLessThanOrEqual(100);
  });

  test('shows first which alarms are in ALARM, of all; then the state of those that page; the latest in ALARM first', () => {
    const { metric, composite } = alarmsIn(template);
    const shown = widgets.filter(({ type }) => type === 'alarm');
    const inAlarm = shown.filter(({ properties: { states } }) => states !== undefined);
    expect(inAlarm.flatMap(({ properties }) => properties.alarms ?? []).sort()).toEqual(
      metric.map(({ name }) => name).sort(),
    );
    for (const { properties } of inAlarm) expect(properties.states).toEqual(['ALARM']);
    const [pages, ...more] = shown.filter((widget) => !inAlarm.includes(widget));
    expect(more).toEqual([]);
    const telling = composite.filter(({ hasActions }) => hasActions);
    expect(pages?.properties.alarms?.toSorted()).toEqual(telling.map(({ name }) => name).sort());
    for (const { properties } of shown) expect(properties.sortBy).toBe('stateUpdatedTimestamp');
    for (const widget of inAlarm) expect(widget.y).toBeLessThan(pages?.y ?? 0);
  });

  test('draws only what exists: metrics of AWS by functions and queues of the stack, and those that the functions write', () => {
    const names = sources.flatMap(({ name }) => [
      ...Object.values(functionNames('prod', name)),
      ...Object.values(queueNames('prod', name)),
    ]);
    const known = new Set([...names, reconcileName('prod')]);
    let metrics = 0;
    let searches = 0;
    for (const widget of widgets) {
      const drawn = drawnFrom(widget);
      for (const { namespace, metric, dimensions } of drawn.metrics) {
        metrics += 1;
        if (namespace === 'Baseload/prod') {
          expect(Object.keys(written)).toContain(metric);
          const own = sources.find(({ name }) => name === dimensions.source);
          expect(own?.datasets.map(({ name }) => name)).toContain(dimensions.dataset);
          continue;
        }
        expect(ofAws[namespace]?.metrics).toContain(metric);
        expect(Object.keys(dimensions)).toEqual([ofAws[namespace]?.dimension]);
        for (const name of Object.values(dimensions)) expect(known).toContain(name);
      }
      for (const expression of drawn.expressions) {
        for (const [, search = ''] of expression.matchAll(/SEARCH\('([^']*)'/g)) {
          searches += 1;
          const [, metric = '', source] =
            /^\{"Baseload\/prod",source,dataset\} MetricName="(\w+)"(?: source="([^"]+)")?$/.exec(search) ??
            [];
          expect(Object.keys(written)).toContain(metric);
          if (source !== undefined) expect(sources.map(({ name }) => name)).toContain(source);
        }
        expect(expression.length).toBeLessThanOrEqual(1024);
      }
    }
    expect(metrics).toBeGreaterThan(15 * sources.length);
    expect(searches).toBeGreaterThanOrEqual(6 + 2 * sources.length);
  });

  test('reckons with the documented functions of metric math, plain numbers and metrics that its widgets have', () => {
    for (const widget of widgets) {
      const { metrics, expressions } = drawnFrom(widget);
      const ids = metrics.flatMap(({ id }) => id ?? []);
      for (const expression of expressions) {
        expect(expression).not.toMatch(/\de[-+]?\d|\d{15}/);
        for (const [, group = ''] of expression.matchAll(/METRICS\("(\w+)"\)/g)) {
          const found = ids.filter((id) => id.includes(group));
          expect(found.length).toBeGreaterThan(0);
          for (const id of found) expect(id).toMatch(new RegExp(`^${group}\\d+$`));
        }
      }
      if (widget.type === 'metric') expect(linesDrawn(widget, atRest).length).toBeGreaterThan(0);
    }
  });

  test('says what is good, and names headings of the runbook', () => {
    const runbook = readFileSync('docs/runbook.md', 'utf8');
    const texts = widgets.flatMap(({ properties: { markdown = '' } }) => markdown);
    const named = texts.flatMap((text) => /In docs\/runbook\.md: (.+)\./.exec(text)?.[1]?.split(', ') ?? []);
    expect(named.length).toBeGreaterThan(10);
    for (const heading of named) expect(runbook).toContain(`\n## ${heading}\n`);
    const [title] = texts;
    expect(title).toContain(
      '(https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:)',
    );
  });
});

test('what a run costs is reckoned with the memory that the environment gives', () => {
  const costOf = (workerMegabytes: number) => {
    const capacity = {
      workerMegabytes,
      fanOutMegabytes: 512,
      reconcileMegabytes: 1024,
      reconcileStorageGibibytes: 1,
    };
    const widgets = widgetsOf(synthesizeMonitoring('prod', [tides], { changes: { capacity } }));
    const expressions = widgets.flatMap((widget) => drawnFrom(widget).expressions);
    const [, cents] = expressions.flatMap((text) => /METRICS\("worker\d+time"\)\) \* (\S+)/.exec(text) ?? []);
    return Number(cents);
  };
  // A GB-second costs 0.00133334 cents; durations are milliseconds.
  expect(costOf(1024)).toBeCloseTo(1.33334e-6, 12);
  expect(costOf(2048)).toBeCloseTo(2.66668e-6, 12);
});

test('a fan-out that reads the tables of parents is reckoned with the memory that it gets', () => {
  const template = synthesizeMonitoring('prod', [tides, slicedSource.source]);
  const [planners] = widgetsOf(template).flatMap((widget) =>
    drawnFrom(widget).expressions.filter((text) => text.includes('planner')),
  );
  const priced = planners?.matchAll(/METRICS\("planner(\d+)time"\)\) \* (\S+)/g) ?? [];
  const rates = Object.fromEntries(Array.from(priced, ([, size, rate]) => [size, Number(rate)]));
  expect(rates).toEqual({
    512: expect.closeTo(0.5 * 1.33334e-6, 12),
    1769: expect.closeTo((1769 / 1024) * 1.33334e-6, 12),
  });
  expect(JSON.stringify(template)).toMatch(/baseload-prod-crews-fan-out[^}]*planner1769time0/);
});

import type { GaugeName, MetricName } from '../../../core/run/ports';
import { functionNames, queueNames, reconcileName } from '../../../lambda/environment';
import { alarmsIn } from '../../support/alarms/alarm-definitions';
import { synthesizeMonitoring } from '../../support/alarms/synthesize-monitoring';
import { slicedSource } from '../fixtures/sliced-source';
import harbour from '../fixtures/sources/harbour';
import tides from '../fixtures/sources/tides';
import { drawnFrom, type Widget, widgetsOf } from './dashboard-body';
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
    metrics: ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'],
  },
  'AWS/SQS': {
    dimension: 'QueueName',
    page: 'SQS Developer Guide, Available CloudWatch metrics for Amazon SQS',
    metrics: [
      'ApproximateNumberOfMessagesVisible',
      'ApproximateNumberOfMessagesNotVisible',
      'NumberOfMessagesSent',
      'NumberOfMessagesReceived',
      'NumberOfMessagesDeleted',
      'NumberOfEmptyReceives',
    ],
  },
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

  test('shows the state of every alarm, once, and those that page first', () => {
    const { metric, composite } = alarmsIn(template);
    const [first = [], ...others] = widgets.flatMap(({ properties }) =>
      properties.alarms ? [properties.alarms] : [],
    );
    expect(first.toSorted()).toEqual(composite.map(({ name }) => name).sort());
    expect(others.flat().sort()).toEqual(metric.map(({ name }) => name).sort());
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
    expect(searches).toBeGreaterThanOrEqual(11 + sources.length);
  });

  test('reckons with metrics that its widgets have', () => {
    for (const widget of widgets) {
      const { metrics, expressions } = drawnFrom(widget);
      const ids = metrics.flatMap(({ id }) => id ?? []);
      for (const expression of expressions) {
        for (const [, group = ''] of expression.matchAll(/METRICS\("(\w+)"\)/g)) {
          const found = ids.filter((id) => id.includes(group));
          expect(found.length).toBeGreaterThan(0);
          for (const id of found) expect(id).toMatch(new RegExp(`^${group}\\d+$`));
        }
        for (const [id] of expression.matchAll(/\blanes\d+\b/g)) expect(ids).toContain(id);
      }
    }
  });
});

test("a source's requests are drawn against its own limit", () => {
  const widgets = widgetsOf(synthesizeMonitoring('prod', [harbour, tides]));
  const limits = widgets.flatMap(({ properties: { title = '', annotations } }) =>
    title.endsWith('requests per second') ? [[title, annotations]] : [],
  );
  expect(limits).toEqual([
    ['harbour: requests per second', { horizontal: [expect.objectContaining({ value: 20, yAxis: 'left' })] }],
    ['tides: requests per second', { horizontal: [expect.objectContaining({ value: 10, yAxis: 'left' })] }],
  ]);
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
    const [, dollars] = expressions.flatMap(
      (text) => /METRICS\("worker\d+time"\)\) \* (\S+)/.exec(text) ?? [],
    );
    return Number(dollars);
  };
  // A GB-second costs $0.0000133334; durations are milliseconds.
  expect(costOf(1024)).toBeCloseTo(1.33334e-8, 12);
  expect(costOf(2048)).toBeCloseTo(2.66668e-8, 12);
});

test('a fan-out that reads the tables of parents is reckoned with the memory that it gets', () => {
  const template = synthesizeMonitoring('prod', [tides, slicedSource.source]);
  const [planners] = widgetsOf(template).flatMap((widget) =>
    drawnFrom(widget).expressions.filter((text) => text.includes('planner')),
  );
  const priced = planners?.matchAll(/METRICS\("planner(\d+)time"\)\) \* (\S+)/g) ?? [];
  const rates = Object.fromEntries(Array.from(priced, ([, size, rate]) => [size, Number(rate)]));
  expect(rates).toEqual({
    512: expect.closeTo(0.5 * 1.33334e-8, 12),
    1769: expect.closeTo((1769 / 1024) * 1.33334e-8, 12),
  });
  expect(JSON.stringify(template)).toMatch(/baseload-prod-crews-fan-out[^}]*planner1769time0/);
});

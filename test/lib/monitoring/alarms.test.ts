import { Match, type Template } from 'aws-cdk-lib/assertions';
import type { Source } from '../../../core/source/source';
import { datasetKinds, environmentKinds, sourceKinds } from '../../../lib/monitoring/alarms/alarm-names';
import { alarmsIn } from '../../support/alarms/alarm-definitions';
import { namesIn } from '../../support/alarms/alarm-states';
import { synthesizeMonitoring } from '../../support/alarms/synthesize-monitoring';
import harbour from '../fixtures/sources/harbour';
import tides from '../fixtures/sources/tides';
import { manySources } from './many-sources';

const late = 'Ships are shown where they no longer are';
const [ships, berths] = harbour.datasets;
if (!ships || !berths) throw new Error('harbour has two datasets');
const port: Source = {
  ...harbour,
  datasets: [
    { ...ships, ifLate: late, deadlineHours: 2.5 },
    { ...berths, maxQuarantinedRatio: 0.02 },
  ],
};

let prod: Template;
beforeAll(() => {
  prod = synthesizeMonitoring('prod', [port, tides]);
});

/** Properties of the alarm of that name. */
const alarm = (template: Template, name: string, properties: object) =>
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: name, ...properties });

const hours = 3600;
const math = (expression: string) =>
  Match.arrayWith([Match.objectLike({ Expression: expression, ReturnData: true })]);

describe('every alarm', () => {
  test('of every kind there is one for each source, dataset and the environment', () => {
    const expected = [
      ...environmentKinds.map((kind) => `baseload-prod-${kind}`),
      ...['harbour', 'tides'].flatMap((source) =>
        sourceKinds.map((kind) => `baseload-prod-${source}-${kind}`),
      ),
      ...['harbour-ships', 'harbour-berths', 'tides-levels'].flatMap((dataset) =>
        datasetKinds.map((kind) => `baseload-prod-${dataset}-${kind}`),
      ),
    ].filter((name) => name !== 'baseload-prod-harbour-berths-late'); // loaded by hand
    const names = alarmsIn(prod).metric.map(({ name }) => name);
    expect([...names].sort()).toEqual(expected.sort());
  });

  test('says what it means, what to do first and where to read on, within what CloudWatch allows', () => {
    const { metric, composite } = alarmsIn(prod);
    for (const { name, description } of [...metric, ...composite]) {
      expect({ name, description }).toEqual({
        name,
        description: expect.stringMatching(
          /^[A-Za-z].{40,}\n\nFirst: (npx baseload|aws) .+\n\nThen: docs\/runbook\.md/,
        ),
      });
      expect(description.length).toBeLessThanOrEqual(1024);
    }
    const of = (name: string) => metric.find((alarm) => alarm.name === name)?.description;
    for (const kind of ['ships-late', 'ships-drift', 'dead-letters', 'queue-age']) {
      expect(of(`baseload-prod-harbour-${kind}`)).toContain(`${late}.`);
    }
    expect(of('baseload-prod-harbour-berths-quarantine')).toContain('planned to allow, 2 % as deployed now.');
    expect(of('baseload-prod-tides-levels-late')).toContain('Readers of tides/levels see old data.');
  });

  test('fits with the longest names and sentences that a source may have', () => {
    const long = manySources(1, 30).map((source) => ({
      ...source,
      name: 'a'.repeat(40),
      datasets: source.datasets.map((dataset, index) => ({
        ...dataset,
        name: `${dataset.name}-${'b'.repeat(40)}`,
        ifLate: `${index} ${'what readers miss '.repeat(60)}`,
      })),
    }));
    const { metric } = alarmsIn(synthesizeMonitoring('staging', long));
    expect(Math.max(...metric.map(({ description }) => description.length))).toBeLessThanOrEqual(1024);
  });
});

describe('alarms of a source', () => {
  test('a dead letter and a missed schedule are told at once', () => {
    for (const [kind, queue] of [
      ['dead-letters', 'dead'],
      ['missed-schedules', 'missed'],
    ]) {
      alarm(prod, `baseload-prod-harbour-${kind}`, {
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Dimensions: [{ Name: 'QueueName', Value: `baseload-prod-harbour-${queue}` }],
        Statistic: 'Maximum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'notBreaching',
      });
    }
  });

  test('a page range may wait as long as the longest deadline, but not until the queue forgets it', () => {
    const age = (name: string, seconds: number, template = prod) =>
      alarm(template, name, {
        MetricName: 'ApproximateAgeOfOldestMessage',
        Threshold: seconds,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'notBreaching',
      });
    age('baseload-prod-harbour-queue-age', 6 * hours); // of berths; of ships, 2.5
    const slow = manySources(1, 90);
    age('baseload-prod-source-1-queue-age', 72 * hours, synthesizeMonitoring('prod', slow));
  });

  test('workers: errors by their share, throttles, and time that is nearly used up', () => {
    const during = (EvaluationPeriods: number) => ({
      DatapointsToAlarm: 2,
      EvaluationPeriods,
      TreatMissingData: 'notBreaching',
    });
    alarm(prod, 'baseload-prod-harbour-worker-errors', {
      ...during(14), // longer than an hour: what crashes at each delivery, half an hour apart, stays in ALARM longer than a page waits
      Metrics: math('IF(errors >= 2, 100 * errors / invocations, 0)'),
      Threshold: 5,
      ComparisonOperator: 'GreaterThanThreshold',
    });
    alarm(prod, 'baseload-prod-harbour-worker-throttles', {
      ...during(6),
      MetricName: 'Throttles',
      Dimensions: [{ Name: 'FunctionName', Value: 'baseload-prod-harbour-worker' }],
      Statistic: 'Sum',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
    });
    alarm(prod, 'baseload-prod-harbour-worker-duration', {
      ...during(3),
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'IF(errors > 0, 0, duration)', ReturnData: true }),
        // The slowest, not most of them.
        Match.objectLike({
          MetricStat: Match.objectLike({
            Metric: Match.objectLike({ MetricName: 'Duration' }),
            Stat: 'p99',
          }),
        }),
      ]),
      Threshold: 240_000, // milliseconds of five minutes
      ComparisonOperator: 'GreaterThanThreshold',
    });
  });

  test('a start that Lambda has given up is seen for an hour and three quarters', () => {
    alarm(prod, 'baseload-prod-tides-fan-out-errors', {
      Namespace: 'AWS/Lambda',
      MetricName: 'AsyncEventsDropped',
      Statistic: 'Sum',
      Dimensions: [{ Name: 'FunctionName', Value: 'baseload-prod-tides-fan-out' }],
      Period: 300,
      DatapointsToAlarm: 1,
      EvaluationPeriods: 21,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  test('without a schedule none is missed', () => {
    const byHand = { ...harbour, datasets: [berths] };
    const names = alarmsIn(synthesizeMonitoring('prod', [byHand])).metric.map(({ name }) => name);
    expect(names).toContain('baseload-prod-harbour-dead-letters');
    expect(names).not.toContain('baseload-prod-harbour-missed-schedules');
  });
});

describe('alarms of a dataset', () => {
  test('late: above 0 hours for half an hour, and also where nothing is stated', () => {
    alarm(prod, 'baseload-prod-harbour-ships-late', {
      Namespace: 'Baseload/prod',
      MetricName: 'HoursLate',
      Dimensions: [
        { Name: 'dataset', Value: 'ships' },
        { Name: 'source', Value: 'harbour' },
      ],
      Statistic: 'Maximum',
      Period: 300,
      DatapointsToAlarm: 6,
      EvaluationPeriods: 6,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  test('late: only where the dataset loads by itself', () => {
    const lateIn = (...of: Parameters<typeof synthesizeMonitoring>) =>
      alarmsIn(synthesizeMonitoring(...of))
        .metric.map(({ name }) => name)
        .filter((name) => name.endsWith('-late'));
    expect(lateIn('dev', [port, tides])).toEqual([]);
    const scheduleSwitches = { 'tides/levels': false };
    expect(lateIn('prod', [port, tides], { changes: { scheduleSwitches } })).toEqual([
      'baseload-prod-harbour-ships-late',
    ]);
  });

  test('stuck: where passes fail in three of six periods, and not where nothing is counted', () => {
    alarm(prod, 'baseload-prod-harbour-berths-stuck', {
      Namespace: 'Baseload/prod',
      MetricName: 'RunStuck',
      Dimensions: [
        { Name: 'dataset', Value: 'berths' },
        { Name: 'source', Value: 'harbour' },
      ],
      Statistic: 'Sum',
      Period: 300,
      DatapointsToAlarm: 3,
      EvaluationPeriods: 6,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    const stuck = alarmsIn(prod).metric.find(({ name }) => name === 'baseload-prod-harbour-berths-stuck');
    expect(stuck?.description).toContain(
      `First: aws logs tail /aws/lambda/baseload-prod-reconcile --since 1h --filter-pattern '{ $.details.claim = "runs/open/harbour/berths.json" }'`,
    );
  });

  test('a run that ended unpublished is seen for an hour and three quarters, and the reason is one of three', () => {
    const seen = {
      Period: 300,
      DatapointsToAlarm: 1,
      EvaluationPeriods: 21,
      TreatMissingData: 'notBreaching',
    };
    for (const [kind, metric] of [
      ['quarantine', 'RunQuarantined'],
      ['drift', 'RunDrifted'],
      ['incomplete', 'RunIncomplete'],
    ]) {
      alarm(prod, `baseload-prod-harbour-berths-${kind}`, {
        ...seen,
        MetricName: metric,
        Statistic: 'Sum',
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      });
    }
  });
});

describe('alarms of the environment', () => {
  test('reconcile fails more often than not, or is not there', () => {
    alarm(prod, 'baseload-prod-reconcile-errors', {
      Metrics: math('100 * errors / invocations'),
      DatapointsToAlarm: 3,
      EvaluationPeriods: 6,
      Threshold: 50,
      TreatMissingData: 'notBreaching',
    });
    alarm(prod, 'baseload-prod-reconcile-stopped', {
      MetricName: 'Invocations',
      Dimensions: [{ Name: 'FunctionName', Value: 'baseload-prod-reconcile' }],
      Period: 300,
      EvaluationPeriods: 4,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });
});

describe('who is told', () => {
  test('one alarm for each source, one for reconcile and one for concurrency, of all that is behind it; the others are silent', () => {
    const { metric, composite } = alarmsIn(prod);
    expect(metric.filter(({ hasActions }) => hasActions)).toEqual([]);
    const rules = Object.fromEntries(composite.map((one) => [one.name, namesIn(one).sort()]));
    const names = metric.map(({ name }) => name).sort();
    const isReconcile = (name: string) => name.includes('-reconcile-');
    const isThrottled = (name: string) => name.endsWith('-worker-throttles');
    const own = names.filter((name) => !isReconcile(name) && !isThrottled(name));
    expect(rules).toEqual({
      'baseload-prod-pipeline': names.filter(isReconcile),
      'baseload-prod-capacity': names.filter(isThrottled),
      'baseload-prod-harbour': own.filter((name) => name.startsWith('baseload-prod-harbour-')),
      'baseload-prod-tides': own.filter((name) => name.startsWith('baseload-prod-tides-')),
    });
    expect(composite.filter(({ hasActions }) => !hasActions)).toEqual([]);
  });

  test('a page says that OK is no proof, and that of a source that it is the only mail', () => {
    const { composite } = alarmsIn(prod);
    for (const { description } of composite.filter(({ hasActions }) => hasActions)) {
      expect(description).toMatch(/OK comes by itself.*(proves nothing|no proof).*status/);
    }
    const harbourPage = composite.find(({ name }) => name === 'baseload-prod-harbour');
    expect(harbourPage?.description).toContain(
      'While this is in ALARM, further faults of harbour send no mail: look at the dashboard.',
    );
  });

  test('nobody is told of a source while the environment itself is the cause', () => {
    const { composite } = alarmsIn(prod);
    const suppressors = Object.fromEntries(composite.map(({ name, suppressor }) => [name, suppressor]));
    const pipeline = { name: 'baseload-prod-pipeline', wait: 30 * 60, extension: 71 * 60 };
    expect(suppressors).toEqual({
      'baseload-prod-pipeline': undefined,
      'baseload-prod-capacity': undefined,
      'baseload-prod-harbour': pipeline,
      'baseload-prod-tides': pipeline,
    });
  });

  test('what happens once is seen for longer than a page waits, or is muted for after the pipeline is well', () => {
    const { metric, composite } = alarmsIn(prod);
    const [{ wait = 0, extension = 0 } = {}] = composite.flatMap(({ suppressor }) => suppressor ?? []);
    const once = metric.filter(({ breaching, period }) => breaching === 1 && period > 60);
    const kinds = ['drift', 'fan-out-errors', 'incomplete', 'quarantine'];
    for (const kind of kinds) expect(once.some(({ name }) => name.endsWith(kind))).toBe(true);
    for (const { name, period, periods } of once) {
      if (name.endsWith('-queue-age')) continue; // lasts until the queue is worked off
      // reconcile-errors itself ends up to 18 minutes after what it tells of
      expect(period * periods).toBeGreaterThan(Math.max(wait, extension + 18 * 60));
    }
  });

  test('what a cause of the pipeline has brought about ends before its mute', () => {
    const { metric, composite } = alarmsIn(prod);
    const [{ extension = 0 } = {}] = composite.flatMap(({ suppressor }) => suppressor ?? []);
    const crashes = metric.filter(({ name }) => name.endsWith('-worker-errors'));
    expect(crashes).toHaveLength(2);
    for (const { period, periods } of crashes) expect(period * periods).toBeLessThan(extension);
  });

  test('a source with more alarms than a rule may name still has one that tells', () => {
    const template = synthesizeMonitoring('prod', manySources(1, 50));
    const { metric, composite } = alarmsIn(template);
    const told = composite.filter(({ hasActions }) => hasActions).map(({ name }) => name);
    expect(told.sort()).toEqual([
      'baseload-prod-capacity',
      'baseload-prod-pipeline',
      'baseload-prod-source-1',
    ]);
    const gathered = new Map(composite.map((one) => [one.name, namesIn(one)]));
    const groups = gathered.get('baseload-prod-source-1') ?? [];
    expect(groups).toHaveLength(3);
    const reached = groups.flatMap((group) => gathered.get(group) ?? []);
    const shared = ['pipeline', 'capacity'].flatMap((page) => gathered.get(`baseload-prod-${page}`) ?? []);
    expect([...reached, ...shared].sort()).toEqual(metric.map(({ name }) => name).sort());
    for (const { rule } of composite) expect(rule.length).toBeLessThanOrEqual(10_240);
    for (const names of gathered.values()) expect(names.length).toBeLessThanOrEqual(100);
  });

  test('an alarm that gathers others is made after them', () => {
    const metrics = prod.findResources('AWS::CloudWatch::Alarm');
    for (const { DependsOn, Properties } of Object.values(
      prod.findResources('AWS::CloudWatch::CompositeAlarm'),
    )) {
      const behind = namesIn({ name: Properties.AlarmName, rule: Properties.AlarmRule });
      const made = Object.entries(metrics).filter(([id]) => DependsOn.includes(id));
      expect(made.map(([, alarm]) => alarm.Properties.AlarmName).sort()).toEqual(behind.sort());
    }
  });

  test('names that come to the same are refused, with both that make it', () => {
    const geo = {
      ...tides,
      name: 'geo',
      datasets: tides.datasets.map((dataset) => ({ ...dataset, name: 'names' })),
    };
    const names = { ...tides, name: 'geo-names-late' };
    expect(() => synthesizeMonitoring('prod', [geo, names])).toThrow(
      "dataset geo/names and source geo-names-late both make an alarm called 'baseload-prod-geo-names-late': rename one of them",
    );
    for (const name of ['pipeline', 'capacity']) {
      expect(() => synthesizeMonitoring('prod', [{ ...tides, name }])).toThrow('rename one of them');
    }
    // The silent alarms of a source with many datasets have names too.
    expect(() =>
      synthesizeMonitoring('prod', [...manySources(1, 60), { ...tides, name: 'source-1-group-2' }]),
    ).toThrow(
      "source source-1 and source source-1-group-2 both make an alarm called 'baseload-prod-source-1-group-2': rename one of them",
    );
  });
});

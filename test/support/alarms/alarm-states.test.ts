import type { Alarms, CompositeAlarm, MetricAlarm } from './alarm-definitions';
import { alarmHistory } from './alarm-history';
import { alarmStates, alarmsRaised, namesIn } from './alarm-states';
import { type MetricSample, Samples } from './metric-samples';

const minute = 60_000;
const now = Date.parse('2026-03-01T12:00:00Z');
const of = { namespace: 'Test', metric: 'Failures', dimensions: { b: '2', a: '1' } };

function failures(...minutesAgo: number[]): MetricSample[] {
  return minutesAgo.map((ago) => ({ ...of, value: 1, at: now - ago * minute }));
}

function alarm(change: Partial<MetricAlarm> = {}): MetricAlarm {
  return {
    name: 'failures',
    description: '',
    series: { value: { ...of, dimensions: { a: '1', b: '2' }, statistic: 'Sum' } },
    expression: 'value',
    period: 300,
    operator: 'GreaterThanThreshold',
    threshold: 0,
    breaching: 2,
    periods: 3,
    missing: 'notBreaching',
    hasActions: false,
    ...change,
  };
}

function stateOf(samples: MetricSample[], change: Partial<MetricAlarm> = {}): string | undefined {
  return alarmStates({ metric: [alarm(change)], composite: [] }, new Samples(samples), now).get('failures');
}

test.each([
  ['one period of three', [1, 2, 3], 'OK'],
  ['two periods of three, not side by side', [1, 11], 'ALARM'],
  ['two periods, one of them too long ago', [1, 16], 'OK'],
  ['none', [], 'OK'],
])('two of three: %s', (_, ago, state) => {
  expect(stateOf(failures(...ago))).toBe(state);
});

test('what is missing counts as the alarm says', () => {
  const heartbeat = { operator: 'LessThanThreshold', threshold: 1, missing: 'breaching' } as const;
  expect(stateOf([], heartbeat)).toBe('ALARM');
  expect(stateOf(failures(1, 6), heartbeat)).toBe('OK');
  expect(stateOf(failures(1), heartbeat)).toBe('ALARM');
});

test.each([
  ['GreaterThanThreshold', 1, 'OK'],
  ['GreaterThanOrEqualToThreshold', 1, 'ALARM'],
  ['LessThanThreshold', 1, 'OK'],
  ['LessThanOrEqualToThreshold', 1, 'ALARM'],
] as const)('%s than a value that is the threshold', (operator, threshold, state) => {
  expect(stateOf(failures(1), { operator, threshold, periods: 1, breaching: 1 })).toBe(state);
});

test.each([
  ['Sum', 10],
  ['Maximum', 4],
  ['Minimum', 1],
  ['Average', 2.5],
  ['SampleCount', 4],
  ['p99', 4],
] as const)('%s of a period', (statistic, value) => {
  const samples = [4, 2, 1, 3].map((value) => ({ ...of, value, at: now - value }));
  const query = { ...of, statistic };
  expect(new Samples(samples).statistic(query, now - minute, now, now)).toBe(value);
});

test('an invocation of a quarter of an hour is told of at its end, and dated to its start', () => {
  const samples = [{ ...of, value: 1, at: now - 14 * minute, toldAt: now + minute }];
  const look = (at: number, period: number) => {
    const metric = [alarm({ period, periods: 1, breaching: 1 })];
    return alarmsRaised({ metric, composite: [] }, new Samples(samples), at);
  };
  expect(look(now, 1800)).toEqual([]);
  expect(look(now + minute, 1800)).toEqual(['failures']);
  expect(look(now + minute, 300)).toEqual([]);
});

const cause = alarm({
  name: 'cause',
  series: { value: { ...of, metric: 'Stopped', statistic: 'Sum' } },
  periods: 1,
  breaching: 1,
});
const stopped = (at: number): MetricSample => ({ ...of, metric: 'Stopped', value: 1, at });

function gathered(name: string, rule: string, suppressor?: CompositeAlarm['suppressor']): CompositeAlarm {
  return { name, description: '', rule, hasActions: true, ...(suppressor ? { suppressor } : {}) };
}

const alarms: Alarms = {
  metric: [alarm({ periods: 1, breaching: 1 }), cause],
  composite: [
    gathered('page', 'ALARM("failures")', { name: 'environment', wait: 120, extension: 600 }),
    gathered('environment', 'ALARM("group") OR ALARM("failures-of-nobody")'),
    { ...gathered('group', 'ALARM("cause")'), hasActions: false },
    { ...gathered('failures-of-nobody', 'ALARM("group")'), hasActions: false },
  ],
};

function pages(samples: MetricSample[]): string[] {
  const history = alarmHistory(alarms, new Samples(samples), now - 60 * minute, now + 120 * minute);
  return history.pages.map(({ name, state, at }) => `${(at - now) / minute} ${name} ${state}`);
}

const during = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => now + (from + index) * minute);
const failing = (from: number, to: number): MetricSample[] =>
  during(from, to).map((at) => ({ ...of, value: 1, at }));

test('pages once when it begins, after its wait, and once when it has ended', () => {
  expect(pages(failing(0, 20))).toEqual(['2 page ALARM', '25 page OK']);
});

test('tells nobody of what is over before the wait is', () => {
  const quick = { ...alarms, metric: [alarm({ period: 60, periods: 1, breaching: 1 }), cause] };
  const { changes, pages } = alarmHistory(quick, new Samples(failing(0, 0)), now - minute, now + 30 * minute);
  expect(changes.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'failures ALARM',
    'page ALARM',
    'failures OK',
    'page OK',
  ]);
  expect(pages).toEqual([]);
});

test('one cause is one page, also where what it causes ends a little later', () => {
  const causes = during(0, 30).map(stopped);
  expect(pages([...causes, ...failing(5, 36)])).toEqual(['0 environment ALARM', '35 environment OK']);
});

test('what is still wrong after the cause has ended is told then', () => {
  const causes = during(0, 30).map(stopped);
  expect(pages([...causes, ...failing(5, 100)])).toEqual([
    '0 environment ALARM',
    '35 environment OK',
    '44 page ALARM',
    '105 page OK',
  ]);
});

test('refuses rules that it does not understand, and names that nobody has', () => {
  expect(() => namesIn(gathered('page', 'ALARM("a") AND ALARM("b")'))).toThrow('not evaluated');
  const composite = [gathered('page', 'ALARM("nobody")')];
  expect(() => alarmStates({ metric: [], composite }, new Samples([]), now)).toThrow('does not exist');
});

import { rateMilliseconds, runSchedule, scheduledEvent } from '../../../local/lambda/schedule';

const schedule = {
  name: 'reconcile',
  group: 'baseload-local',
  expression: 'rate(1 minute)',
  functionName: 'f',
  roleName: 'r',
  everyMilliseconds: 60_000,
};

test.each([
  ['rate(1 minute)', 60_000],
  ['rate(5 minutes)', 300_000],
  ['rate(2 hours)', 7_200_000],
  ['rate(1 day)', 86_400_000],
  ['cron(0 3 * * ? *)', undefined],
  ['at(2026-11-23T00:00:00)', undefined],
])('%s is an interval of %s ms', (expression, milliseconds) => {
  expect(rateMilliseconds(expression)).toBe(milliseconds);
});

test('the input’s context attributes are filled in', () => {
  const input = '{"dataset":"cities","scheduledTime":"<aws.scheduler.scheduled-time>"}';
  expect(scheduledEvent({ ...schedule, input }, new Date('2026-11-23T03:00:00.123Z'))).toEqual({
    dataset: 'cities',
    scheduledTime: '2026-11-23T03:00:00Z',
  });
});

test('without an input the Scheduler’s own event is sent', () => {
  expect(scheduledEvent(schedule, new Date('2026-11-23T03:00:00Z'))).toMatchObject({
    'detail-type': 'Scheduled Event',
    time: '2026-11-23T03:00:00Z',
    resources: ['arn:aws:scheduler:eu-central-1:000000000000:schedule/baseload-local/reconcile'],
  });
});

describe('running', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('invokes at the interval, whether or not an invocation fails, until stopped', () => {
    const invoke = jest.fn().mockRejectedValue(new Error('no'));
    const stop = runSchedule(schedule, invoke);
    jest.advanceTimersByTime(59_999);
    expect(invoke).not.toHaveBeenCalled();
    jest.advanceTimersByTime(120_001);
    expect(invoke).toHaveBeenCalledTimes(3);
    stop();
    jest.advanceTimersByTime(600_000);
    expect(invoke).toHaveBeenCalledTimes(3);
  });

  test('leaves what has no interval alone', () => {
    const invoke = jest.fn();
    runSchedule({ ...schedule, everyMilliseconds: undefined }, invoke);
    jest.advanceTimersByTime(86_400_000);
    expect(invoke).not.toHaveBeenCalled();
  });
});

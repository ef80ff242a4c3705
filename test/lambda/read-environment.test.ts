import { ConfigurationError } from '../../core/errors';
import { variable } from '../../lambda/environment';
import { deployedSource, expectedDatasets, readEnvironment } from '../../lambda/read-environment';
import { aSource } from '../support/source-fixture';

const saved = { ...process.env };
afterEach(() => {
  process.env = { ...saved };
});

describe('readEnvironment', () => {
  it('reads the variables that are named, by the names that the stack gives them', () => {
    process.env[variable.environment] = 'dev';
    process.env[variable.lakeBucket] = 'a-lake';
    process.env[variable.pageQueueUrl] = 'not asked for';
    expect(readEnvironment('environment', 'lakeBucket')).toEqual({
      environment: 'dev',
      lakeBucket: 'a-lake',
    });
  });

  it('reports every variable that is missing or empty at once', () => {
    process.env[variable.environment] = 'dev';
    process.env[variable.pageQueueUrl] = '';
    const read = () => readEnvironment('environment', 'lakeBucket', 'pageQueueUrl');
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(
      'environment variables are missing: LAKE_BUCKET, PAGE_QUEUE_URL; the stack sets them',
    );
  });
});

describe('deployedSource', () => {
  const limits = { requestsPerSecond: 5, burst: 2, lanes: 3, inFlight: 8 };
  const settings = { baseUrl: 'https://staging.example.com', limits };

  it('is the file of the source, with the base URL and the limits of this environment', () => {
    const source = aSource();
    expect(deployedSource(source, JSON.stringify(settings))).toEqual({ ...source, ...settings });
    expect(source).toEqual(aSource());
  });

  it('takes nothing else from the environment', () => {
    const text = JSON.stringify({
      ...settings,
      name: 'another',
      datasets: [],
      limits: { ...limits, speed: 9 },
    });
    expect(deployedSource(aSource(), text)).toEqual({ ...aSource(), ...settings });
  });

  it.each([
    ['no JSON', '{'],
    ['no base URL', JSON.stringify({ limits })],
    ['an empty base URL', JSON.stringify({ ...settings, baseUrl: '' })],
    ['no limits', JSON.stringify({ baseUrl: settings.baseUrl })],
    ['a rate of nothing', JSON.stringify({ ...settings, limits: { ...limits, requestsPerSecond: 0 } })],
    ['half a lane', JSON.stringify({ ...settings, limits: { ...limits, lanes: 1.5 } })],
    ['a debt of burst', JSON.stringify({ ...settings, limits: { ...limits, burst: -1 } })],
  ])('refuses %s', (_, text) => {
    expect(() => deployedSource(aSource(), text)).toThrow();
  });
});

describe('expectedDatasets', () => {
  const schedule = { type: 'cron', hour: 3, minute: 0, timeZone: 'Europe/Berlin', weekDays: ['mon'] };
  const usual = { source: 'geonames', dataset: 'cities', windowMinutes: 10, deadlineHours: 6 };
  /** As a bundle has it. */
  const define = (value: unknown) => Object.assign(globalThis, { BASELOAD_EXPECTED: value });
  afterEach(() => void Reflect.deleteProperty(globalThis, 'BASELOAD_EXPECTED'));

  it('reads what the bundle holds', () => {
    const datasets = [
      { ...usual, schedules: [schedule] },
      { ...usual, dataset: 'rivers', schedules: [] },
    ];
    define(datasets);
    expect(expectedDatasets()).toEqual(datasets);
  });

  it('refuses a bundle that was made without, or with something else', () => {
    expect(() => expectedDatasets()).toThrow(ConfigurationError);
    define([{ ...usual, schedules: [{ ...schedule, weekDays: ['monday'] }] }]);
    expect(() => expectedDatasets()).toThrow();
  });
});

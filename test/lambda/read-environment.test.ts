import { ConfigurationError } from '../../core/errors';
import { variable } from '../../lambda/environment';
import { deployedSource, readEnvironment } from '../../lambda/read-environment';
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

import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import fc from 'fast-check';
import { powertoolsTelemetry } from '../../aws/telemetry';
import { parseEmbeddedMetrics } from '../../local/lambda/embedded-metrics';

const saved = { ...process.env };
const lines: Record<string, unknown>[] = [];
const cities = { source: 'geonames', dataset: 'cities' };
const rivers = { source: 'geonames', dataset: 'rivers' };
const tides = { source: 'harbour', dataset: 'rivers' };

beforeEach(() => {
  lines.length = 0;
  // In development, Powertools writes to the global console, where a test can listen.
  Object.assign(process.env, {
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_LOG_LEVEL: 'INFO',
    POWERTOOLS_METRICS_DISABLED: 'false',
    POWERTOOLS_METRICS_NAMESPACE: 'Baseload/prod',
    POWERTOOLS_SERVICE_NAME: 'geonames',
  });
  const listen = (...[line]: unknown[]) => void lines.push(JSON.parse(String(line)));
  for (const method of ['log', 'info', 'warn'] as const)
    jest.spyOn(console, method).mockImplementation(listen);
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...saved };
});

function open() {
  return powertoolsTelemetry(new Logger(), new Metrics());
}

/** The metrics written so far, in CloudWatch's embedded metric format. */
function written() {
  return lines.filter((line) => '_aws' in line);
}

/** The same as local mode reads them. */
function read() {
  return lines.flatMap((line) => parseEmbeddedMetrics(JSON.stringify(line)) ?? []);
}

describe('metrics', () => {
  it('add up and are written when flushed, of source and dataset and nothing else', () => {
    const telemetry = open();
    telemetry.begin({ ...cities, runId: 'a-run', range: 'all-00000007', attempt: 'a1b2' });
    telemetry.count('PagesFetched', 2);
    telemetry.count('PagesFetched', 3);
    telemetry.count('BytesReceived', 1000);
    telemetry.flush();
    expect(written()).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'Baseload/prod',
              Dimensions: [['source', 'dataset']],
              Metrics: [
                { Name: 'PagesFetched', Unit: 'Count' },
                { Name: 'BytesReceived', Unit: 'Bytes' },
              ],
            },
          ],
        },
        ...cities,
        PagesFetched: 5,
        BytesReceived: 1000,
      },
    ]);
    expect(lines).toHaveLength(1); // Powertools had nothing to complain of
  });

  it('are not written when nothing was counted, nor twice', () => {
    const telemetry = open();
    telemetry.begin(cities);
    telemetry.count('Throttled', 0);
    telemetry.flush();
    expect(lines).toEqual([]);
    telemetry.count('Throttled', 1);
    telemetry.flush();
    telemetry.flush();
    expect(lines).toHaveLength(1);
  });

  it('are of what an invocation is about, unless another dataset is named', () => {
    const telemetry = open();
    telemetry.begin(cities);
    telemetry.count('RangesLoaded', 1);
    telemetry.begin(rivers);
    telemetry.count('RangesLoaded', 4);
    telemetry.begin({});
    telemetry.count('RunPublished', 1, cities);
    telemetry.count('RunPublished', 1, tides);
    telemetry.count('RunFailed', 2, cities);
    telemetry.flush();
    expect(written()).toMatchObject([
      { ...cities, RangesLoaded: 1 },
      { ...rivers, RangesLoaded: 4 },
      { ...cities, RunPublished: 1, RunFailed: 2 },
      { ...tides, RunPublished: 1 },
    ]);
  });

  it('of any mixture come to the same sums, one line for each dataset', () => {
    const of = fc.constantFrom(cities, rivers, tides);
    const name = fc.constantFrom('RunPublished', 'RunFailed', 'RangesEnqueued');
    const counted = fc.record({ name, of, value: fc.integer({ min: 0, max: 1000 }) });
    fc.assert(
      fc.property(fc.array(counted), (counts) => {
        lines.length = 0;
        const telemetry = open();
        telemetry.begin({});
        const sums: Record<string, number> = {};
        for (const { name, value, of } of counts) {
          telemetry.count(name, value, of);
          const key = `${of.source}/${of.dataset}/${name}`;
          if (value > 0) sums[key] = (sums[key] ?? 0) + value;
        }
        telemetry.flush();
        const entries = read().flatMap(({ namespace, dimensions, values }) => {
          expect([namespace, Object.keys(dimensions)]).toEqual(['Baseload/prod', ['source', 'dataset']]);
          const { source, dataset } = dimensions;
          return Object.entries(values).map(([one, value]) => [`${source}/${dataset}/${one}`, value]);
        });
        expect(Object.fromEntries(entries)).toEqual(sums);
        expect(written()).toHaveLength(new Set(Object.keys(sums).map((key) => key.replace(/\w+$/, ''))).size);
      }),
    );
  });

  it('that are stated are written as they are, 0 too, the last word only, without a unit', () => {
    const telemetry = open();
    telemetry.begin({});
    telemetry.gauge('HoursLate', 7.5, cities);
    telemetry.gauge('HoursLate', 0, cities);
    telemetry.gauge('HoursSinceBaseline', 3.25, cities);
    telemetry.gauge('QuarantinedRatio', 0.01, tides);
    telemetry.count('RunPublished', 1, cities);
    telemetry.flush();
    telemetry.flush();
    expect(written()).toMatchObject([
      { ...cities, HoursLate: 0, HoursSinceBaseline: 3.25, RunPublished: 1 },
      { ...tides, QuarantinedRatio: 0.01 },
    ]);
    const units = written().map((line) => JSON.stringify(line._aws).match(/"Unit":"\w+"/g));
    expect(units).toEqual([['"Unit":"None"', '"Unit":"None"', '"Unit":"Count"'], ['"Unit":"None"']]);
  });

  it('that are no numbers are told rather than stated, and keep no others from being written', () => {
    const telemetry = open();
    telemetry.begin({});
    telemetry.gauge('QuarantinedRatio', Number.NaN, cities);
    telemetry.count('RunPublished', 1, cities);
    telemetry.flush();
    const message = 'QuarantinedRatio is not a number, and is not stated';
    expect(lines).toMatchObject([
      { level: 'WARN', message, ...cities },
      { ...cities, RunPublished: 1 },
    ]);
  });

  it('are written after a second without being asked', () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(5000);
    const telemetry = open();
    telemetry.begin(cities);
    telemetry.count('Requests', 1);
    now.mockReturnValue(5999);
    telemetry.count('Requests', 1);
    expect(written()).toEqual([]);
    now.mockReturnValue(6000);
    telemetry.count('Requests', 1);
    expect(written()).toMatchObject([{ Requests: 3 }]);
    telemetry.count('Requests', 1);
    expect(written()).toHaveLength(1);
  });
});

describe('log lines', () => {
  it('carry what the invocation is about, until the next one begins', () => {
    const telemetry = open();
    telemetry.begin({ ...cities, runId: 'a-run', range: 'all-00000007', look: undefined });
    telemetry.info('Planned', { total: 950 });
    telemetry.begin(rivers);
    telemetry.warn('A page was malformed');
    const [planned, malformed] = lines;
    expect(planned).toEqual({
      level: 'INFO',
      message: 'Planned',
      timestamp: expect.any(String),
      service: 'geonames',
      sampling_rate: 0,
      ...cities,
      runId: 'a-run',
      range: 'all-00000007',
      details: { total: 950 },
    });
    expect(malformed).toMatchObject({ level: 'WARN', message: 'A page was malformed', ...rivers });
    expect(malformed).not.toHaveProperty('runId');
  });

  it('have the run that their details name beside the message, where the invocation has none', () => {
    const telemetry = open();
    telemetry.begin({});
    telemetry.info('Reconciled', { ...tides, runId: 'a-run', state: 'loading' });
    telemetry.begin(rivers);
    telemetry.info('Planned', { ...rivers, runId: 'another-run', total: 7 });
    expect(lines).toMatchObject([
      { ...tides, runId: 'a-run', details: { state: 'loading' } },
      { ...rivers, runId: 'another-run', details: { total: 7 } },
    ]);
    for (const { details } of lines) expect(Object.keys(Object(details))).toHaveLength(1);
  });

  it('keep details from taking the place of what a line says', () => {
    const telemetry = open();
    telemetry.begin({ dataset: 'cities' });
    const details = { message: 'another', level: 'ERROR', service: 'me', dataset: 'rivers' };
    telemetry.info('Planned', details);
    expect(lines).toMatchObject([
      { message: 'Planned', level: 'INFO', service: 'geonames', dataset: 'cities', details },
    ]);
  });
});

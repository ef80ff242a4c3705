import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { powertoolsTelemetry } from '../../aws/telemetry';

const saved = { ...process.env };
const lines: Record<string, unknown>[] = [];

beforeEach(() => {
  lines.length = 0;
  // In development, Powertools writes to the global console, where a test can listen.
  Object.assign(process.env, {
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_LOG_LEVEL: 'INFO',
    POWERTOOLS_METRICS_DISABLED: 'false',
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
  return powertoolsTelemetry(
    new Logger({ serviceName: 'geonames' }),
    new Metrics({ serviceName: 'geonames', namespace: 'Baseload' }),
  );
}

/** The metrics written so far, in CloudWatch's embedded metric format. */
function written() {
  return lines.filter((line) => '_aws' in line);
}

describe('powertoolsTelemetry', () => {
  describe('metrics', () => {
    it('adds counts up and writes them when it is flushed, by service and dataset', () => {
      const telemetry = open();
      telemetry.begin({ dataset: 'cities', runId: 'a-run' });
      telemetry.count('PagesFetched', 2);
      telemetry.count('PagesFetched', 3);
      telemetry.count('BytesReceived', 1000);
      telemetry.flush();
      expect(written()).toMatchObject([
        {
          _aws: {
            CloudWatchMetrics: [
              {
                Namespace: 'Baseload',
                Dimensions: [['service', 'dataset']],
                Metrics: [
                  { Name: 'PagesFetched', Unit: 'Count' },
                  { Name: 'BytesReceived', Unit: 'Bytes' },
                ],
              },
            ],
          },
          service: 'geonames',
          dataset: 'cities',
          PagesFetched: 5,
          BytesReceived: 1000,
        },
      ]);
    });

    it('writes nothing when nothing was counted, and nothing twice', () => {
      const telemetry = open();
      telemetry.begin({ dataset: 'cities' });
      telemetry.count('Throttled', 0);
      telemetry.flush();
      expect(written()).toEqual([]);
      telemetry.count('Throttled', 1);
      telemetry.flush();
      telemetry.flush();
      expect(written()).toHaveLength(1);
    });

    it('counts each dataset for itself', () => {
      const telemetry = open();
      telemetry.begin({ dataset: 'cities' });
      telemetry.count('RangesLoaded', 1);
      telemetry.begin({ dataset: 'rivers' });
      telemetry.count('RangesLoaded', 4);
      telemetry.begin({});
      telemetry.count('RunPublished', 1);
      telemetry.flush();
      expect(written()).toMatchObject([
        { dataset: 'cities', RangesLoaded: 1 },
        { dataset: 'rivers', RangesLoaded: 4 },
        { dataset: 'none', RunPublished: 1 },
      ]);
    });

    it('never makes a dimension of a run or a range', () => {
      const telemetry = open();
      telemetry.begin({ dataset: 'cities', runId: 'a-run', slice: 'all', index: 7, attempt: 'a1b2' });
      telemetry.count('RangesLoaded', 1);
      telemetry.flush();
      const [metrics] = written();
      expect(Object.keys(metrics ?? {}).sort()).toEqual(['RangesLoaded', '_aws', 'dataset', 'service']);
    });

    it('writes what was counted a second ago without being asked', () => {
      const now = jest.spyOn(performance, 'now').mockReturnValue(5000);
      const telemetry = open();
      telemetry.begin({ dataset: 'cities' });
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
      telemetry.begin({ dataset: 'cities', runId: 'a-run', index: 7 });
      telemetry.info('Planned', { total: 950 });
      telemetry.begin({ dataset: 'rivers' });
      telemetry.warn('A page was malformed');
      expect(lines).toMatchObject([
        {
          level: 'INFO',
          message: 'Planned',
          service: 'geonames',
          dataset: 'cities',
          runId: 'a-run',
          index: 7,
          details: { total: 950 },
        },
        { level: 'WARN', message: 'A page was malformed', dataset: 'rivers', details: {} },
      ]);
      expect(lines[1]).not.toHaveProperty('runId');
    });

    it('keep details from taking the place of what a line says', () => {
      const telemetry = open();
      telemetry.begin({ dataset: 'cities' });
      telemetry.info('Planned', { message: 'another', level: 'ERROR', dataset: 'rivers' });
      expect(lines).toMatchObject([{ message: 'Planned', level: 'INFO', dataset: 'cities' }]);
    });
  });
});

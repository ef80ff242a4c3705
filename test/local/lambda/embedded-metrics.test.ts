import fc from 'fast-check';
import { parseEmbeddedMetrics } from '../../../local/lambda/embedded-metrics';

const directive = (overrides: object = {}) => ({
  _aws: {
    Timestamp: 1,
    CloudWatchMetrics: [
      { Namespace: 'Baseload', Dimensions: [['service']], Metrics: [{ Name: 'Requests' }], ...overrides },
    ],
  },
  service: 'geonames',
});

test('the values that a line declares are read, however many there are of one', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const total = values.reduce((sum, value) => sum + value, 0);
      for (const Requests of [values, total]) {
        expect(parseEmbeddedMetrics(JSON.stringify({ ...directive(), Requests }))).toEqual([
          { namespace: 'Baseload', dimensions: { service: 'geonames' }, values: { Requests: total } },
        ]);
      }
    }),
  );
});

test('a metric that the line declares and does not hold is left out', () => {
  expect(parseEmbeddedMetrics(JSON.stringify(directive()))).toEqual([
    { namespace: 'Baseload', dimensions: { service: 'geonames' }, values: {} },
  ]);
});

test.each([
  ['text', 'Planned 16 ranges'],
  ['a log line in JSON', '{"level":"INFO","message":"Planned"}'],
  ['a log line about metrics', '{"level":"INFO","message":"\\"CloudWatchMetrics\\""}'],
  ['half a line', JSON.stringify(directive()).slice(0, -5)],
  ['no namespace', JSON.stringify(directive({ Namespace: undefined }))],
])('%s is no metrics', (_, line) => {
  expect(parseEmbeddedMetrics(line)).toBeUndefined();
});

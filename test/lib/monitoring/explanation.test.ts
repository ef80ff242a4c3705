import { consequencesOf } from '../../../lib/monitoring/alarms/explanation';
import { usualEnvironments } from '../../../lib/usual-environments';
import { alarmsIn } from '../../support/alarms/alarm-definitions';
import { synthesizeMonitoring } from '../../support/alarms/synthesize-monitoring';
import harbour from '../fixtures/sources/harbour';

const [ships] = harbour.datasets;
if (!ships?.schedule) throw new Error('there is a dataset with a schedule');
const { ifLate, ...silent } = ships;
const { schedule, incremental, ...byHand } = silent;
const source = {
  ...harbour,
  datasets: [
    { ...silent, name: 'daily' },
    { ...byHand, name: 'history' },
    { ...byHand, name: 'prices', ifLate: 'Prices are old' },
  ],
};

test('names the datasets that load by themselves, and what is said of others; nobody waits for the rest', () => {
  expect(consequencesOf(usualEnvironments.prod, source)).toBe(
    'Readers of harbour/daily see old data. Prices are old.',
  );
  expect(consequencesOf(usualEnvironments.dev, source)).toBe('Prices are old.');
});

test('says something where nothing loads by itself', () => {
  const one = { ...source, datasets: [{ ...byHand, name: 'history' }] };
  expect(consequencesOf(usualEnvironments.prod, one)).toBe("Readers of harbour's tables see old data.");
});

test('alarms of a source say what that may mean, and assert nothing', () => {
  const { metric, composite } = alarmsIn(synthesizeMonitoring('prod', [source]));
  const kinds = [
    'dead-letters',
    'queue-age',
    'worker-errors',
    'worker-throttles',
    'worker-duration',
    'fan-out-errors',
    'missed-schedules',
  ];
  const told = [...metric, ...composite].filter(
    ({ name }) =>
      name === 'baseload-prod-harbour' || kinds.some((kind) => name === `baseload-prod-harbour-${kind}`),
  );
  expect(told).toHaveLength(kinds.length + 1);
  for (const { description } of told) {
    expect(description).toMatch(/[Ii]t may mean: Readers of harbour\/daily see old data\. Prices are old\./);
    expect(description).not.toContain('history');
  }
});

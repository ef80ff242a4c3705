import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { costOf } from '../../core/forecast/cost';
import { hoursPerMonth, prices } from '../../core/forecast/prices';
import { metricsOfRun, type RunWork, runUsage } from '../../core/forecast/run-usage';
import { functionSizes } from '../../core/forecast/usage';
import { costTables, regenerate, withTables } from './cost-page';

const file = join(__dirname, '..', '..', 'docs', 'cost.md');

test(`the tables of docs/cost.md are up to date; if not: ${regenerate}`, async () => {
  const page = readFileSync(file, 'utf8');
  const made = withTables(page, await costTables());
  if (process.env.REGENERATE) writeFileSync(file, made);
  expect(readFileSync(file, 'utf8')).toBe(made);
});

test('docs/cost.md says why functions have the memory that they have', () => {
  const page = readFileSync(file, 'utf8');
  for (const [name, { memoryMegabytes }] of Object.entries(functionSizes))
    expect(page).toMatch(new RegExp(`^\\| ${name} \\| ${memoryMegabytes.toLocaleString('en')} MB, `, 'm'));
});

describe('the sentences of docs/cost.md say what the code reckons:', () => {
  const page = readFileSync(file, 'utf8').replace(/\s+/g, ' ');
  const work: RunWork = {
    ...{
      ranges: 100,
      successors: 0,
      begun: 0,
      looks: [],
      bytesReceived: 1e8,
      fetchSeconds: 900,
      seconds: 300,
    },
    ...{
      raw: 100,
      replayed: 0,
      documents: 0,
      documentsRead: 0,
      keyReads: 0,
      secrets: 1,
      lanes: 4,
      bytesStored: 1e7,
    },
  };
  const more = (changes: Partial<RunWork>) =>
    costOf(runUsage({ ...work, ...changes })).total - costOf(runUsage(work)).total;

  test('a range', () => {
    expect(page).toContain('0.3 s: about $0.00003.');
    expect(more({ ranges: 200, raw: 200 }) / 100).toBeCloseTo(0.00003, 5);
  });

  test('a minute of a run', () => {
    expect(page).toContain('A minute of a run costs about $0.00004:');
    expect(more({ seconds: 900 }) / 10).toBeCloseTo(0.00004, 5);
  });

  test('the metrics of an hour', () => {
    const dollars = (metricsOfRun.length * prices.metricMonth.dollars) / hoursPerMonth;
    expect(metricsOfRun).toHaveLength(9);
    expect(page).toContain(`Nine metrics for each hour that has begun are $${dollars.toFixed(4)},`);
  });

  test('less memory, and a network', () => {
    const share = Math.round(100 * (1 - 1024 / functionSizes.worker.memoryMegabytes));
    expect(page).toContain(`\`workerMegabytes: 1024\` takes ${share} % off`);
    const { natGatewayHour, publicAddressHour, endpointHour, natGigabyte } = prices;
    const hourly = natGatewayHour.dollars + publicAddressHour.dollars + 4 * endpointHour.dollars;
    expect(page).toContain(`**A network** ($${Math.round(hourly * hoursPerMonth)} a month,`);
    expect(page).toContain(`$${natGigabyte.dollars} for each GB that they receive`);
  });
});

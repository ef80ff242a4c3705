import { planKey } from '../../../../core/run/keys';
import { askedRun } from '../../../../core/run/publish/asked-run';
import { memoryLake } from '../../../support/memory-lake';
import { aRun } from '../run-fixture';

/** A lake with plans, of which each says what the run is a replay of; or a text that is none. */
async function lakeWith(plans: Readonly<Record<string, string | undefined | { readonly text: string }>>) {
  const lake = memoryLake();
  for (const [runId, of] of Object.entries(plans)) {
    const plan = typeof of === 'object' ? of.text : JSON.stringify(of ? { replayOf: { runId: of } } : {});
    await lake.put(planKey({ ...aRun, runId }), plan);
  }
  return lake;
}

test.each<[string, Parameters<typeof lakeWith>[0], string]>([
  ['itself', { c: undefined }, 'c'],
  ['the first of a row', { c: 'b', b: 'a', a: undefined }, 'a'],
  ['the last that is known where a plan was removed', { c: 'b' }, 'b'],
  ['the last that is known where a plan is broken', { c: 'b', b: { text: '{' } }, 'b'],
  ['one of them where somebody has made a ring of plans', { c: 'b', b: 'c' }, 'b'],
])('the run that asked the source is %s', async (_, plans, asked) => {
  expect(await askedRun({ ...aRun, runId: 'c' }, await lakeWith(plans))).toBe(asked);
});

test('a lake that does not answer is no answer', async () => {
  const down = { get: () => Promise.reject(new Error('the lake is down')) };
  await expect(askedRun({ ...aRun, runId: 'c' }, down)).rejects.toThrow('the lake is down');
});

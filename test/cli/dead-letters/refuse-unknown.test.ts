import { refuseUnknown } from '../../../cli/dead-letters/refuse-unknown';
import { ConfigurationError } from '../../../core/errors';
import { planKey } from '../../../core/run/keys';
import { memoryLake } from '../../support/memory-lake';

const source = 'quay';
const runId = '2026-01-31t03-00-00-000z';

async function lakeOf(...datasets: string[]) {
  const lake = memoryLake();
  for (const dataset of datasets) await lake.put(planKey({ source, dataset, runId }), '{}');
  return lake;
}

describe('refuseUnknown', () => {
  it('lets pass what there is', async () => {
    const lake = await lakeOf('ships', 'berths');
    await refuseUnknown({ source }, lake);
    await refuseUnknown({ source, dataset: 'ships' }, lake);
    await refuseUnknown({ source, run: runId }, lake);
    await refuseUnknown({ source, dataset: 'ships', run: runId }, lake);
  });

  it.each([
    [{ dataset: 'nope' }, "the lake has no dataset 'nope' of source 'quay': it has berths, ships"],
    [{ run: 'nope' }, `the lake has no run 'nope' of quay: it has ${runId}`],
    [{ dataset: 'ships', run: 'nope' }, `the lake has no run 'nope' of quay/ships: it has ${runId}`],
  ])('refuses %j, and names what there is', async (named, sentence) => {
    const refused = refuseUnknown({ source, ...named }, await lakeOf('ships', 'berths'));
    await expect(refused).rejects.toThrow(new ConfigurationError(sentence));
  });

  it('says where nothing is loaded', async () => {
    await expect(refuseUnknown({ source, dataset: 'ships' }, await lakeOf())).rejects.toThrow(
      "the lake has no dataset 'ships' of source 'quay': nothing of it has been loaded yet",
    );
  });
});

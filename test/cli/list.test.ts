import { readLoaded } from '../../cli/list';
import { claimDataset } from '../../core/run/claim';
import { pointerKey } from '../../core/run/keys';
import { aRun, startOfTime } from '../core/run/run-fixture';
import { memoryLake } from '../support/memory-lake';

test('a pointer that cannot be read does not hide the run that is open', async () => {
  const lake = memoryLake();
  await claimDataset(lake, aRun, new Date(startOfTime));
  await lake.put(pointerKey(aRun), '{"version": 3,');
  expect(await readLoaded(lake, aRun)).toMatchObject({
    open: { runId: aRun.runId },
    published: undefined,
    unreadable: expect.stringContaining(`${pointerKey(aRun)} in the lake is not a document of this version`),
  });
});

import { claimDataset, keepClaim, readClaim, releaseClaim } from '../../../core/run/claim';
import { claimKey } from '../../../core/run/keys';
import { MemoryObjects, memoryLake } from '../../support/memory-lake';
import { aRun, startOfTime } from './run-fixture';

const now = new Date(startOfTime);
const another = { ...aRun, runId: '2026-02-01t03-00-00-000z' };

describe('a claim', () => {
  it('holds for the run that was first, and tells the others whose it is', async () => {
    const lake = memoryLake();
    const mine = await claimDataset(lake, aRun, now);
    const theirs = await claimDataset(lake, another, new Date(startOfTime + 1));
    expect(mine).toMatchObject({ ...aRun, claimedAt: '2026-01-31T03:00:00.000Z' });
    expect(theirs).toEqual(mine);
    expect(await readClaim(lake, aRun)).toEqual(mine);
  });

  it('holds though the answer to it was lost', async () => {
    const objects = new MemoryObjects();
    let lost = false;
    const fault = () => {
      if (lost) return undefined;
      lost = true;
      return 'conflict' as const;
    };
    const claim = await claimDataset(memoryLake(objects, { fault }), aRun, now);
    expect(claim).toMatchObject(aRun);
    expect(objects.changes).toHaveLength(1);
  });

  it('is made again when another run released its own between the two looks', async () => {
    const lake = memoryLake();
    const theirs = await claimDataset(lake, another, now);
    let gets = 0;
    const racing = {
      ...lake,
      get: async (key: string) => {
        if (gets++ === 0) await releaseClaim(lake, theirs);
        return lake.get(key);
      },
    };
    expect(await claimDataset(racing, aRun, now)).toMatchObject(aRun);
  });

  it("is released once, and never another run's", async () => {
    const objects = new MemoryObjects();
    const lake = memoryLake(objects);
    const mine = await claimDataset(lake, aRun, now);
    await releaseClaim(lake, mine);
    expect(await readClaim(lake, aRun)).toBeUndefined();
    const theirs = await claimDataset(lake, another, now);
    await releaseClaim(lake, mine);
    expect(await readClaim(lake, aRun)).toEqual(theirs);
  });

  describe('that is kept', () => {
    it('cannot be released by those who saw it before', async () => {
      const lake = memoryLake();
      const before = await claimDataset(lake, aRun, now);
      expect(await keepClaim(lake, before)).toBe(true);
      await releaseClaim(lake, before);
      const kept = await readClaim(lake, aRun);
      expect(kept).toMatchObject({ ...aRun, claimedAt: before.claimedAt, kept: true });
      expect(kept?.etag).not.toBe(before.etag);
      if (kept) await releaseClaim(lake, kept);
      expect(await readClaim(lake, aRun)).toBeUndefined();
    });

    it('is kept though the answer was lost, and when another invocation was faster', async () => {
      const objects = new MemoryObjects();
      const lake = memoryLake(objects);
      const claim = await claimDataset(lake, aRun, now);
      expect(await keepClaim(memoryLake(objects, { fault: () => 'conflict' }), claim)).toBe(true);
      expect(await keepClaim(lake, claim)).toBe(true);
      expect(objects.changes).toHaveLength(2); // claimed, kept
    });

    it('is kept when it was released and made again by the same run', async () => {
      const lake = memoryLake();
      const first = await claimDataset(lake, aRun, now);
      await releaseClaim(lake, first);
      const second = await claimDataset(lake, aRun, new Date(startOfTime + 1));
      expect(await keepClaim(lake, first)).toBe(true);
      await releaseClaim(lake, second);
      expect(await readClaim(lake, aRun)).toMatchObject({ kept: true });
    });

    it("is not when it was released, or is another run's by now", async () => {
      const lake = memoryLake();
      const mine = await claimDataset(lake, aRun, now);
      await releaseClaim(lake, mine);
      expect(await keepClaim(lake, mine)).toBe(false);
      const theirs = await claimDataset(lake, another, now);
      expect(await keepClaim(lake, mine)).toBe(false);
      expect(await readClaim(lake, aRun)).toEqual(theirs);
    });
  });

  it('says where it is when it cannot be read', async () => {
    const lake = memoryLake();
    await lake.put(claimKey(aRun), 'by hand');
    await expect(readClaim(lake, aRun)).rejects.toThrow(
      'runs/open/geonames/cities.json in the lake is not a document of this version: remove it, or use the version that wrote it',
    );
  });
});

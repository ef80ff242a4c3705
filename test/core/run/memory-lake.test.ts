import { lakeContract } from '../../support/lake-contract';
import { LakeFailure, MemoryObjects, memoryLake } from '../../support/memory-lake';

const contracted = new MemoryObjects();
lakeContract(
  'memoryLake',
  async () => memoryLake(contracted),
  async (key) => {
    const tag = contracted.tags.get(key);
    return tag ? { [tag.name]: tag.value } : {};
  },
);

describe('the faults of memoryLake', () => {
  it('fails before a write takes effect, so that nothing is there', async () => {
    const objects = new MemoryObjects();
    const lake = memoryLake(objects, { fault: () => 'before' });
    await expect(lake.putIfAbsent('key', 'text')).rejects.toThrow(LakeFailure);
    await expect(lake.get('key')).rejects.toThrow('get key was made to fail before it took effect');
    expect(objects.text('key')).toBeUndefined();
  });

  it('fails after a write took effect, so that it is there', async () => {
    const objects = new MemoryObjects();
    const lake = memoryLake(objects, { fault: () => 'after' });
    await expect(lake.putIfAbsent('key', 'text')).rejects.toThrow(LakeFailure);
    expect(objects.text('key')).toBe('text');
  });

  it('answers like the second try of a client whose first one took effect', async () => {
    const objects = new MemoryObjects();
    const lake = memoryLake(objects, { fault: () => 'conflict' });
    expect(await lake.putIfAbsent('key', 'text')).toBe('exists');
    expect(objects.text('key')).toBe('text');
    const etag = objects.objects.get('key')?.etag ?? '';
    expect(await lake.replace('key', 'another', etag)).toBe('conflict');
    expect(objects.text('key')).toBe('another');
    expect(await lake.remove('key', objects.objects.get('key')?.etag ?? '')).toBe('conflict');
    expect(objects.text('key')).toBeUndefined();
  });
});

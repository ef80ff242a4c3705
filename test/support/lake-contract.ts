import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Lake } from '../../core/run/ports';
import { fromMetadata, toMetadata } from '../../core/run/range/receipt';
import { aReceipt } from '../core/run/run-fixture';

/** Racers in a race: enough that they overlap. */
const racers = 20;

/**
 * What every lake must do, whatever it is made of. `open` gives an empty place; every case works below its own prefix. `tagsOf` reads the
 * tags of an object there, which a lake cannot.
 */
export function lakeContract(
  name: string,
  open: () => Promise<Lake>,
  tagsOf: (key: string) => Promise<Readonly<Record<string, string>>>,
): void {
  describe(name, () => {
    let lake: Lake;
    let cases = 0;
    let prefix: string;
    beforeAll(async () => {
      lake = await open();
    });
    beforeEach(() => {
      prefix = `case-${cases++}/`;
    });

    const keysBelow = async (below: string) => {
      const keys: string[] = [];
      for await (const { key } of lake.list(below)) keys.push(key);
      return keys;
    };
    const race = <T>(run: (racer: number) => Promise<T>) =>
      Promise.all(Array.from({ length: racers }, (_, racer) => run(racer)));

    describe('reading', () => {
      it('has nothing under a key that nobody wrote', async () => {
        expect(await lake.get(`${prefix}nothing`)).toBeUndefined();
        expect(await lake.head(`${prefix}nothing`)).toBeUndefined();
        expect(await keysBelow(prefix)).toEqual([]);
      });

      it.each(['text', 'é 🦊 \u0000 \r\n'])('gives back the text %j that was written', async (text) => {
        await lake.put(`${prefix}object`, text);
        expect((await lake.get(`${prefix}object`))?.text).toBe(text);
        expect((await lake.head(`${prefix}object`))?.bytes).toBe(Buffer.byteLength(text));
      });

      it('writes the content of a file', async () => {
        const folder = await mkdtemp(join(tmpdir(), 'lake-contract-'));
        const file = join(folder, 'body');
        await writeFile(file, 'from a file');
        await lake.put(`${prefix}put`, { file });
        await lake.putIfAbsent(`${prefix}put-if-absent`, { file });
        await rm(folder, { recursive: true });
        expect((await lake.get(`${prefix}put`))?.text).toBe('from a file');
        expect((await lake.get(`${prefix}put-if-absent`))?.text).toBe('from a file');
      });

      it('downloads what was written to a file, byte by byte, over what is there', async () => {
        const folder = await mkdtemp(join(tmpdir(), 'lake-contract-'));
        const [from, to] = [join(folder, 'from'), join(folder, 'to')];
        const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251));
        await writeFile(from, bytes);
        await writeFile(to, Buffer.alloc(400_000, 'x'));
        await lake.put(`${prefix}object`, { file: from });
        expect(await lake.download(`${prefix}object`, to)).toBe(true);
        expect((await readFile(to)).equals(bytes)).toBe(true);
        await rm(folder, { recursive: true });
      });

      it('downloads nothing, and makes no file, where there is no object', async () => {
        const folder = await mkdtemp(join(tmpdir(), 'lake-contract-'));
        const to = join(folder, 'to');
        expect(await lake.download(`${prefix}nothing`, to)).toBe(false);
        await expect(stat(to)).rejects.toMatchObject({ code: 'ENOENT' });
        await rm(folder, { recursive: true });
      });

      it('names a version alike in get, head and list, without quotes', async () => {
        await lake.put(`${prefix}object`, 'text');
        const etag = (await lake.get(`${prefix}object`))?.etag;
        expect(etag).toMatch(/^[^"]+$/);
        expect((await lake.head(`${prefix}object`))?.etag).toBe(etag);
        for await (const listed of lake.list(prefix)) {
          expect(listed).toEqual({ key: `${prefix}object`, bytes: 4, etag });
        }
        await lake.put(`${prefix}object`, 'another text');
        expect((await lake.get(`${prefix}object`))?.etag).not.toBe(etag);
      });

      it('keeps metadata, also of keys in any script and with spaces', async () => {
        const text = fc.string({ unit: 'grapheme', maxLength: 60 });
        await fc.assert(
          fc.asyncProperty(text, text, async (first, last) => {
            const receipt = aReceipt({ firstKey: JSON.stringify([first]), lastKey: JSON.stringify([last]) });
            await lake.put(`${prefix}object`, 'text', { metadata: toMetadata(receipt) });
            const metadata = (await lake.head(`${prefix}object`))?.metadata ?? {};
            expect(metadata).toEqual(toMetadata(receipt));
            expect(fromMetadata(metadata)?.received).toBe(receipt.received);
          }),
          { numRuns: 50 },
        );
      });
    });

    describe('listing', () => {
      it('lists what is below a prefix, and nothing else, in the order of the bytes of the keys', async () => {
        const names = ['b', 'a', 'a-1', 'a/1', 'a0', 'A', 'ä', '\uffee', '😀', 'a.b'];
        await Promise.all(names.map((key) => lake.put(`${prefix}in/${key}.json`, key)));
        await lake.put(`${prefix}i`, 'not below it');
        await lake.put(`${prefix}inside/x`, 'not below it');
        const sorted = names.map((key) => `${prefix}in/${key}.json`).sort(byBytes);
        expect(await keysBelow(`${prefix}in/`)).toEqual(sorted);
      });

      it('takes a prefix that ends within a name', async () => {
        await Promise.all(['run=1/a', 'run=10/b', 'run=2/c'].map((key) => lake.put(prefix + key, key)));
        expect(await keysBelow(`${prefix}run=1`)).toEqual([`${prefix}run=1/a`, `${prefix}run=10/b`]);
      });

      it('lists more than the thousand keys that one answer of S3 holds', async () => {
        const keys = Array.from({ length: 1003 }, (_, i) => `${prefix}${String(i).padStart(8, '0')}`);
        await Promise.all(keys.map((key) => lake.put(key, 'x')));
        expect(await keysBelow(prefix)).toEqual(keys);
      });
    });

    describe('putIfAbsent', () => {
      it('writes once, and tells everyone later that the key exists', async () => {
        const first = toMetadata(aReceipt({ attempt: 'first' }));
        expect(await lake.putIfAbsent(`${prefix}object`, 'first', { metadata: first })).toBe('created');
        expect(await lake.putIfAbsent(`${prefix}object`, 'second', { metadata: {} })).toBe('exists');
        expect((await lake.get(`${prefix}object`))?.text).toBe('first');
        expect((await lake.head(`${prefix}object`))?.metadata).toEqual(first);
      });

      it('has exactly one winner in a race, and keeps what the winner wrote', async () => {
        const answers = await race((racer) => lake.putIfAbsent(`${prefix}object`, `racer ${racer}`));
        expect(answers.filter((answer) => answer === 'created')).toHaveLength(1);
        expect((await lake.get(`${prefix}object`))?.text).toBe(`racer ${answers.indexOf('created')}`);
      });
    });

    describe('replace', () => {
      it('replaces the version it names, and no other', async () => {
        await lake.put(`${prefix}object`, 'one');
        const one = (await lake.get(`${prefix}object`))?.etag;
        expect(await lake.replace(`${prefix}object`, 'two', one)).toBe('replaced');
        expect(await lake.replace(`${prefix}object`, 'three', one)).toBe('conflict');
        expect((await lake.get(`${prefix}object`))?.text).toBe('two');
      });

      it('creates when no version is named, unless there is one', async () => {
        expect(await lake.replace(`${prefix}object`, 'one', undefined)).toBe('replaced');
        expect(await lake.replace(`${prefix}object`, 'two', undefined)).toBe('conflict');
        expect((await lake.get(`${prefix}object`))?.text).toBe('one');
      });

      it('does not create what should have been there', async () => {
        await lake.put(`${prefix}object`, 'one');
        const etag = (await lake.get(`${prefix}object`))?.etag ?? '';
        expect(await lake.replace(`${prefix}another`, 'two', etag)).toBe('conflict');
        expect(await lake.get(`${prefix}another`)).toBeUndefined();
      });

      it('has exactly one winner in a race from the same version', async () => {
        await lake.put(`${prefix}object`, 'start');
        const etag = (await lake.get(`${prefix}object`))?.etag;
        const answers = await race((racer) => lake.replace(`${prefix}object`, `racer ${racer}`, etag));
        expect(answers.filter((answer) => answer === 'replaced')).toHaveLength(1);
        expect((await lake.get(`${prefix}object`))?.text).toBe(`racer ${answers.indexOf('replaced')}`);
      });
    });

    describe('tag', () => {
      const tag = { name: 'baseload', value: 'unpublished' };

      it('sets the one tag of an object, and leaves everything else of it as it was', async () => {
        const metadata = toMetadata(aReceipt());
        await lake.put(`${prefix}object`, 'text', { metadata });
        const before = await lake.head(`${prefix}object`);
        expect(await tagsOf(`${prefix}object`)).toEqual({});
        await lake.tag(`${prefix}object`, { name: 'other', value: 'first' });
        await lake.tag(`${prefix}object`, tag);
        expect(await tagsOf(`${prefix}object`)).toEqual({ baseload: 'unpublished' });
        expect(await lake.head(`${prefix}object`)).toEqual(before);
        expect((await lake.get(`${prefix}object`))?.text).toBe('text');
      });

      it('does nothing where there is no object, and makes none', async () => {
        await lake.tag(`${prefix}object`, tag);
        expect(await lake.head(`${prefix}object`)).toBeUndefined();
        await lake.put(`${prefix}object`, 'text');
        expect(await tagsOf(`${prefix}object`)).toEqual({});
      });

      it.each([
        ['put', (key: string) => lake.put(key, 'new')],
        ['replace', async (key: string) => lake.replace(key, 'new', (await lake.get(key))?.etag)],
      ])('is not passed on to what %s writes in its place', async (_, write) => {
        await lake.put(`${prefix}object`, 'old');
        await lake.tag(`${prefix}object`, tag);
        await write(`${prefix}object`);
        expect(await tagsOf(`${prefix}object`)).toEqual({});
      });

      it('stays when somebody comes too late to write', async () => {
        await lake.put(`${prefix}object`, 'old');
        await lake.tag(`${prefix}object`, tag);
        expect(await lake.putIfAbsent(`${prefix}object`, 'new')).toBe('exists');
        expect(await lake.replace(`${prefix}object`, 'new', 'another')).toBe('conflict');
        expect(await tagsOf(`${prefix}object`)).toEqual({ baseload: 'unpublished' });
      });

      it('is gone with its object', async () => {
        await lake.put(`${prefix}object`, 'old');
        await lake.tag(`${prefix}object`, tag);
        await lake.remove(`${prefix}object`, (await lake.get(`${prefix}object`))?.etag ?? '');
        await lake.putIfAbsent(`${prefix}object`, 'new');
        expect(await tagsOf(`${prefix}object`)).toEqual({});
      });
    });

    describe('remove', () => {
      it('removes the version it names, and no other', async () => {
        await lake.put(`${prefix}object`, 'one');
        const one = (await lake.get(`${prefix}object`))?.etag ?? '';
        await lake.put(`${prefix}object`, 'two');
        const two = (await lake.get(`${prefix}object`))?.etag ?? '';
        expect(await lake.remove(`${prefix}object`, one)).toBe('conflict');
        expect((await lake.get(`${prefix}object`))?.text).toBe('two');
        expect(await lake.remove(`${prefix}object`, two)).toBe('removed');
        expect(await lake.get(`${prefix}object`)).toBeUndefined();
        expect(await lake.remove(`${prefix}object`, two)).toBe('conflict');
        expect(await keysBelow(prefix)).toEqual([]);
      });

      it('has exactly one winner in a race', async () => {
        await lake.put(`${prefix}object`, 'one');
        const etag = (await lake.get(`${prefix}object`))?.etag ?? '';
        const answers = await race(() => lake.remove(`${prefix}object`, etag));
        expect(answers.filter((answer) => answer === 'removed')).toHaveLength(1);
      });

      it('makes room for the next one', async () => {
        await lake.put(`${prefix}object`, 'one');
        await lake.remove(`${prefix}object`, (await lake.get(`${prefix}object`))?.etag ?? '');
        expect(await lake.putIfAbsent(`${prefix}object`, 'two')).toBe('created');
      });
    });
  });
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { PageFile } from '../../../../core/extract/range/page-file';
import { failureOf } from './range-fixture';

const { signal } = new AbortController();

it('holds every body in the order of the positions, whatever the order they come in', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'page-file-'));
  const path = join(folder, 'pages');
  const bodies = fc.array(fc.string({ size: 'medium' }), { minLength: 1, maxLength: 300, size: 'max' });
  await fc.assert(
    fc.asyncProperty(bodies, fc.nat(), async (texts, seed) => {
      const file = await PageFile.create(path);
      const order = texts.map((_, position) => ({ position, at: (position * 7919 + seed) % 101 }));
      order.sort((a, b) => a.at - b.at);
      await Promise.all(
        order.map(({ position }) => file.put(position, Buffer.from(texts[position] ?? ''), signal)),
      );
      await file.flush();
      expect(file.bytes).toBe(Buffer.byteLength(texts.join('')));
      await file.close();
      expect(await readFile(path, 'utf8')).toBe(texts.map((text) => `${text}\n`).join(''));
    }),
    { numRuns: 30 },
  );
  await rm(folder, { recursive: true });
});

it('holds bodies that are larger than what is written at once, among small ones', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'page-file-'));
  const path = join(folder, 'pages');
  const file = await PageFile.create(path);
  const sizes = [10, 5_000_000, 0, 2 * 1024 * 1024 - 1, 2 * 1024 * 1024, 700_000, 3_000_000, 1];
  const bodies = sizes.map((size, position) => Buffer.alloc(size, String(position)));
  const backwards = bodies.map((body, position) => ({ body, position })).reverse();
  await Promise.all(backwards.map(({ body, position }) => file.put(position, body, signal)));
  await file.flush();
  expect(file.bytes).toBe(bodies.reduce((bytes, { length }) => bytes + length, 0));
  await file.close();
  const newline = Buffer.from('\n');
  const written = await readFile(path);
  expect(written.equals(Buffer.concat(bodies.flatMap((body) => [body, newline])))).toBe(true);
  await rm(folder, { recursive: true });
});

// The device that is always full, as a worker's disk may be.
(process.platform === 'linux' ? it : it.skip)('tells of a write that failed, however late', async () => {
  const file = await PageFile.create('/dev/full');
  await file.put(0, Buffer.from('{}'), signal);
  expect(await failureOf(file.flush())).toMatchObject({ code: 'ENOSPC' });
  expect(await failureOf(file.put(1, Buffer.from('{}'), signal))).toMatchObject({ code: 'ENOSPC' });
  await file.close();
});

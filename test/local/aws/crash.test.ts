import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { runAws } from './running-aws';

/** Runs the writer until some time after it began to write, then kills it. */
async function writeAndKill(directory: string, milliseconds: number): Promise<void> {
  const script = join(__dirname, 'crash-writer.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, directory], {
    env: process.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  // Not to wait for anything: the kill is to fall anywhere.
  await sleep(milliseconds);
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('a server killed at any moment leaves each object absent or whole, with its own metadata', async () => {
  const running = await runAws();
  await running.aws.createBucket('lake');
  let objects = 0;
  for (let round = 0; round < 5; round++) {
    await writeAndKill(running.directory, 20 + round * 13);
    const { Contents = [] } = await running.s3.send(new ListObjectsV2Command({ Bucket: 'lake' }));
    objects = Contents.length;
    for (const { Key, ETag } of Contents) {
      const got = await running.s3.send(new GetObjectCommand({ Bucket: 'lake', Key }));
      const body = (await got.Body?.transformToString()) ?? '';
      const version = got.Metadata?.version ?? 'none';
      expect(body).toBe(version.padStart(20, '0').repeat(2000));
      expect(got.ETag).toBe(`"${createHash('md5').update(body).digest('hex')}"`);
      expect(ETag).toBe(got.ETag);
    }
  }
  expect(objects).toBeGreaterThan(10);
  await running.stop();
});

test('uploads that a killed server left behind are swept after a day', async () => {
  const running = await runAws();
  const uploads = join(running.directory, '.uploads');
  await writeFile(join(uploads, 'abandoned'), 'half a body');
  await writeFile(join(uploads, 'recent'), 'under way elsewhere');
  const twoDaysAgo = Date.now() / 1000 - 172_800;
  await utimes(join(uploads, 'abandoned'), twoDaysAgo, twoDaysAgo);
  const again = await runAws({ directory: running.directory });
  const left = await readdir(uploads);
  expect(left).toContain('recent');
  expect(left).not.toContain('abandoned');
  await again.stop();
  await running.stop();
});

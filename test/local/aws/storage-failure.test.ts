import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { region, runAws } from './running-aws';

/** A disk with room for so many bytes. */
function disk(room: number, code: string) {
  return async (path: string) => {
    const file = await open(path, 'wx');
    let left = room;
    return {
      appendFile: async (bytes: string | Uint8Array) => {
        left -= bytes.length;
        if (left < 0) throw Object.assign(new Error(`${code}: no space left on device, write`), { code });
        await file.appendFile(bytes);
      },
      stat: file.stat.bind(file),
      close: file.close.bind(file),
    };
  };
}

test.each(['ENOSPC', 'EDQUOT'])(
  '%s is InsufficientStorage, told, not tried again, and leaves nothing behind',
  async (code) => {
    const told: Error[] = [];
    const running = await runAws({
      openUpload: disk(1_000_000, code) as never,
      onStorageFailure: (error) => told.push(error),
    });
    await running.aws.createBucket('lake');
    const put = (Key: string, bytes: number) =>
      running.s3.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: Buffer.alloc(bytes) }));
    await put('small', 1000);
    await expect(put('large', 30_000_000)).rejects.toMatchObject({
      name: 'InsufficientStorage',
      message: `There is no space left in ${running.directory}: free some, then start the run again.`,
      $metadata: { httpStatusCode: 507, attempts: 1 },
    });
    expect(told).toMatchObject([{ message: expect.stringContaining(running.directory), cause: { code } }]);
    const get = new GetObjectCommand({ Bucket: 'lake', Key: 'large' });
    await expect(running.s3.send(get)).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await readdir(join(running.directory, '.uploads'))).toEqual([]);
    await put('small again', 1000);
    await running.stop();
  },
);

test('a connection is good for the next request after a body that was refused half-way', async () => {
  const running = await runAws({ openUpload: disk(1_000_000, 'ENOSPC') as never });
  await running.aws.createBucket('lake');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const put = (bytes: number) =>
    new Promise<{ status: number | undefined; port: number | undefined }>((resolve, reject) => {
      const authorization = `AWS4-HMAC-SHA256 Credential=ADMIN/20300101/${region}/s3/aws4_request`;
      request(
        `${running.aws.url}/lake/a`,
        { method: 'PUT', agent, headers: { authorization } },
        (response) => {
          const port = response.socket.localPort;
          response.resume().once('end', () => resolve({ status: response.statusCode, port }));
        },
      )
        .once('error', reject)
        .end(Buffer.alloc(bytes));
    });
  const refused = await put(30_000_000);
  expect(refused.status).toBe(507);
  expect(await put(10)).toEqual({ status: 200, port: refused.port });
  agent.destroy();
  await running.stop();
});

test('any other failure of the disk is an InternalError with its reason', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'local-aws-'));
  const running = await runAws({
    directory,
    openUpload: () => Promise.reject(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })),
  });
  await running.aws.createBucket('lake');
  const put = running.s3.send(new PutObjectCommand({ Bucket: 'lake', Key: 'a', Body: 'x' }));
  await expect(put).rejects.toMatchObject({
    name: 'InternalError',
    message: 'The local AWS failed: EIO: i/o error',
  });
  await running.stop();
  await rm(directory, { recursive: true });
});

test('a port that is taken is said to be', async () => {
  const running = await runAws();
  const port = Number(new URL(running.aws.url).port);
  await expect(runAws({ port, directory: running.directory })).rejects.toThrow(
    `Port ${port} of 127.0.0.1 is in use`,
  );
  await running.stop();
});

import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startLocalAws } from '../../../local/aws/local-aws';

/** A process with a local AWS that writes and overwrites objects until it is killed; says 'ready' once it does. */
async function write(directory: string): Promise<void> {
  const aws = await startLocalAws({ directory, secret: () => undefined });
  await aws.createBucket('lake');
  aws.addPrincipal('ADMIN', { name: 'admin', statements: 'all' });
  const s3 = new S3Client({
    endpoint: aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'ADMIN', secretAccessKey: 'unused' },
  });
  const put = (Key: string, version: number, more: object) => {
    // Of one length, so that only the bytes tell versions apart.
    const Body = `${version}`.padStart(20, '0').repeat(2000);
    return s3.send(
      new PutObjectCommand({ Bucket: 'lake', Key, Body, Metadata: { version: `${version}` }, ...more }),
    );
  };
  const started = Date.now();
  await Promise.all(
    Array.from({ length: 6 }, async (_, lane) => {
      for (let turn = 0; ; turn++) {
        const version = (started % 1_000_000) * 10_000 + turn;
        await put(`pointer/${lane % 3}`, version, {});
        await put(`once/${started}-${lane}-${turn}`, version, { IfNoneMatch: '*' });
        if (turn === 1) process.stdout.write('ready\n');
      }
    }),
  );
}

const [directory = ''] = process.argv.slice(2);
void write(directory);

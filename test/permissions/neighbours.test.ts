import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { claimKey, nextKey, planKey, pointerKey, quarantineKey, rawKey, stageKey } from '../../core/run/keys';
import { functionNames, queueNames, secretName } from '../../lambda/environment';
import { type SpokenAction, spokenActions } from '../../local/aws/authorize';
import { type LocalAws, startLocalAws } from '../../local/aws/local-aws';
import { localAccount, localRegion } from '../../local/local-account';
import { deployLocally } from '../../local/template/deploy-locally';
import { queueArn } from '../../local/template/references';
import { synthesize } from '../../local/template/synthesize';
import { withoutSettings } from '../support/without-settings';

/** Names that begin with one another, and names of datasets that are those of sources. */
const sources = ['geo', 'geo-names', 'geo-names-run'];
let folder: string;
let aws: LocalAws;
let bucket: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baseload-neighbours-'));
  for (const name of sources) writeFileSync(join(folder, `${name}.ts`), sourceFile(name));
  const [stack] = await synthesize({
    projectRoot: resolve(__dirname, '../..'),
    outDirectory: join(folder, 'cdk.out'),
    context: { ...withoutSettings, environment: 'local', sources: folder },
  });
  if (stack === undefined) throw new Error('there is a stack');
  aws = await startLocalAws({ directory: join(folder, 's3'), region: localRegion, secret: () => undefined });
  bucket = (await deployLocally(stack, aws)).outputs.LakeBucket ?? '';
}, 120_000);
afterAll(async () => {
  await aws?.close();
  rmSync(folder, { recursive: true, force: true });
});

function sourceFile(name: string): string {
  const core = (file: string) => JSON.stringify(join(__dirname, '..', '..', 'core', 'source', file));
  return `import { bigint } from ${core('columns')};
import { defineSource, secret } from ${core('define-source')};
const dataset = { records: 'data', key: ['id'], columns: { id: bigint() } };
export default defineSource({
  name: '${name}', baseUrl: 'http://127.0.0.1:9', limits: { requestsPerSecond: 1, lanes: 2 },
  auth: { type: 'oauth2-refresh-token', tokenUrl: 'http://127.0.0.1:9', clientId: 'c', refreshToken: secret('${name}/token') },
  datasets: [
    { ...dataset, name: 'names', request: { path: '/names' }, pagination: { type: 'single' } },
    { ...dataset, name: 'geo', request: { path: '/names/{of}' }, pagination: { type: 'single' },
      slices: { type: 'records', dataset: 'names', column: 'id', name: 'of' } },
  ],
});
`;
}

/** What a write may bring: a grant that asks for either is met. */
const conditional = { ifNoneMatch: '*', ifMatch: '"etag"' };

/** Whether a function may do something with what an ARN names, or list below a prefix of the lake. */
function may(principal: string, action: SpokenAction, arn: string, prefix?: string): boolean {
  try {
    aws.require(principal, action, arn, prefix === undefined ? conditional : { prefix });
    return true;
  } catch {
    return false;
  }
}

const functionsOf = (source: string) => Object.values(functionNames('local', source));
const secretArn = (source: string) =>
  `arn:aws:secretsmanager:${localRegion}:${localAccount}:secret:${secretName('local', `${source}/token`)}-a1B2c3`;

/** Everything of a source that stands somewhere: keys of the lake, queues, secrets. */
function arnsOf(source: string, keys: readonly string[]): string[] {
  const queues = Object.values(queueNames('local', source)).map(queueArn);
  return [...keys.map((key) => `arn:aws:s3:::${bucket}/${key}`), ...queues, secretArn(source)];
}

const name = fc.oneof(
  fc.constantFrom('geo', 'names', 'run', 'next', 'open'),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
);

test('no function reaches what is another source’s, however alike their names are', () => {
  const pair = fc.constantFrom(
    ...sources.flatMap((own) => sources.filter((other) => other !== own).map((other) => ({ own, other }))),
  );
  fc.assert(
    fc.property(pair, name, name, name, ({ own, other }, dataset, runId, attempt) => {
      const run = { source: other, dataset, runId, extension: 'parquet' as const };
      const range = { slice: 'all', index: 0 };
      const keys = [
        ...[planKey(run), claimKey(run), pointerKey(run), stageKey(run, range)],
        ...[rawKey(run, range, attempt), quarantineKey(run, range, attempt), nextKey(run, range, attempt)],
      ];
      for (const principal of functionsOf(own)) {
        for (const action of spokenActions) {
          for (const arn of arnsOf(other, keys))
            expect([arn, action, may(principal, action, arn)]).toEqual([arn, action, false]);
        }
        for (const key of keys) {
          expect([key, may(principal, 's3:ListBucket', `arn:aws:s3:::${bucket}`, key)]).toEqual([key, false]);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('while it reaches its own', () => {
  for (const source of sources) {
    const [fanOut = '', worker = ''] = [
      functionNames('local', source).fanOut,
      functionNames('local', source).worker,
    ];
    const run = { source, dataset: 'names', runId: 'r', extension: 'parquet' as const };
    const key = stageKey(run, { slice: 'all', index: 0 });
    for (const principal of [fanOut, worker]) {
      expect(may(principal, 's3:GetObject', `arn:aws:s3:::${bucket}/${key}`)).toBe(true);
      expect(may(principal, 's3:ListBucket', `arn:aws:s3:::${bucket}`, key)).toBe(true);
      expect(may(principal, 's3:PutObject', `arn:aws:s3:::${bucket}/${key}`)).toBe(principal === worker);
      expect(may(principal, 'sqs:SendMessage', queueArn(queueNames('local', source).pages))).toBe(true);
      expect(may(principal, 'secretsmanager:GetSecretValue', secretArn(source))).toBe(true);
      expect(may(principal, 'secretsmanager:PutSecretValue', secretArn(source))).toBe(true);
    }
    const tables = `arn:aws:s3:::${bucket}/tables/${source}`;
    expect(may(fanOut, 's3:GetObject', `${tables}/names/run=r/a1/part-00000.parquet`)).toBe(true);
    // No dataset is sliced by the records of this one.
    expect(may(fanOut, 's3:GetObject', `${tables}/geo/run=r/a1/part-00000.parquet`)).toBe(false);
    expect(may(fanOut, 's3:GetObject', `${tables}/geo/current.json`)).toBe(true);
  }
});

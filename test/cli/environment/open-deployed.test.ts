import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { openDeployed } from '../../../cli/environment/open-deployed';
import { openEnvironment } from '../../../cli/environment/open-environment';
import { exitCodeOf, sentenceOf } from '../../../cli/fail';
import { type LocalAws, startLocalAws } from '../../../local/aws/local-aws';
import { temporaryFolder } from '../../support/baseload-process';
import { type FakeAws, type FakeAwsOptions, startFakeAws } from '../../support/fake-aws';

const saved = { ...process.env };
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  process.env = { ...saved };
  for (const one of opened.splice(0)) await one.close();
});

/** AWS as the SDK finds it, with these changes to the variables. */
async function withAws(
  options: FakeAwsOptions,
  variables: Record<string, string | undefined> = {},
): Promise<FakeAws> {
  const aws = await startFakeAws(options);
  opened.push(aws);
  for (const [name, value] of Object.entries({ ...aws.variables, ...variables })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  return aws;
}

/** What a person is told, and the exit code. */
async function refusal(work: () => Promise<unknown>): Promise<[number, string]> {
  const error = await work().then(
    () => {
      throw new Error('it should have been refused');
    },
    (thrown: unknown) => thrown,
  );
  return [exitCodeOf(error), sentenceOf(error)];
}

const dev = { 'baseload-dev': { outputs: { LakeBucket: 'lake-of-dev', Other: 'x' } } };

describe('a deployed environment', () => {
  let local: LocalAws;
  const data = temporaryFolder();
  beforeEach(async () => {
    local = await startLocalAws({ directory: data.path, region: 'eu-central-1', secret: () => undefined });
    await local.createBucket('lake-of-dev');
    for (const name of ['baseload-dev-geonames-dead', 'baseload-dev-geonames-pages'])
      local.createQueue({ name, attributes: {} });
    local.addPrincipal('AKIDEXAMPLE', { name: 'operator', statements: 'all' });
    opened.push(local);
  });
  afterAll(() => data.remove());

  it('has the lake that its stack names, the queues of its sources, and its functions', async () => {
    const events: unknown[] = [];
    const answer = (event: unknown) => {
      events.push(event);
      return { status: 'enqueued' };
    };
    await withAws(
      { stacks: dev, functions: { 'baseload-dev-geonames-fan-out': answer } },
      { AWS_ENDPOINT_URL_S3: local.url, AWS_ENDPOINT_URL_SQS: local.url },
    );
    const environment = await openEnvironment('dev', 'write');
    opened.push(environment);
    await environment.lake.put('runs/a.json', '{}');
    expect(await environment.lake.get('runs/a.json')).toMatchObject({ text: '{}' });
    const { pages } = await environment.queues('geonames');
    expect(await pages.depth()).toEqual({ waiting: 0, inFlight: 0, delayed: 0, dead: 0 });
    expect(await environment.invoke('baseload-dev-geonames-fan-out', { dataset: 'cities' })).toEqual({
      status: 'enqueued',
    });
    expect(events).toEqual([{ dataset: 'cities' }]);
    expect(await refusal(() => environment.queues('tides'))).toEqual([
      2,
      "source 'tides' has no queues in dev yet: deploy it with npx cdk deploy baseload-dev",
    ]);
  });
});

it('says what a function threw, by its own name and message', async () => {
  const broken = () => {
    throw Object.assign(new Error("secret 'geonames/token' is empty"), { name: 'ConfigurationError' });
  };
  await withAws({ stacks: dev, functions: { broken } });
  const environment = await openEnvironment('dev', 'write');
  expect(await refusal(() => environment.invoke('broken', {}))).toEqual([
    2,
    "secret 'geonames/token' is empty",
  ]);
  expect(await refusal(() => environment.invoke('absent', {}))).toEqual([
    2,
    'there is no function absent: deploy the stack of its environment, as in npx cdk deploy baseload-dev, or name another account or region with AWS_PROFILE and AWS_REGION',
  ]);
});

describe('says in one sentence what is missing:', () => {
  it('the stack, or one of this version', async () => {
    await withAws({ stacks: { 'baseload-staging': { status: 'CREATE_IN_PROGRESS', outputs: {} } } });
    expect(await refusal(() => openEnvironment('dev', 'read'))).toEqual([
      2,
      'there is no stack baseload-dev in eu-central-1 of this account: deploy it with npx cdk deploy baseload-dev, or name another account or region with AWS_PROFILE and AWS_REGION',
    ]);
    expect(await refusal(() => openEnvironment('staging', 'read'))).toEqual([
      2,
      'the stack baseload-staging has no output LakeBucket (it is CREATE_IN_PROGRESS): deploy this version with npx cdk deploy baseload-staging',
    ]);
  });

  it('credentials', async () => {
    await withAws({ stacks: dev }, { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
    const [code, sentence] = await refusal(() => openEnvironment('dev', 'read'));
    expect([code, sentence]).toEqual([
      2,
      expect.stringMatching(/^no AWS credentials were found \(.+\): set AWS_PROFILE/),
    ]);
  });

  it('a profile that gives credentials', async () => {
    const nobody = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_PROFILE: 'nobody' };
    await withAws({ stacks: dev }, nobody);
    expect(await refusal(() => openEnvironment('dev', 'read'))).toEqual([
      2,
      expect.stringMatching(
        /^AWS_PROFILE is 'nobody', which gave no credentials \(.+\): check it, or sign in with aws sso login$/,
      ),
    ]);
  });

  it('an endpoint where somebody is, of the stack and of what is asked after it, which is no local lake', async () => {
    const nobody = 'http://127.0.0.1:9';
    await withAws({ stacks: dev }, { AWS_ENDPOINT_URL_S3: nobody });
    const { lake } = await openEnvironment('dev', 'read');
    expect(await refusal(() => lake.get('runs/a.json'))).toEqual([
      2,
      expect.stringMatching(
        /^AWS cannot be reached \(.+127\.0\.0\.1:9\): check .+ AWS_ENDPOINT_URL if it is set/,
      ),
    ]);
    process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = nobody;
    expect(await refusal(() => openEnvironment('dev', 'read'))).toEqual([
      2,
      expect.stringMatching(/^the stack baseload-dev cannot be reached/),
    ]);
  });

  it('the process that serves the local lake, where that has ended', async () => {
    const data = temporaryFolder();
    opened.push({ close: async () => data.remove() });
    const aws = await startLocalAws({
      directory: data.path,
      region: 'eu-central-1',
      secret: () => undefined,
    });
    await aws.close();
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    const client = new S3Client({ endpoint: aws.url, region: 'eu-central-1', credentials, maxAttempts: 1 });
    expect(await refusal(() => client.send(new ListBucketsCommand({})))).toEqual([
      1,
      expect.stringMatching(/^the process that served the local lake has ended/),
    ]);
  });

  it('the region', async () => {
    await withAws({ stacks: dev }, { AWS_REGION: undefined });
    expect(await refusal(() => openEnvironment('dev', 'read'))).toEqual([
      2,
      'no AWS region is set (Region is missing): set AWS_REGION',
    ]);
  });

  it('a region that there is', async () => {
    const elsewhere = { AWS_ENDPOINT_URL_CLOUDFORMATION: undefined, AWS_REGION: 'eu-nowhere-9' };
    await withAws({ stacks: dev }, elsewhere);
    const [code, sentence] = await refusal(() => openEnvironment('dev', 'read'));
    expect([code, sentence]).toEqual([
      2,
      expect.stringMatching(
        /^the stack baseload-dev cannot be reached \(.+\): check the network and AWS_REGION/,
      ),
    ]);
  });

  it('an endpoint that answers', async () => {
    await withAws({ junk: { status: 200, body: '', after: 60_000 } });
    const patience = { connect: 200, describe: 200, answer: 200, invoke: 200 };
    expect(await refusal(() => openDeployed('dev', patience))).toEqual([
      2,
      'the stack baseload-dev did not answer in time: check the network, AWS_REGION and AWS_ENDPOINT_URL, then run this again',
    ]);
  });

  it.each([
    [200, 'welcome to the hotel'],
    [500, 'oops'],
    [200, '{"hello": 1}'],
    [200, '<html><body>Log in</body></html>'],
    [500, '<html><body>Bad gateway</body></html>'],
  ])('an endpoint that is AWS, by HTTP %i %s', async (status, body) => {
    await withAws({ junk: { status, body } });
    const [code, sentence] = await refusal(() => openEnvironment('dev', 'read'));
    expect([code, sentence]).toEqual([
      2,
      expect.stringMatching(
        /^the stack baseload-dev: what answered is not AWS \(.+\): check AWS_ENDPOINT_URL/,
      ),
    ]);
  });

  it.each([
    [403, 'InvalidClientTokenId', 'AWS does not know these credentials'],
    [403, 'SignatureDoesNotMatch', 'AWS does not know these credentials'],
    [400, 'ExpiredToken', 'the AWS credentials have expired: renew them'],
    [403, 'AccessDenied', 'these AWS credentials may not do that'],
  ])('rights, by a %i %s', async (status, code, says) => {
    await withAws({ refusal: { status, code, message: 'User is not who they say' } });
    const [exit, sentence] = await refusal(() => openEnvironment('prod', 'read'));
    expect(exit).toBe(2);
    expect(sentence).toContain(`the stack baseload-prod: ${says}`);
    expect(sentence).toContain('(User is not who they say)');
  });
});

import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { ConfigurationError } from '../../../core/errors';
import { type PolicyStatement, Principal } from '../../../local/aws/authorize';
import type { RequestContext } from '../../../local/aws/condition';
import { wildcard } from '../../../local/aws/wildcard';
import { type RunningAws, region, runAws } from './running-aws';

const Bucket = 'lake';
const allow = (Action: string | string[], Resource: string | string[]): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
});

describe('a principal', () => {
  const may = (statements: PolicyStatement[], prefix?: string) =>
    new Principal('worker', statements).may(
      's3:ListBucket',
      'arn:aws:s3:::lake',
      prefix === undefined ? {} : { prefix },
    );
  const onPrefix = (operator: string, values: string | string[]): PolicyStatement => ({
    ...allow('s3:ListBucket', 'arn:aws:s3:::lake'),
    Condition: { [operator]: { 's3:prefix': values } },
  });

  test('may do what a statement allows, with wildcards and whatever the case of the action', () => {
    expect(may([])).toBe(false);
    expect(may([allow('s3:ListBucket', '*')])).toBe(true);
    expect(may([allow(['s3:GetObject', 'S3:list*'], ['arn:aws:s3:::l?ke'])])).toBe(true);
    expect(may([allow('s3:ListBucket', 'arn:aws:s3:::LAKE')])).toBe(false);
    expect(may([allow('s3:ListBucket', 'arn:aws:s3:::lake/*')])).toBe(false);
  });

  test('may not do what another statement denies', () => {
    const deny: PolicyStatement = { Effect: 'Deny', Action: 's3:*', Resource: '*' };
    expect(may([deny, allow('*', '*')])).toBe(false);
    expect(may([allow('*', '*'), deny])).toBe(false);
  });

  test('is held to conditions on the prefix, which a request without one does not meet', () => {
    expect(may([onPrefix('StringLike', ['raw/*', 'stage/*'])], 'stage/cities')).toBe(true);
    expect(may([onPrefix('StringLike', 'raw/*')], 'stage/')).toBe(false);
    expect(may([onPrefix('StringEquals', 'raw/')], 'raw/')).toBe(true);
    expect(may([onPrefix('StringEquals', 'raw/*')], 'raw/a')).toBe(false);
    expect(may([onPrefix('StringLike', '*')])).toBe(false);
  });

  test('is held to conditions on the headers of a write', () => {
    const mayPut = (header: string, value: string, context: RequestContext) =>
      new Principal('worker', [
        { ...allow('s3:PutObject', '*'), Condition: { Null: { [header]: value } } },
      ]).may('s3:PutObject', 'arn:aws:s3:::lake/stage/1', context);
    expect(mayPut('s3:if-none-match', 'false', { ifNoneMatch: '*' })).toBe(true);
    expect(mayPut('s3:if-none-match', 'false', {})).toBe(false);
    expect(mayPut('s3:if-none-match', 'false', { ifMatch: '"a"' })).toBe(false);
    expect(mayPut('s3:if-none-match', 'true', {})).toBe(true);
    expect(mayPut('s3:if-none-match', 'true', { ifNoneMatch: '*' })).toBe(false);
    expect(mayPut('s3:If-Match', 'false', { ifMatch: '"a"' })).toBe(true);
    expect(mayPut('s3:if-match', 'false', { ifNoneMatch: '*' })).toBe(false);
  });

  test('is held to a condition on the source of every event that it puts', () => {
    const mayPut = (...eventSources: string[]) =>
      new Principal('reconcile', [
        {
          ...allow('events:PutEvents', '*'),
          Condition: { 'ForAllValues:StringEquals': { 'events:source': 'baseload' } },
        },
      ]).may('events:PutEvents', 'arn:bus', { eventSources });
    expect(mayPut('baseload')).toBe(true);
    expect(mayPut('other')).toBe(false);
    expect(mayPut('baseload', 'other')).toBe(false);
  });

  test('must have policies that can be held to: every other one is refused when it is added', () => {
    const base = allow('s3:*', '*');
    const refused: object[] = [
      { Effect: 'Allow', NotAction: 's3:PutObject', Resource: '*' },
      { Effect: 'Allow', Action: 's3:GetObject', NotResource: '*' },
      { ...base, Condition: { StringNotLike: { 's3:prefix': 'a' } } },
      { ...base, Condition: { StringLike: { 'aws:SourceIp': 'a' } } },
      { ...base, Condition: { StringEquals: { 's3:if-none-match': '*' } } },
      { ...base, Condition: { 'ForAllValues:StringEquals': { 'events:source': ['a', 'b'] } } },
      { ...base, Principal: '*' },
      { ...base, Effect: 'Maybe' },
      { ...base, Resource: { 'Fn::GetAtt': ['Lake', 'Arn'] } },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an IAM policy variable.
      { ...base, Resource: 'arn:aws:s3:::lake/${aws:username}' },
    ];
    for (const statement of refused) {
      expect(() => new Principal('worker', [base, statement as PolicyStatement])).toThrow(ConfigurationError);
    }
    expect(() => new Principal('worker', [base, refused[2] as PolicyStatement])).toThrow(
      'Policy statement 2 of worker has the condition StringNotLike on s3:prefix',
    );
  });

  test('may have any statement on services that the local AWS does not speak', () => {
    const statement = {
      ...allow('iam:PassRole', '*'),
      Condition: { StringEquals: { 'iam:PassedToService': 'emr-serverless.amazonaws.com' } },
    };
    expect(may([statement])).toBe(false);
  });

  test('wildcards match like a search by hand', () => {
    const character = fc.constantFrom('a', 'b', '.', '+', '/', '(', '\\');
    const pattern = fc.string({ unit: fc.oneof(character, fc.constantFrom('*', '?')), maxLength: 8 });
    const matches = (one: string, value: string): boolean => {
      if (one === '') return value === '';
      if (one[0] === '*')
        return matches(one.slice(1), value) || (value !== '' && matches(one, value.slice(1)));
      return value !== '' && (one[0] === '?' || one[0] === value[0]) && matches(one.slice(1), value.slice(1));
    };
    fc.assert(
      fc.property(pattern, fc.string({ unit: character, maxLength: 8 }), (one, value) => {
        expect(wildcard(one)(value)).toBe(matches(one, value));
      }),
    );
  });
});

describe('calls are held against the policies of who signed them', () => {
  let running: RunningAws;
  let QueueUrl: string;
  let arn: string;

  beforeEach(async () => {
    running = await runAws({ secret: (name) => (name === 'baseload/dev/token' ? 'hush' : undefined) });
    await running.aws.createBucket(Bucket);
    ({ url: QueueUrl, arn } = running.aws.createQueue({ name: 'pages', attributes: {} }));
    await running.s3.send(new PutObjectCommand({ Bucket, Key: 'stage/1', Body: 'x' }));
  });
  afterEach(() => running.stop());

  function s3With(...statements: PolicyStatement[]): S3Client {
    running.aws.addPrincipal('WORKER', { name: 'worker', statements });
    return new S3Client(running.as('WORKER'));
  }
  const objects = 'arn:aws:s3:::lake/*';
  const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403, attempts: 1 } };

  test('S3, in the words of AWS', async () => {
    const s3 = s3With(allow('s3:GetObject', objects));
    const put = s3.send(new PutObjectCommand({ Bucket, Key: 'stage/2', Body: 'x' }));
    await expect(put).rejects.toMatchObject({
      ...denied,
      message:
        'User: arn:aws:sts::000000000000:assumed-role/worker/worker is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::lake/stage/2 because no identity-based policy allows the s3:PutObject action',
    });
    await s3.send(new GetObjectCommand({ Bucket, Key: 'stage/1' }));
    await expect(s3.send(new DeleteObjectCommand({ Bucket, Key: 'stage/1' }))).rejects.toMatchObject(denied);
    await expect(s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject(denied);
  });

  test('a refused body of many megabytes is still answered', async () => {
    const Body = Buffer.alloc(20_000_000);
    await expect(s3With().send(new PutObjectCommand({ Bucket, Key: 'a', Body }))).rejects.toMatchObject(
      denied,
    );
  });

  test('a missing key is 404 only to those who may list the bucket', async () => {
    const head = new HeadObjectCommand({ Bucket, Key: 'missing' });
    const get = new GetObjectCommand({ Bucket, Key: 'missing' });
    const read = allow('s3:GetObject', objects);
    const list = allow('s3:ListBucket', 'arn:aws:s3:::lake');
    await expect(s3With(read).send(head)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    await expect(s3With(read).send(get)).rejects.toMatchObject(denied);
    await expect(s3With(read, list).send(head)).rejects.toMatchObject({ name: 'NotFound' });
    await expect(s3With(read, list).send(get)).rejects.toMatchObject({ name: 'NoSuchKey' });
    const onPrefix = { ...list, Condition: { StringLike: { 's3:prefix': '*' } } };
    await expect(s3With(read, onPrefix).send(get)).rejects.toMatchObject(denied);
  });

  test('If-Match reads, so it needs s3:GetObject as well', async () => {
    const command = () => new PutObjectCommand({ Bucket, Key: 'stage/1', Body: 'y', IfMatch: '"other"' });
    await expect(s3With(allow('s3:PutObject', objects)).send(command())).rejects.toThrow('s3:GetObject');
    await expect(
      s3With(allow(['s3:PutObject', 's3:GetObject'], objects)).send(command()),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' });
    const remove = new DeleteObjectCommand({ Bucket, Key: 'stage/1', IfMatch: '"other"' });
    await expect(s3With(allow('s3:DeleteObject', objects)).send(remove)).rejects.toThrow('s3:GetObject');
  });

  test('who may only add objects replaces none, with no header, or with another', async () => {
    const s3 = s3With(allow('s3:GetObject', objects), {
      ...allow('s3:PutObject', objects),
      Condition: { Null: { 's3:if-none-match': 'false' } },
    });
    const put = (Key: string, headers: { IfNoneMatch?: string; IfMatch?: string }) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body: 'y', ...headers }));
    const { ETag = '' } = await put('stage/2', { IfNoneMatch: '*' });
    await expect(put('stage/2', {})).rejects.toMatchObject(denied);
    await expect(put('stage/2', { IfMatch: ETag })).rejects.toMatchObject(denied);
    await expect(put('stage/3', {})).rejects.toMatchObject(denied);
    await expect(put('stage/2', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    const found = await s3.send(new GetObjectCommand({ Bucket, Key: 'stage/2' }));
    expect(found.ETag).toBe(ETag);
  });

  test('a list is held to the prefix it asks for', async () => {
    const s3 = s3With({
      ...allow('s3:ListBucket', 'arn:aws:s3:::lake'),
      Condition: { StringLike: { 's3:prefix': 'stage/*' } },
    });
    expect((await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'stage/' }))).KeyCount).toBe(1);
    await expect(s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'raw/' }))).rejects.toMatchObject(denied);
  });

  test('SQS: a batch needs sqs:SendMessage', async () => {
    running.aws.addPrincipal('WORKER', { name: 'worker', statements: [allow('sqs:ReceiveMessage', arn)] });
    const sqs = new SQSClient(running.as('WORKER'));
    await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }))).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining(`sqs:SendMessage on resource: ${arn} because`),
    });
    const batch = new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: '1', MessageBody: 'x' }] });
    await expect(sqs.send(batch)).rejects.toMatchObject(denied);
    await expect(sqs.send(new GetQueueUrlCommand({ QueueName: 'pages' }))).rejects.toMatchObject(denied);
    running.aws.addPrincipal('WORKER', { name: 'worker', statements: [allow('sqs:SendMessage', arn)] });
    expect((await sqs.send(batch)).Successful).toHaveLength(1);
  });

  test('secrets, by name with six characters to follow', async () => {
    const secretArn = `arn:aws:secretsmanager:${region}:000000000000:secret:baseload/dev/token-??????`;
    const command = new GetSecretValueCommand({ SecretId: 'baseload/dev/token' });
    const as = (...statements: PolicyStatement[]) => {
      running.aws.addPrincipal('WORKER', { name: 'worker', statements });
      return new SecretsManagerClient(running.as('WORKER'));
    };
    const found = await as(allow('secretsmanager:GetSecretValue', secretArn)).send(command);
    expect(found).toMatchObject({ SecretString: 'hush', Name: 'baseload/dev/token' });
    await expect(as().send(command)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('secretsmanager:GetSecretValue'),
      $metadata: { httpStatusCode: 400 },
    });
    await expect(
      running.secrets.send(new GetSecretValueCommand({ SecretId: 'other' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(
      running.secrets.send(new GetSecretValueCommand({ SecretId: 'other', VersionStage: 'AWSPREVIOUS' })),
    ).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  test('nobody is let in under an unknown access key id, or none', async () => {
    const s3 = new S3Client(running.as('STRANGER'));
    await expect(s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
      $metadata: { httpStatusCode: 403 },
    });
    expect((await fetch(`${running.aws.url}/lake/stage/1`)).status).toBe(403);
  });
});

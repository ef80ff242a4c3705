import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { functionSizes } from '../../core/forecast/usage';
import { environmentNames } from '../../lambda/environment';
import { BaseloadStack } from '../../lib/baseload-stack';
import { usualEnvironments } from '../../lib/usual-environments';
import { slicedSource } from './fixtures/sliced-source';
import { fixtureSources, synthesize } from './fixtures/synthesize';

const unpublished = { Key: 'baseload', Value: 'unpublished' };

let prod: Template;
beforeAll(() => {
  prod = synthesize('prod');
});

/** What a template says of a bucket, as far as it is asked. */
interface BucketProperties {
  readonly LifecycleConfiguration: { readonly Rules: readonly Rule[] };
  readonly LoggingConfiguration?: { readonly DestinationBucketName: { readonly Ref: string } };
  readonly VersioningConfiguration?: { readonly Status: string };
}

interface Rule {
  readonly Prefix?: string;
  readonly TagFilters?: readonly { readonly Key: string; readonly Value: string }[];
  readonly ExpirationInDays?: number;
  readonly NoncurrentVersionExpiration?: { readonly NoncurrentDays: number };
}

/** The lake's logical id, which the output names. */
function lakeId(template: Template): string {
  return template.findOutputs('LakeBucket').LakeBucket?.Value.Ref;
}

function lakeOf(template: Template): BucketProperties {
  return template.findResources('AWS::S3::Bucket')[lakeId(template)]?.Properties;
}

/** The logical id of the one queue or function of that name. */
function idOf(template: Template, type: string, property: string, name: string): string {
  const ids = Object.keys(template.findResources(type, { Properties: { [property]: name } }));
  expect(ids).toHaveLength(1);
  return ids[0] ?? '';
}

const queueId = (name: string) => idOf(prod, 'AWS::SQS::Queue', 'QueueName', name);
const functionId = (name: string) => idOf(prod, 'AWS::Lambda::Function', 'FunctionName', name);

describe('the lake', () => {
  test('is one closed, versioned, logged bucket that the stack does not take with it', () => {
    prod.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        LifecycleConfiguration: {
          Rules: [
            {
              Id: 'AbandonedUploads',
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
              Status: 'Enabled',
            },
            {
              Id: 'Raw',
              Prefix: 'raw/',
              ExpirationInDays: 365,
              Transitions: [{ StorageClass: 'INTELLIGENT_TIERING', TransitionInDays: 0 }],
              Status: 'Enabled',
            },
            { Id: 'Quarantine', Prefix: 'quarantine/', ExpirationInDays: 730, Status: 'Enabled' },
            {
              Id: 'Unpublished',
              Prefix: 'stage/',
              TagFilters: [unpublished],
              ExpirationInDays: 30,
              Status: 'Enabled',
            },
            {
              Id: 'Deleted',
              NoncurrentVersionExpiration: { NoncurrentDays: 30 },
              ExpiredObjectDeleteMarker: true,
              Status: 'Enabled',
            },
          ],
        },
        LoggingConfiguration: { LogFilePrefix: 'lake/' },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: 'Enabled' },
        BucketName: Match.absent(),
      },
    });
  });

  test('lets only raw pages, quarantine and what was never published expire, and keeps none for less than a week', () => {
    for (const name of environmentNames) {
      const rules = lakeOf(synthesize(name)).LifecycleConfiguration.Rules;
      const expiring = rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined);
      expect(expiring.map(({ Prefix, TagFilters }) => [Prefix, TagFilters])).toEqual([
        ['raw/', undefined],
        ['quarantine/', undefined],
        ['stage/', [unpublished]],
      ]);
      for (const { ExpirationInDays } of expiring) expect(ExpirationInDays).toBeGreaterThanOrEqual(7);
    }
  });

  test('gives back what was deleted for as long as the environment says, and pays for no version longer', () => {
    const days = Object.fromEntries(
      environmentNames.map((name) => {
        const { VersioningConfiguration, LifecycleConfiguration } = lakeOf(synthesize(name));
        const window = LifecycleConfiguration.Rules.flatMap(
          ({ NoncurrentVersionExpiration }) => NoncurrentVersionExpiration?.NoncurrentDays ?? [],
        );
        return [name, [VersioningConfiguration?.Status, ...window]];
      }),
    );
    expect(days).toEqual({
      local: [undefined],
      dev: [undefined],
      staging: ['Enabled', 7],
      prod: ['Enabled', 30],
    });
  });

  test('is logged wherever it is deployed, into a closed bucket that takes logs of this lake and account only', () => {
    expect(lakeOf(synthesize('local')).LoggingConfiguration).toBeUndefined();
    for (const [name, days] of [
      ['dev', 14],
      ['staging', 90],
      ['prod', 365],
    ] as const) {
      const template = synthesize(name);
      const logs = lakeOf(template).LoggingConfiguration?.DestinationBucketName.Ref ?? '';
      const { Properties } = template.findResources('AWS::S3::Bucket')[logs] ?? {};
      expect(Properties).toMatchObject({
        LifecycleConfiguration: { Rules: [{ ExpirationInDays: days }] },
        PublicAccessBlockConfiguration: { RestrictPublicBuckets: true },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      });
      template.hasResourceProperties('AWS::S3::BucketPolicy', {
        Bucket: { Ref: logs },
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Action: 's3:PutObject',
              Effect: 'Allow',
              Principal: { Service: 'logging.s3.amazonaws.com' },
              Condition: {
                ArnLike: { 'aws:SourceArn': { 'Fn::GetAtt': [lakeId(template), 'Arn'] } },
                StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
              },
            }),
          ]),
        },
      });
    }
  });

  test('refuses plain HTTP and TLS before 1.2', () => {
    const denied = (condition: object) => Match.objectLike({ Effect: 'Deny', Condition: condition });
    prod.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          denied({ Bool: { 'aws:SecureTransport': 'false' } }),
          denied({ NumericLessThan: { 's3:TlsVersion': 1.2 } }),
        ]),
      },
    });
  });

  test('is named by an output', () => {
    expect(lakeId(prod)).toMatch(/^LakeBucket/);
  });

  test.each([
    ['local', 'Delete'],
    ['dev', 'Delete'],
    ['staging', 'RetainExceptOnCreate'],
  ] as const)('in %s it is marked %s', (environment, policy) => {
    const template = synthesize(environment);
    expect(template.findResources('AWS::S3::Bucket')[lakeId(template)]?.DeletionPolicy).toBe(policy);
  });

  test.each(environmentNames)(
    'in %s every bucket is as closed as it was for as long as it is there',
    (environment) => {
      const template = synthesize(environment);
      const fates = (type: string, bucket: (id: string, properties: { Bucket: { Ref: string } }) => string) =>
        Object.fromEntries(
          Object.entries(template.findResources(type)).map(([id, one]) => [
            bucket(id, one.Properties),
            [one.DeletionPolicy, one.UpdateReplacePolicy],
          ]),
        );
      const buckets = fates('AWS::S3::Bucket', (id) => id);
      expect(Object.keys(buckets).length).toBe(environment === 'local' ? 2 : 3);
      expect(fates('AWS::S3::BucketPolicy', (_id, { Bucket }) => Bucket.Ref)).toEqual(buckets);
    },
  );
});

describe('the queues of a source', () => {
  test('the page queue hides a message for six times the worker timeout, and gives up after five receives', () => {
    prod.hasResourceProperties('AWS::SQS::Queue', {
      QueueName: 'baseload-prod-harbour-pages',
      VisibilityTimeout: 6 * 300,
      MessageRetentionPeriod: 4 * 86_400,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [queueId('baseload-prod-harbour-dead'), 'Arn'] },
        maxReceiveCount: 5,
      },
    });
  });

  test('the DLQ keeps messages for two weeks', () => {
    prod.hasResourceProperties('AWS::SQS::Queue', {
      QueueName: 'baseload-prod-harbour-dead',
      MessageRetentionPeriod: 14 * 86_400,
    });
  });

  test('every queue is encrypted by SQS', () => {
    prod.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
  });

  test('every queue refuses plain HTTP', () => {
    const policies = Object.values(prod.findResources('AWS::SQS::QueuePolicy'));
    const protectedQueues = policies.flatMap((policy) => policy.Properties.Queues);
    const queues = Object.keys(prod.findResources('AWS::SQS::Queue'));
    expect(protectedQueues.map((queue: { Ref: string }) => queue.Ref).sort()).toEqual(queues.sort());
    for (const policy of policies) {
      expect(policy.Properties.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    }
  });
});

describe('the functions', () => {
  test('are one per task and source, and one that reconciles', () => {
    const names = Object.values(prod.findResources('AWS::Lambda::Function')).map(
      (resource) => resource.Properties.FunctionName,
    );
    expect(names.sort()).toEqual([
      'baseload-prod-harbour-fan-out',
      'baseload-prod-harbour-worker',
      'baseload-prod-reconcile',
      'baseload-prod-tides-fan-out',
      'baseload-prod-tides-worker',
    ]);
  });

  test('run on Node 24 on ARM and log JSON to a group of their own that forgets', () => {
    prod.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON', LogGroup: Match.objectLike({ Ref: Match.anyValue() }) },
    });
    prod.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
    prod.resourceCountIs('AWS::Logs::LogGroup', 5);
  });

  test('the worker has a whole CPU, room for files, DuckDB and the variables it reads', () => {
    const bucket = lakeId(prod);
    const [layer] = Object.keys(prod.findResources('AWS::Lambda::LayerVersion'));
    prod.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'baseload-prod-harbour-worker',
      Timeout: 300,
      MemorySize: 1769,
      EphemeralStorage: { Size: 2048 },
      Layers: [{ Ref: layer }],
      Environment: {
        Variables: {
          BASELOAD_ENVIRONMENT: 'prod',
          LAKE_BUCKET: { Ref: bucket },
          PAGE_QUEUE_URL: { Ref: queueId('baseload-prod-harbour-pages') },
          DEAD_LETTER_QUEUE_URL: { Ref: queueId('baseload-prod-harbour-dead') },
          MAX_RECEIVE_COUNT: '5',
          SOURCE_SETTINGS: JSON.stringify({
            baseUrl: 'https://api.harbour.example/v1',
            limits: { requestsPerSecond: 20, burst: 5, lanes: 3, inFlight: 32 },
          }),
          NODE_OPTIONS: '--enable-source-maps',
          POWERTOOLS_SERVICE_NAME: 'harbour',
          POWERTOOLS_METRICS_NAMESPACE: 'Baseload/prod',
        },
      },
    });
  });

  test('the fan-out has time, repeats, and the variables it reads', () => {
    const bucket = lakeId(prod);
    prod.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'baseload-prod-harbour-fan-out',
      Timeout: 900,
      MemorySize: 512,
      Layers: Match.absent(),
      Environment: {
        Variables: {
          BASELOAD_ENVIRONMENT: 'prod',
          LAKE_BUCKET: { Ref: bucket },
          PAGE_QUEUE_URL: { Ref: queueId('baseload-prod-harbour-pages') },
          SOURCE_SETTINGS: Match.stringLikeRegexp('api.harbour.example'),
          NODE_OPTIONS: '--enable-source-maps',
          POWERTOOLS_SERVICE_NAME: 'harbour',
          POWERTOOLS_METRICS_NAMESPACE: 'Baseload/prod',
        },
      },
    });
    prod.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: functionId('baseload-prod-harbour-fan-out') },
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 3600,
    });
  });

  test('the fan-out of a source with slices of records has DuckDB, and room for it and for files', () => {
    const template = synthesize('prod', [slicedSource]);
    const [layer] = Object.keys(template.findResources('AWS::Lambda::LayerVersion'));
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'baseload-prod-crews-fan-out',
      MemorySize: 1769,
      EphemeralStorage: { Size: 2048 },
      Layers: [{ Ref: layer }],
    });
  });

  test('the worker alone may send what makes it run again: chains and waiting do', () => {
    const allowed = Object.values(prod.findResources('AWS::Lambda::Function')).flatMap(({ Properties }) =>
      Properties.RecursiveLoop === undefined ? [] : [[Properties.FunctionName, Properties.RecursiveLoop]],
    );
    expect(Object.fromEntries(allowed)).toEqual({
      'baseload-prod-harbour-worker': 'Allow',
      'baseload-prod-tides-worker': 'Allow',
    });
  });

  test('reconcile has time, and knows the lake', () => {
    const bucket = lakeId(prod);
    prod.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'baseload-prod-reconcile',
      Timeout: 900,
      MemorySize: 1769,
      // DuckDB reads the keys of a run.
      Layers: [Match.anyValue()],
      Environment: {
        Variables: Match.objectLike({ BASELOAD_ENVIRONMENT: 'prod', LAKE_BUCKET: { Ref: bucket } }),
      },
    });
  });

  test.each([
    ['harbour', 3],
    ['tides', 2],
  ])('as many workers of %s run as it has lanes, one page range each', (source, lanes) => {
    prod.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [queueId(`baseload-prod-${source}-pages`), 'Arn'] },
      FunctionName: { Ref: functionId(`baseload-prod-${source}-worker`) },
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: lanes },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });
});

describe('the schedules', () => {
  test('a dataset starts at its declared time and days, and says when it was due', () => {
    prod.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(30 3 ? * MON,THU *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 10 },
      Target: {
        Arn: { 'Fn::GetAtt': [functionId('baseload-prod-harbour-fan-out'), 'Arn'] },
        Input: '{"dataset":"ships","scheduledTime":"<aws.scheduler.scheduled-time>"}',
        RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 3600 },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [queueId('baseload-prod-harbour-missed'), 'Arn'] } },
      },
    });
    prod.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(5 0 * * ? *)',
      ScheduleExpressionTimezone: 'UTC',
    });
  });

  test('what changed of a dataset is loaded by a schedule of its own', () => {
    prod.hasResourceProperties('AWS::Scheduler::Schedule', {
      Description: 'Loads what changed of harbour/ships',
      ScheduleExpression: 'cron(15 12 * * ? *)',
      ScheduleExpressionTimezone: 'UTC',
      State: 'ENABLED',
      Target: Match.objectLike({
        Arn: { 'Fn::GetAtt': [functionId('baseload-prod-harbour-fan-out'), 'Arn'] },
        Input: '{"dataset":"ships","mode":"incremental","scheduledTime":"<aws.scheduler.scheduled-time>"}',
      }),
    });
  });

  test('a dataset without a schedule has none', () => {
    prod.resourceCountIs('AWS::Scheduler::Schedule', 4); // ships, what changed of ships, levels, reconcile
  });

  test.each(['local', 'dev', 'staging'] as const)(
    'in %s datasets wait for somebody, and runs are reconciled',
    (environment) => {
      const template = synthesize(environment);
      const schedules = Object.values(template.findResources('AWS::Scheduler::Schedule'));
      const states = schedules.map(({ Properties }) => [Properties.ScheduleExpression, Properties.State]);
      expect(Object.fromEntries(states)).toEqual({
        'cron(30 3 ? * MON,THU *)': 'DISABLED',
        'cron(15 12 * * ? *)': 'DISABLED',
        'cron(5 0 * * ? *)': 'DISABLED',
        'rate(1 minute)': 'ENABLED',
      });
    },
  );

  test('on a laptop nothing is shifted in time', () => {
    synthesize('local').allResourcesProperties('AWS::Scheduler::Schedule', {
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
  });

  test('reconcile runs every minute, and a minute that fails is not repeated', () => {
    prod.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      Target: Match.objectLike({
        Arn: { 'Fn::GetAtt': [functionId('baseload-prod-reconcile'), 'Arn'] },
        RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
      }),
    });
    prod.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: functionId('baseload-prod-reconcile') },
      MaximumRetryAttempts: 0,
    });
  });
});

test('a schedule that is switched off stays, and does not start', () => {
  const environment = { ...usualEnvironments.prod, scheduleSwitches: { 'harbour/ships': false } };
  const template = Template.fromStack(
    new BaseloadStack(new App(), 'Stack', { environment, sources: fixtureSources }),
  );
  const states = Object.values(template.findResources('AWS::Scheduler::Schedule')).map(({ Properties }) => [
    Properties.Description,
    Properties.State,
  ]);
  expect(Object.fromEntries(states)).toEqual({
    'Loads harbour/ships': 'DISABLED',
    'Loads what changed of harbour/ships': 'DISABLED',
    'Loads tides/levels': 'ENABLED',
    'Reconciles the open runs': 'ENABLED',
  });
});

test('the functions are as big as the forecasts reckon with, in every environment', () => {
  for (const name of environmentNames) {
    const sizes = Object.values(synthesize(name).findResources('AWS::Lambda::Function')).map(
      ({ Properties: { FunctionName, MemorySize, EphemeralStorage } }) => [
        String(FunctionName).replace(/^baseload-\w+-(\w+-(?=fan|work))?/, ''),
        { memoryMegabytes: MemorySize, storageGigabytes: (EphemeralStorage?.Size ?? 512) / 1024 },
      ],
    );
    expect(Object.fromEntries(sizes)).toEqual(functionSizes);
  }
});

test('an environment may have smaller functions', () => {
  const capacity = {
    workerMegabytes: 1024,
    fanOutMegabytes: 256,
    reconcileMegabytes: 768,
    reconcileStorageGibibytes: 2,
  };
  const stack = new BaseloadStack(new App(), 'Stack', {
    environment: { ...usualEnvironments.dev, capacity },
    sources: fixtureSources.slice(0, 1),
  });
  const template = Template.fromStack(stack);
  const hasSize = (FunctionName: string, size: object) =>
    template.hasResourceProperties('AWS::Lambda::Function', { FunctionName, ...size });
  hasSize('baseload-dev-harbour-worker', { MemorySize: 1024 });
  hasSize('baseload-dev-harbour-fan-out', { MemorySize: 256 });
  hasSize('baseload-dev-reconcile', { MemorySize: 768, EphemeralStorage: { Size: 2048 } });
});

test('only the stack of prod has to be unlocked before it can be deleted', () => {
  const locked = environmentNames.filter((name) => {
    const stack = new BaseloadStack(new App(), 'Stack', {
      environment: usualEnvironments[name],
      sources: [],
    });
    return stack.terminationProtection;
  });
  expect(locked).toEqual(['prod']);
});

test('what can be tagged is tagged', () => {
  const tags = [
    { Key: 'application', Value: 'baseload' },
    { Key: 'environment', Value: 'prod' },
  ];
  for (const type of ['AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::Lambda::Function', 'AWS::IAM::Role']) {
    prod.allResourcesProperties(type, { Tags: Match.arrayWith(tags) });
  }
});

test('a stack without sources is a lake and a reconcile function', () => {
  const template = synthesize('dev', []);
  template.resourceCountIs('AWS::Lambda::Function', 1);
  expect(lakeId(template)).toMatch(/^LakeBucket/);
});

test('one more source changes nothing of the others', () => {
  const alone = synthesize('prod', fixtureSources.slice(0, 1)).toJSON().Resources;
  const both = prod.toJSON().Resources;
  const ofHarbour = Object.keys(alone).filter((id) => id.startsWith('Sourceharbour'));
  expect(ofHarbour.length).toBeGreaterThan(10);
  for (const id of ofHarbour) expect(both[id]).toEqual(alone[id]);
});

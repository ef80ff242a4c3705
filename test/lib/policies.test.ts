import { App } from 'aws-cdk-lib';
import { BaseloadStack } from '../../lib/baseload-stack';
import { usualEnvironments } from '../../lib/usual-environments';
import { actionsOf, type Resource, resourcePolicies, resourcesOf } from './fixtures/resource-policies';
import { rotatingToken } from './fixtures/rotating-token';
import { fixtureSources } from './fixtures/synthesize';

/** Prod with a network; harbour is private and has what a function may be given, tides is public. */
let resources: ReadonlyMap<string, Resource>;
let policies: Record<string, string[]>;
beforeAll(() => {
  const environment = { ...usualEnvironments.prod, network: { cidr: '10.64.0.0/20' } };
  const sources = fixtureSources.map(({ file, source }) =>
    source.name === 'harbour'
      ? { file, source: { ...source, network: 'private' as const, auth: rotatingToken } }
      : { file, source },
  );
  resources = resourcesOf(new BaseloadStack(new App(), 'Stack', { environment, sources }));
  policies = resourcePolicies(resources);
});

const of = (kind: string) =>
  Object.fromEntries(Object.entries(policies).filter(([about]) => about.startsWith(`${kind} `)));

test('nothing else says who may use what is deployed', () => {
  const kinds = Object.keys(policies).map((about) => about.split(' ')[0]);
  expect(new Set(kinds)).toEqual(new Set(['bucket', 'queue', 'topic', 'endpoint', 'role']));
  // Another account could be let in by what has no document: AWS::Lambda::Permission, AWS::Events::EventBusPolicy, AWS::RAM::ResourceShare.
  const types = [...resources.values()].map(({ Type }) => Type);
  const letting = types.filter((type) => /Polic|Permission|Grant|Share|Url$|Principal/.test(type));
  expect(new Set(letting)).toEqual(
    new Set(['AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy']),
  );
});

test('buckets let in nobody but the service that writes access logs, of these buckets of this account', () => {
  const closed = (bucket: string) => [
    `Deny | AWS * | s3:* | ${bucket}, ${bucket}/* | Bool aws:SecureTransport false`,
    `Deny | AWS * | s3:* | ${bucket}, ${bucket}/* | NumericLessThan s3:TlsVersion 1.2`,
  ];
  const logs = (of: string, folder: string) =>
    `Allow | Service logging.s3.amazonaws.com | s3:PutObject | LakeAccessLogsBucket/${folder}/* | ArnLike aws:SourceArn ${of}, StringEquals aws:SourceAccount <account>`;
  expect(of('bucket')).toEqual({
    'bucket LakeBucket': closed('LakeBucket'),
    'bucket CatalogQueriesResults': closed('CatalogQueriesResults'),
    'bucket LakeAccessLogsBucket': [
      ...closed('LakeAccessLogsBucket'),
      logs('LakeBucket', 'lake'),
      logs('CatalogQueriesResults', 'queries'),
    ],
  });
});

test('queues let in nobody by their policies', () => {
  const names = ['harbour', 'tides'].flatMap((source) =>
    ['pages', 'dead', 'missed'].map((purpose) => `baseload-prod-${source}-${purpose}`),
  );
  const closed = (queue: string) => [`Deny | AWS * | sqs:* | ${queue} | Bool aws:SecureTransport false`];
  expect(of('queue')).toEqual(Object.fromEntries(names.map((name) => [`queue ${name}`, closed(name)])));
});

test('the topic is for alarms of this environment and account', () => {
  const topic = 'baseload-prod-alarms';
  expect(of('topic')).toEqual({
    [`topic ${topic}`]: [
      `Deny | any * | sns:Publish | ${topic} | Bool aws:SecureTransport false`,
      `Allow | Service cloudwatch.amazonaws.com | sns:Publish | ${topic} | ArnLike aws:SourceArn arn:aws:cloudwatch:<region>:<account>:alarm:baseload-prod-*, StringEquals aws:SourceAccount <account>`,
    ],
  });
});

test('a role is assumed by its one service: for schedules of this environment, and for flow logs of this account', () => {
  const trust = (service: string, condition: string) => [
    `Allow | Service ${service}.amazonaws.com | sts:AssumeRole | - | ${condition}`,
  ];
  const lambda = trust('lambda', '-');
  const scheduler = trust(
    'scheduler',
    'StringEquals aws:SourceAccount <account>, StringEquals aws:SourceArn baseload-prod',
  );
  expect(of('role')).toEqual({
    'role SourceharbourFanOutRole': lambda,
    'role SourceharbourWorkerRole': lambda,
    'role SourcetidesFanOutRole': lambda,
    'role SourcetidesWorkerRole': lambda,
    'role ReconcileRole': lambda,
    'role SourceharbourScheduleRole': scheduler,
    'role SourcetidesScheduleRole': scheduler,
    'role ReconcileScheduleRole': scheduler,
    'role NetworkFlowLogRole': trust(
      'vpc-flow-logs',
      'ArnLike aws:SourceArn arn:aws:ec2:<region>:<account>:vpc-flow-log/*, StringEquals aws:SourceAccount <account>',
    ),
  });
  expect(resources.get('Schedules')?.Type).toBe('AWS::Scheduler::ScheduleGroup');
});

describe('endpoints', () => {
  test('let through what the table says', () => {
    const place = '<region>:<account>';
    expect(of('endpoint')).toEqual({
      'endpoint s3': [
        'Allow | AWS * | s3:DeleteObject, s3:GetObject, s3:ListBucket, s3:PutObject | arn:aws:s3:::LakeBucket, arn:aws:s3:::LakeBucket/* | -',
      ],
      'endpoint sqs': [
        `Allow | AWS * | sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage, sqs:SendMessage | arn:aws:sqs:${place}:baseload-prod-*-dead, arn:aws:sqs:${place}:baseload-prod-*-pages | -`,
      ],
      'endpoint secretsmanager': [
        `Allow | AWS * | secretsmanager:GetSecretValue, secretsmanager:PutSecretValue | arn:aws:secretsmanager:${place}:secret:baseload/prod/* | -`,
      ],
    });
  });

  test.each(['s3', 'sqs', 'secretsmanager'])(
    'let through to %s what the roles behind them may, and no more',
    (service) => {
      const [row = ''] = policies[`endpoint ${service}`] ?? [];
      const through = row.split(' | ')[2]?.split(', ');
      expect(through).toEqual(allowedInside(service));
    },
  );
});

/** What the functions in the network may do with a service, sorted. */
function allowedInside(service: string): string[] {
  const inside = [...resources.values()].filter(
    ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties.VpcConfig !== undefined,
  );
  expect(inside.map(({ Properties }) => Properties.FunctionName).toSorted()).toEqual([
    'baseload-prod-harbour-fan-out',
    'baseload-prod-harbour-worker',
  ]);
  const actions = inside.flatMap(({ Properties }) => actionsOf(Properties.Role, resources));
  return [...new Set(actions)].filter((action) => action.startsWith(`${service}:`)).toSorted();
}

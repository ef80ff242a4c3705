import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { databaseName, environmentNames } from '../../../lambda/environment';
import { Catalog } from '../../../lib/catalog/catalog';
import { AccessLogs } from '../../../lib/lake/access-logs';
import { usualEnvironments } from '../../../lib/usual-environments';

/** The template of a stack that has nothing but a catalog. */
function catalogOf(name: (typeof environmentNames)[number], logged = false): Template {
  // As cdk.json has it: the bucket of the logs lets S3 write by its policy, not by an access control list.
  const context = { '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true };
  const stack = new Stack(new App({ context }), 'Stack');
  const kept = { retention: Duration.days(90), removalPolicy: RemovalPolicy.RETAIN };
  const accessLogs = logged ? new AccessLogs(stack, 'Logs', kept).bucket : undefined;
  new Catalog(stack, 'Catalog', { environment: usualEnvironments[name], accessLogs });
  return Template.fromStack(stack);
}

describe.each(environmentNames)('the catalog of %s', (name) => {
  const environment = usualEnvironments[name];
  let template: Template;
  beforeAll(() => {
    template = catalogOf(name);
  });

  test('is a database without tables, which are made when a run is published', () => {
    template.hasResourceProperties('AWS::Glue::Database', { DatabaseInput: { Name: `baseload_${name}` } });
    expect(databaseName(name)).toBe(`baseload_${name}`);
    template.resourceCountIs('AWS::Glue::Table', 0);
  });

  test('holds every query to the scan limit, and its results to a place that nobody else chooses', () => {
    template.hasResourceProperties('AWS::Athena::WorkGroup', {
      Name: `baseload-${name}`,
      RecursiveDeleteOption: name === 'local' || name === 'dev',
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        PublishCloudWatchMetricsEnabled: true,
        BytesScannedCutoffPerQuery: environment.queryScanLimit.toGibibytes() * 2 ** 30,
        EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
        ResultConfiguration: {
          EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
          ExpectedBucketOwner: { Ref: 'AWS::AccountId' },
          OutputLocation: {
            'Fn::Join': [
              '',
              ['s3://', { Ref: Match.stringLikeRegexp('^CatalogQueriesResults') }, '/results/'],
            ],
          },
        },
      },
    });
  });

  test('keeps results for two weeks in a closed bucket, which goes as the lake does', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: name === 'local' || name === 'dev' ? 'Delete' : 'RetainExceptOnCreate',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        LifecycleConfiguration: {
          Rules: [
            {
              Id: 'Results',
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
              ExpirationInDays: 14,
              Status: 'Enabled',
            },
          ],
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LoggingConfiguration: Match.absent(),
      },
    });
    const denied = (condition: object) => Match.objectLike({ Effect: 'Deny', Condition: condition });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          denied({ Bool: { 'aws:SecureTransport': 'false' } }),
          denied({ NumericLessThan: { 's3:TlsVersion': 1.2 } }),
        ]),
      },
    });
  });

  test('brings no function and no role of its own', () => {
    const types = Object.values(template.toJSON().Resources).map((resource) => Object(resource).Type);
    expect([...new Set(types)].sort()).toEqual([
      'AWS::Athena::WorkGroup',
      'AWS::Glue::Database',
      'AWS::S3::Bucket',
      'AWS::S3::BucketPolicy',
    ]);
  });
});

test('who asks for results is logged where the lake keeps such logs', () => {
  catalogOf('prod', true).hasResourceProperties('AWS::S3::Bucket', {
    LoggingConfiguration: {
      DestinationBucketName: { Ref: Match.stringLikeRegexp('^Logs') },
      LogFilePrefix: 'queries/',
    },
  });
});

test('following takes three actions, on the catalog, this database and its tables', () => {
  const stack = new Stack(new App(), 'Stack');
  const statement = new Catalog(stack, 'Catalog', { environment: usualEnvironments.prod }).mayFollow();
  const arn = 'arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:';
  const { Action, Resource } = stack.resolve(statement.toStatementJson());
  expect(Action).toEqual(['glue:GetTable', 'glue:CreateTable', 'glue:UpdateTable']);
  const inWords = (one: { 'Fn::Join': [string, (string | { Ref: string })[]] }) =>
    one['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('');
  expect(Resource.map(inWords)).toEqual([
    `${arn}catalog`,
    `${arn}database/baseload_prod`,
    `${arn}table/baseload_prod/*`,
  ]);
});

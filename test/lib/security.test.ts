import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { buildSync } from 'esbuild';
import { z } from 'zod';
import {
  claimKey,
  expectedKey,
  givenUpKey,
  manifestKey,
  planKey,
  pointerKey,
  quarantineKey,
  rawKey,
  rawPagesKey,
  reportKey,
  runFolderPrefixes,
  stageKey,
  watermarkKey,
} from '../../core/run/keys';
import { BaseloadStack } from '../../lib/baseload-stack';
import { explainPatterns } from '../../lib/function/explain-patterns';
import { SampleStack } from '../../lib/sample/sample-stack';
import { usualEnvironments } from '../../lib/usual-environments';
import { grantsOf } from './fixtures/role-statements';
import { rotatingToken } from './fixtures/rotating-token';
import { slicedSource } from './fixtures/sliced-source';
import { fixtureSources } from './fixtures/synthesize';

const projectRoot = resolve(__dirname, '../..');
const page = readFileSync(join(projectRoot, 'docs/security.md'), 'utf8');
const sources = [...fixtureSources, slicedSource];

describe('the rules for AWS Solutions', () => {
  const findings = (app: App) =>
    new AwsSolutionsChecks(app)
      .validateScope(app)
      .violations.map(({ ruleName, violatingResources }) => [
        ruleName,
        ...violatingResources.map(({ constructPath }) => constructPath),
      ]);

  const network = { cidr: '10.64.0.0/20' };
  test.each([
    ['dev', usualEnvironments.dev],
    ['staging', usualEnvironments.staging],
    ['prod', usualEnvironments.prod],
    ['prod with a network', { ...usualEnvironments.prod, network }],
  ])('find nothing in %s that has no reason', (_name, environment) => {
    const app = new App();
    const ships = sources.map(({ file, source }) => ({
      file,
      source: { ...source, network: environment.network ? ('private' as const) : ('public' as const) },
    }));
    new BaseloadStack(app, 'Stack', { environment, sources: ships });
    expect(findings(app)).toEqual([]);
  });

  test('find every wildcard that is not below a fixed prefix, explained as it may be', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const bucket = new Bucket(stack, 'Bucket');
    const statements = [
      new PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects('stage/tides/*')] }),
      new PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects('*')] }),
      new PolicyStatement({ actions: ['s3:Get*'], resources: [bucket.arnForObjects('raw/one')] }),
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: ['*'] }),
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: ['arn:aws:lambda:eu-central-1:1:function:a:*'],
      }),
    ];
    const role = new Role(stack, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { All: new PolicyDocument({ statements }) },
    });
    explainPatterns(role, statements);
    const wildcards = findings(app).flatMap(([rule]) => /IAM5\[(.*)\]$/.exec(rule ?? '')?.[1] ?? []);
    expect(wildcards.map((found) => found.replace(/Bucket\w+/, 'Bucket')).sort()).toEqual([
      'Action::s3:Get*',
      'Resource::*',
      'Resource::<Bucket.Arn>/*',
      'Resource::arn:aws:lambda:eu-central-1:1:function:a:*',
    ]);
  });

  test('have few exceptions: patterns below a prefix, traces, and a DLQ that the rules do not see', () => {
    const stack = new BaseloadStack(new App(), 'Stack', { environment: usualEnvironments.prod, sources });
    const ids = stack.node
      .findAll()
      .flatMap(({ node }) =>
        node.metadata
          .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
          .flatMap(({ data }) => Object.keys(data)),
      );
    const others = ids
      .map((id) => id.replace(/^.*::(?=AwsSolutions)/, ''))
      .filter((id) => !/IAM5\[Resource::.*[/].*\*/.test(id));
    expect(new Set(others)).toEqual(new Set(['AwsSolutions-IAM5[Resource::*]', 'AwsSolutions-SQS3']));
  });
});

test('the context that docs/deploy.md names gives every role a permissions boundary', () => {
  const deploy = readFileSync(join(projectRoot, 'docs/deploy.md'), 'utf8');
  const [, context = ''] =
    /"context": (\{ "@aws-cdk\/core:permissionsBoundary": .*\}) \}\n/.exec(deploy) ?? [];
  const app = new App({ context: JSON.parse(context) });
  const environment = { ...usualEnvironments.prod, network: { cidr: '10.64.0.0/20' } };
  const stacks = [
    new BaseloadStack(app, 'Stack', { environment, sources }),
    new SampleStack(app, { concurrency: 'unreserved' }),
  ];
  const roles = stacks.flatMap((stack) =>
    Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role')),
  );
  expect(roles.length).toBeGreaterThan(10);
  for (const { Properties } of roles)
    expect(JSON.stringify(Properties.PermissionsBoundary)).toContain(':policy/baseload-boundary');
});

describe('docs/security.md', () => {
  const policySchema = z.object({
    Statement: z.array(
      z.object({
        Sid: z.string(),
        Effect: z.literal('Allow'),
        Action: z.union([z.string(), z.array(z.string())]),
        Resource: z.union([z.string(), z.array(z.string())]),
        Condition: z.unknown().optional(),
      }),
    ),
  });
  /** What docs/security.md says that an operator needs. */
  const policy = policySchema.parse(JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '')).Statement;
  const actionsOf = (statements: readonly { readonly Action: string | readonly string[] }[]) =>
    [...new Set(statements.flatMap(({ Action }) => Action))].sort();

  /** What a command of the SDK needs, where it is not called like the action (Service Authorization Reference). */
  const renamed: Readonly<Record<string, string>> = {
    Invoke: 'InvokeFunction',
    HeadObject: 'GetObject',
    ListObjectsV2: 'ListBucket',
    SendMessageBatch: 'SendMessage',
  };
  /** Which the code that the CLI shares with the functions can send, and the CLI never does. */
  const ofFunctions = ['s3:PutObjectTagging'];

  /** The actions that a file's commands need: 's3:GetObject' of `GetObjectCommand` from '@aws-sdk/client-s3'. */
  function actionsIn(text: string): string[] {
    const imports = [...text.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([\w-]+)'/g)];
    return imports.flatMap(([, names = '', service]) =>
      [...names.matchAll(/(\w+)Command\b/g)].map(([, name = '']) => `${service}:${renamed[name] ?? name}`),
    );
  }

  test("gives an operator what the CLI's calls need, and nothing more", () => {
    const { metafile } = buildSync({
      absWorkingDir: projectRoot,
      entryPoints: ['cli/environment/open-deployed.ts'],
      bundle: true,
      platform: 'node',
      packages: 'external',
      metafile: true,
      write: false,
    });
    const code = Object.keys(metafile.inputs).map((file) => readFileSync(join(projectRoot, file), 'utf8'));
    const needed = code.flatMap(actionsIn).filter((action) => !ofFunctions.includes(action));
    expect(actionsOf(policy)).toEqual([...new Set(needed)].sort());
    for (const { Resource } of policy)
      for (const resource of [Resource].flat()) expect(resource).toMatch(/baseload[-_]prod|:catalog$/);
  });

  describe('lists what roles may do', () => {
    const [harbour, ...others] = sources;
    const [ships] = harbour?.source.datasets ?? [];
    if (!harbour || !ships) throw new Error('there is a dataset');
    const mask = { type: 'sha256', salt: { secret: 'harbour/salt' } } as const;
    const captain = { columnType: { type: 'varchar' }, options: { mask } } as const;
    const datasets = [{ ...ships, columns: { ...ships.columns, captain } }];
    /** With everything that a role may be given something for. */
    const all = [
      {
        ...harbour,
        source: { ...harbour.source, auth: rotatingToken, datasets, network: 'private' as const },
      },
      ...others,
    ];
    let granted: Set<string>;
    beforeAll(() => {
      const app = new App();
      const environment = { ...usualEnvironments.prod, network: { cidr: '10.64.0.0/20' } };
      const stacks = [
        new BaseloadStack(app, 'Stack', { environment, sources: all }),
        new SampleStack(app, { concurrency: 'unreserved' }),
      ];
      granted = new Set(stacks.flatMap((stack) => [...grantsOf(Template.fromStack(stack))]));
    });

    test('action by action and resource by resource, with a network and the sample API', () => {
      const listed = rows.flatMap(({ role, may, on }) =>
        actionsNamed(may).flatMap((action) => on.map((place) => `${role} | ${action} | ${place}`)),
      );
      expect(granted.size).toBeGreaterThan(90);
      expect([...listed].sort()).toEqual([...granted].sort());
    });
  });

  /** The rows of the table of roles; an empty first cell is the one above. */
  const rows = (() => {
    let role = '';
    const [, table = ''] = /\| role \| may \| on \|.*\n\|[-|]+\n((?:\|.*\n)+)/.exec(page) ?? [];
    return table
      .trim()
      .split('\n')
      .map((line) => {
        const [first = '', may = '', on = ''] = line
          .split('|')
          .slice(1)
          .map((cell) => cell.trim());
        role = first || role;
        return { role, may, on: on.split(', ').map((place) => place.replaceAll('`', '')) };
      });
  })();

  function actionsNamed(cell: string): string[] {
    const never = cell.startsWith('never ') ? 'never ' : '';
    return cell
      .slice(never.length)
      .split(', ')
      .map((action) => `${never}${action.replaceAll('`', '')}`);
  }

  describe('lets an operator', () => {
    const run = {
      source: 'shop',
      dataset: 'orders',
      runId: '2026-11-23t09-48-18-418z',
      extension: 'parquet',
    } as const;
    const range = { slice: 'all', index: 7 };
    const bucket = 'arn:aws:s3:::baseload-prod-lakebucket1a2b3c-x/';
    const like = (text: string, pattern: string) =>
      new RegExp(
        `^${pattern
          .split('*')
          .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')}$`,
      ).test(text);
    const may = (action: string, resource: string) =>
      policy.some(
        ({ Action, Resource }) =>
          [Action].flat().includes(action) && [Resource].flat().some((pattern) => like(resource, pattern)),
      );
    const resourcesOf = (sid: string) =>
      policy.filter(({ Sid }) => Sid === sid).flatMap(({ Resource }) => [Resource].flat());
    const keys = (action: string, candidates: readonly string[]) =>
      candidates.filter((key) => may(action, bucket + key));

    const documents = [planKey(run), manifestKey(run), reportKey(run), pointerKey(run), stageKey(run, range)];
    const bodies = [
      rawKey(run, range, 'a1'),
      rawPagesKey(rawKey(run, range, 'a1')),
      quarantineKey(run, range, 'a1'),
    ];

    test('read documents and tables, and no page body', () => {
      expect(keys('s3:GetObject', [...documents, ...bodies])).toEqual(documents);
    });

    test('write pointers and what is given up, whatever a dataset is called', () => {
      const names = ['orders', 'given-up', 'current'];
      const runs = names.flatMap((source) => names.map((dataset) => ({ ...run, source, dataset })));
      const written = runs.flatMap((one) => [
        pointerKey(one),
        watermarkKey(one),
        givenUpKey(one, range),
        givenUpKey({ ...one, look: 1 }, range),
      ]);
      const others = runs.flatMap((one) => [
        planKey(one),
        claimKey(one),
        manifestKey(one),
        stageKey({ ...one, extension: 'parquet' }, range),
      ]);
      expect(keys('s3:PutObject', [...written, ...others])).toEqual(written);
    });

    test('remove what prune does, whole runs with their documents, and claims, and nothing that a dataset has once', () => {
      const folders = runFolderPrefixes(run).map((prefix) => `${prefix}${run.runId}/file`);
      expect(folders).toHaveLength(4);
      const removed = [...folders, planKey(run), givenUpKey(run, range), claimKey(run)];
      const others = [pointerKey(run), watermarkKey(run), expectedKey(run)];
      expect(keys('s3:DeleteObject', [...removed, ...others])).toEqual(removed);
      const ofPrune = resourcesOf('Prune');
      expect(ofPrune.filter((pattern) => like(bucket + claimKey(run), pattern))).toEqual([]);
    });

    test('take messages from DLQs only, and send to page queues only', () => {
      const queue = (purpose: string) => `arn:aws:sqs:eu-west-1:123456789012:baseload-prod-shop-${purpose}`;
      const from = (action: string) =>
        ['pages', 'dead', 'missed'].filter((purpose) => may(`sqs:${action}`, queue(purpose)));
      expect(from('GetQueueUrl')).toEqual(['pages', 'dead']);
      expect(from('GetQueueAttributes')).toEqual(['pages', 'dead']);
      expect(from('SendMessage')).toEqual(['pages']);
      for (const action of [
        'ReceiveMessage',
        'ChangeMessageVisibility',
        'DeleteMessage',
        'ListMessageMoveTasks',
        'StartMessageMoveTask',
        'CancelMessageMoveTask',
      ])
        expect([action, from(action)]).toEqual([action, ['dead']]);
    });

    test("touch buckets of the operator's own account only", () => {
      const ofBuckets = policy.filter(({ Action }) =>
        [Action].flat().some((action) => action.startsWith('s3:')),
      );
      expect(ofBuckets).toHaveLength(5);
      for (const { Condition } of ofBuckets)
        expect(Condition).toEqual({
          StringEquals: { 'aws:ResourceAccount': expect.stringMatching(/^\$\{aws:PrincipalAccount\}$/) },
        });
    });
  });

  test('names every service of which the stacks make something', () => {
    const app = new App();
    const environment = { ...usualEnvironments.prod, network: { cidr: '10.64.0.0/20' } };
    const stack = new BaseloadStack(app, 'Stack', { environment, sources });
    const stacks = stack.node.findAll().filter((construct) => Stack.isStack(construct));
    const types = stacks.flatMap((one) =>
      Object.values<{ Type: string }>(Template.fromStack(one).toJSON().Resources).map(({ Type }) => Type),
    );
    const services = new Set(types.map((type) => type.split('::').slice(0, 2).join('::')));
    expect([...services].filter((service) => !page.includes(`\`${service}\``))).toEqual([]);
  });
});

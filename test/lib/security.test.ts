import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { buildSync } from 'esbuild';
import { z } from 'zod';
import { BaseloadStack } from '../../lib/baseload-stack';
import { environments } from '../../lib/environments';
import { explainPatterns } from '../../lib/function/explain-patterns';
import { slicedSource } from './fixtures/sliced-source';
import { fixtureSources, synthesize } from './fixtures/synthesize';

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
    ['dev', environments.dev],
    ['staging', environments.staging],
    ['prod', environments.prod],
    ['prod with a network', { ...environments.prod, network }],
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
    const stack = new BaseloadStack(new App(), 'Stack', { environment: environments.prod, sources });
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

describe('docs/security.md', () => {
  const policySchema = z.object({
    Statement: z.array(
      z.object({
        Sid: z.string(),
        Effect: z.literal('Allow'),
        Action: z.union([z.string(), z.array(z.string())]),
        Resource: z.union([z.string(), z.array(z.string())]),
      }),
    ),
  });
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
    const { Statement } = policySchema.parse(JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? ''));
    expect(actionsOf(Statement)).toEqual([...new Set(needed)].sort());
    for (const { Resource } of Statement)
      for (const resource of [Resource].flat()) expect(resource).toMatch(/baseload[-_]prod|:catalog$/);
  });

  test('names every action of every role', () => {
    const roles = Object.values(synthesize('prod', sources).findResources('AWS::IAM::Role'));
    const granted = actionsOf(
      roles.flatMap(({ Properties }) =>
        Properties.Policies.flatMap(
          (policy: { PolicyDocument: { Statement: { Action: string | string[] }[] } }) =>
            policy.PolicyDocument.Statement,
        ),
      ),
    );
    expect(granted.length).toBeGreaterThan(15);
    expect(granted.filter((action) => !page.includes(`\`${action}\``))).toEqual([]);
  });

  test('names every service of which the stacks make something', () => {
    const app = new App();
    const environment = { ...environments.prod, network: { cidr: '10.64.0.0/20' } };
    const stack = new BaseloadStack(app, 'Stack', { environment, sources });
    const stacks = stack.node.findAll().filter((construct) => Stack.isStack(construct));
    const types = stacks.flatMap((one) =>
      Object.values<{ Type: string }>(Template.fromStack(one).toJSON().Resources).map(({ Type }) => Type),
    );
    const services = new Set(types.map((type) => type.split('::').slice(0, 2).join('::')));
    expect([...services].filter((service) => !page.includes(`\`${service}\``))).toEqual([]);
  });
});

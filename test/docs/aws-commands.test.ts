import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { synthesize } from '../lib/fixtures/synthesize';

const read = (page: string) => readFileSync(join(__dirname, '..', '..', 'docs', page), 'utf8');

const list = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const policySchema = z.object({
  Statement: z.array(
    z.object({ Sid: z.string(), Action: list, Resource: list, Condition: z.unknown().optional() }),
  ),
});

/** The statements of all policies below a heading, of level two or three. */
function policiesOf(page: string, heading: string) {
  const section = read(page).split(`\n${heading}\n`)[1]?.split(/^## /m)[0] ?? '';
  const blocks = [...section.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, json = '']) => JSON.parse(json));
  return blocks.flatMap((block) => policySchema.parse(block).Statement);
}

/** What a command needs that is not called like its action (Service Authorization Reference; AWS CLI, "logs tail" and "s3 rm"). */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  'logs tail': ['logs:FilterLogEvents'],
  's3 rm': ['s3:ListBucket', 's3:DeleteObject'],
  'sts get-caller-identity': [],
  'sso login': [],
  'scheduler update-schedule': ['scheduler:UpdateSchedule', 'iam:PassRole'],
};

/** The actions that the `aws …` of a page need, wherever they stand in code. */
function actionsIn(page: string): string[] {
  const code = [...read(page).matchAll(/^```sh\n([\s\S]*?)^```|`([^`\n]+(?:\n[^`\n]+)?)`/gm)];
  const commands = code.flatMap(([, block, span]) => [
    ...(block ?? span ?? '').matchAll(/(?<![\w/-])aws ([a-z0-9]+) ([a-z0-9-]+)/g),
  ]);
  const actions = commands.flatMap(([, service = '', command = '']) => {
    const name = command.replace(/(^|-)([a-z])/g, (_match, _dash, letter: string) => letter.toUpperCase());
    return exceptions[`${service} ${command}`] ?? [`${service}:${name}`];
  });
  return [...new Set(actions)].sort();
}

const operator = policiesOf('security.md', '## What an operator needs');
const paged = policiesOf('security.md', '### Who is paged');
const deployer = policiesOf('security.md', '## What the deployer needs');
const analyst = policiesOf('reading.md', '### Who may query');

const allowed = (statements: readonly { readonly Action: readonly string[] }[]) =>
  new Set(statements.flatMap(({ Action }) => Action));

test('who is paged may type every command of AWS in the runbook, and has nothing that none needs', () => {
  const needed = actionsIn('runbook.md');
  expect(needed.length).toBeGreaterThan(10);
  expect(needed.filter((action) => !allowed(paged).has(action))).toEqual([]);
  expect([...allowed(paged)].filter((action) => !needed.includes(action))).toEqual([]);
});

test('whoever deploys may type every command of AWS in the guide', () => {
  const typed = actionsIn('deploy.md');
  const needed = typed.filter((action) => !allowed(analyst).has(action));
  expect(needed.length).toBeGreaterThan(8);
  expect(needed.filter((action) => !allowed(deployer).has(action))).toEqual([]);
  const others = [...allowed(deployer)].filter((action) => !typed.includes(action));
  expect(others).toEqual(['sts:AssumeRole']); // for the CDK's own
});

test('only what AWS gives no resource to is allowed on all, and telling of composite alarms', () => {
  const onAll = [...paged, ...deployer, ...analyst].filter(({ Resource }) => Resource.includes('*'));
  expect([...allowed(onAll)].sort()).toEqual([
    'athena:ListDataCatalogs',
    'athena:ListWorkGroups',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:GetMetricStatistics',
    'ec2:DescribeAddresses',
    'ec2:DescribeAvailabilityZones',
    'events:ListRules',
    'lambda:GetAccountSettings',
    'lambda:ListEventSourceMappings',
    'scheduler:ListSchedules',
  ]);
});

test('every other resource names the environment, or is held to it by a condition', () => {
  const statements = [...operator, ...paged, ...deployer, ...analyst];
  for (const { Sid, Resource, Condition } of statements)
    for (const resource of Resource) {
      if (resource === '*' || resource.endsWith(':catalog') || Sid === 'Deploy') continue;
      const text = /event-source-mapping|elastic-ip/.test(resource) ? JSON.stringify(Condition) : resource;
      expect(text).toMatch(/baseload[-_/](prod|dev|sample)|"aws:ResourceTag\/environment":"dev"/);
    }
});

test('the names that it gives things are those of the template', () => {
  const template = synthesize('prod');
  const ids = (type: string) => Object.keys(template.findResources(type));
  const [schedule = ''] = /--name-prefix (baseload-prod-\w+)/.exec(read('runbook.md'))?.slice(1) ?? [];
  // CloudFormation names what has no name after the stack and the logical id
  expect(ids('AWS::Scheduler::Schedule').map((id) => `baseload-prod-${id}`)).toContainEqual(
    expect.stringMatching(new RegExp(`^${schedule}`)),
  );
  const buckets = ids('AWS::S3::Bucket').map((id) => `arn:aws:s3:::baseload-prod-${id.toLowerCase()}`);
  const named = analyst.flatMap(({ Resource }) => Resource).filter((arn) => arn.startsWith('arn:aws:s3:::'));
  expect(named.length).toBeGreaterThan(3);
  for (const arn of named) {
    const prefix = arn.split('*')[0] ?? '';
    expect(buckets.filter((bucket) => bucket.startsWith(prefix))).toHaveLength(1);
  }
});

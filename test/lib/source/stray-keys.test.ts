import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App } from 'aws-cdk-lib';
import { addBaseload } from '../../../lib/baseload-app';
import { misplacedSettings } from '../../../lib/source/misplaced-settings';
import { strayKeys } from '../../../lib/source/stray-keys';
import { temporaryFolder } from '../../support/baseload-process';
import { fixtureSources } from '../fixtures/synthesize';

const stray = (key: string) => strayKeys({ [key]: 'x' }, ['geonames', 'shop']);

test.each([
  ['alarmEmails', 'alarmEmail'],
  ['alarmemail', 'alarmEmail'],
  ['alarm-email', 'alarmEmail'],
  ['sourcs', 'sources'],
  ['Environment', 'environment'],
  ['enviroment', 'environment'],
  ['samples', 'sample'],
])('%s is refused, and %s proposed', (key, meant) => {
  expect(stray(key)).toEqual([`context '${key}' means nothing: use '${meant}'`]);
});

test.each([
  ['alarmEmail:prod', 'prod:alarmEmail'],
  ['dev.alarmEmail', 'dev:alarmEmail'],
  ['dev-alarmEmail', 'dev:alarmEmail'],
  ['prod_alarmEmail', 'prod:alarmEmail'],
  ['prod:alarmEmails', 'prod:alarmEmail'],
  ['prd:alarmEmails', 'prod:alarmEmail'],
  ['email', 'alarmEmail'],
  ['lanes:shop', 'shop:lanes'],
  ['shop.lanes', 'shop:lanes'],
  ['shop-lanes', 'shop:lanes'],
  ['shop/lanes', 'shop/lanes:schedule'],
  ['shop/orders', 'shop/orders:schedule'],
  ['prod:shop/orders', 'prod:shop/orders:schedule'],
  ['shop::lanes', 'shop:lanes'],
  [' shop:lanes', 'shop:lanes'],
  ['shop :lanes', 'shop:lanes'],
  ['shopp:lane', 'shop:lanes'],
  ['lanes:prod:shop', 'prod:shop:lanes'],
  ['local.shop.baseUrl', 'local:shop:baseUrl'],
  ['lanes', 'geonames:lanes'],
  ['baseUrl', 'geonames:baseUrl'],
  ['schedule', 'geonames:schedule'],
  ['schedules', 'geonames:schedule'],
  ['env', 'environment'],
  ['stage', 'environment'],
  ['sourceFolder', 'sources'],
])('%j is refused, and %s proposed, which is good', (key, meant) => {
  expect(stray(key)).toEqual([`context '${key}' means nothing: use '${meant}'`]);
  expect(stray(meant)).toEqual([]);
});

test.each(['dev:sample', 'dev:sources', 'prod:nobody:else', 'staging:', 'Prod:other:lane', 'dev'])(
  '%s is for an environment and means nothing',
  (key) => {
    const [environment = ''] = key.toLowerCase().split(':');
    expect(stray(key)).toEqual([
      `context '${key}' means nothing: for ${environment} alone there is '${environment}:alarmEmail', and settings of sources such as '${environment}:geonames:lanes'`,
    ]);
  },
);

test('what cannot be guessed is refused all the same, and told how somebody else’s key is called', () => {
  expect(stray('team:colour')).toEqual([
    "context 'team:colour' means nothing: there is 'alarmEmail', 'sources', 'environment', 'sample', and settings of sources such as 'geonames:lanes'; a key for code of your own begins with '@'",
  ]);
  expect(stray('@example/team')).toEqual([]);
});

test('a word that resembles nothing of ours may be somebody else’s', () => {
  expect(stray('team')).toEqual([]);
});

test.each([
  [
    { shop: { lanes: 3, burst: 2 } },
    "'shop' holds an object, and no setting does: use 'shop:lanes', 'shop:burst'",
  ],
  [{ dev: { 'shop:lanes': 3 } }, "'dev' holds an object, and no setting does: use 'dev:shop:lanes'"],
  [{ local: { shop: {} } }, "'local' means nothing: for local alone there is"],
])('settings below another key are refused: %j', (context, sentence) => {
  expect(strayKeys(context, ['geonames', 'shop'])).toEqual([expect.stringContaining(sentence)]);
});

test('our own keys are good, and those that others judge are theirs', () => {
  const keys = ['alarmEmail', 'sources', 'environment', 'sample', 'prod:alarmEmail', 'prd:alarmEmail'];
  const settings = ['geonames:lanes', 'prod:geonames/cities:schedule', 'prod:geonames:lane'];
  expect([...keys, ...settings].flatMap(stray)).toEqual([]);
});

test("the CDK's keys are nobody's typo", () => {
  const looked = [
    'aws:cdk:bundling-stacks',
    'aws:cdk:enable-path-metadata',
    'availability-zones:account=111122223333:region=eu-west-1',
    'vpc-provider:account=1:filter.isDefault=true:region=eu-west-1:returnAsymmetricSubnets=true',
    'hosted-zone:account=1:domainName=example.com:region=eu-west-1',
    'ssm:account=1:parameterName=/a:region=eu-west-1',
    'ami:account=1:filters.image-type.0=machine:region=eu-west-1',
    'security-group:account=1:region=eu-west-1:securityGroupId=sg-1',
    'load-balancer-listener:account=1:loadBalancerType=network:region=eu-west-1',
    'key-provider:account=1:aliasName=alias/a:region=eu-west-1',
    'cc-api-provider:account=1:exactIdentifier=a:region=eu-west-1:typeName=AWS::RDS::DBInstance',
    'endpoint-service-availability-zones:account=1:region=eu-west-1:serviceName=a',
    '@aws-cdk/core:permissionsBoundary',
    'aws-cdk:enableDiffNoFail',
    'cdk-migrate',
    'cli-telemetry',
    'acknowledged-issue-numbers',
    'assets-ecr-repository-name',
    'tree-metadata',
    'versionReporting',
  ];
  expect(looked.flatMap(stray)).toEqual([]);
  expect(Object.keys(new App().node.getAllContext()).flatMap(stray)).toEqual([]);
});

test('the app refuses such a key, once, with everything else that is wrong', () => {
  const app = new App({ context: { alarmEmails: 'a@example.com', 'dev:sample': 'true', 'harbor:lanes': 4 } });
  const loaded = { sources: fixtureSources, problems: [] };
  expect(addBaseload(app, loaded)).toEqual([
    expect.stringContaining("'harbor:lanes' names no source"),
    expect.stringContaining("'alarmEmails' means nothing"),
    expect.stringContaining("'dev:sample' means nothing"),
  ]);
  expect(app.node.children.filter(({ node }) => node.id.startsWith('baseload'))).toEqual([]);
});

describe('cdk.json', () => {
  const work = temporaryFolder();
  afterAll(() => work.remove());
  const misplaced = (content: object) => {
    writeFileSync(join(work.path, 'cdk.json'), JSON.stringify(content));
    return misplacedSettings(work.path, ['shop']);
  };

  test.each(['alarmEmail', 'sources', 'prod:alarmEmail', 'shop:lanes', 'shop', 'shop.lanes'])(
    "has no %s beside 'context'",
    (key) => {
      expect(misplaced({ app: 'x', context: {}, [key]: 1 })).toEqual([
        `cdk.json has '${key}' beside 'context', where nothing reads it: move it into 'context'`,
      ]);
    },
  );

  test('has whatever the CDK takes there, and need not be', () => {
    const project = JSON.parse(readFileSync(join(__dirname, '../../../cdk.json'), 'utf8'));
    expect(misplaced({ requireApproval: 'never', toolkitStackName: 'x', profile: 'me', ...project })).toEqual(
      [],
    );
    writeFileSync(join(work.path, 'cdk.json'), JSON.stringify(project));
    expect(misplacedSettings(work.path, ['app', 'watch', 'output'])).toEqual([]);
    expect(misplacedSettings(join(work.path, 'nowhere'), ['shop'])).toEqual([]);
  });

  test('is read by the app', () => {
    const root = join(__dirname, '../../..');
    writeFileSync(join(work.path, 'cdk.json'), JSON.stringify({ alarmEmail: 'me@example.com' }));
    const context = { environment: 'local', sources: join(root, 'sources'), 'aws:cdk:bundling-stacks': [] };
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', pathToFileURL(require.resolve('tsx')).href, join(root, 'bin/app.ts')],
      {
        cwd: work.path,
        encoding: 'utf8',
        env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(context) },
      },
    );
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: "cdk.json has 'alarmEmail' beside 'context', where nothing reads it: move it into 'context'\n",
    });
  });
});

test('on a laptop, settings for other environments say nothing, as its sources may be in another folder', () => {
  const settings = { 'dev:shop:baseUrl': 'https://api.example', 'prod:shop/orders:schedule': 'off' };
  const problems = (environment: string) =>
    addBaseload(new App({ context: { ...settings, environment } }), {
      sources: fixtureSources,
      problems: [],
    });
  expect(problems('local')).toEqual([]);
  expect(problems('dev')).toEqual([
    expect.stringContaining("'dev:shop:baseUrl' names no source"),
    expect.stringContaining("'prod:shop/orders:schedule' names no source"),
  ]);
});

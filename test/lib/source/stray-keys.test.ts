import { App } from 'aws-cdk-lib';
import { addBaseload } from '../../../lib/baseload-app';
import { strayKeys } from '../../../lib/source/stray-keys';
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

test.each(['prod:alarmEmails', 'dev:sample', 'dev:sources', 'prod:nobody:else', 'staging:'])(
  '%s is for an environment and means nothing',
  (key) => {
    const [environment = ''] = key.split(':');
    expect(stray(key)).toEqual([
      `context '${key}' means nothing: for ${environment} alone there is '${environment}:alarmEmail', and settings of sources such as '${environment}:geonames:lanes'`,
    ]);
  },
);

test('capitals do not hide an environment, nor a wrong one a key that is nearly ours', () => {
  expect(stray('Prod:other:lane')).toHaveLength(1);
  expect(stray('prd:alarmEmails')).toEqual([
    "context 'prd:alarmEmails' means nothing: use 'alarmEmail', or 'prod:alarmEmail'",
  ]);
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
    '@aws-cdk/core:permissionsBoundary',
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

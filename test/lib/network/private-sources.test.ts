import { portsOf, privateSources } from '../../../lib/network/private-sources';
import { usualEnvironments } from '../../../lib/usual-environments';
import { aSource } from '../../support/source-fixture';

const ours = aSource({ name: 'erp', network: 'private' });
const theirs = aSource({ name: 'tides' });

it('are those that say so', () => {
  const environment = { ...usualEnvironments.dev, network: { cidr: '10.64.0.0/20' } };
  expect(privateSources([ours, theirs], environment)).toEqual([ours]);
});

it('are refused where the environment has no network, but not on a laptop', () => {
  expect(() => privateSources([theirs, ours], usualEnvironments.dev)).toThrow(
    "source 'erp' with network: 'private' cannot be deployed to dev, which has no network: give dev one in lib/environments.ts, such as network: { cidr: '10.64.0.0/20' }",
  );
  const second = { ...ours, name: 'crm' };
  expect(() => privateSources([ours, second], usualEnvironments.prod)).toThrow(
    "sources 'erp', 'crm' with network",
  );
  expect(privateSources([ours, theirs], usualEnvironments.local)).toEqual([ours]);
  expect(privateSources([theirs], usualEnvironments.dev)).toEqual([]);
});

it('are asked on the ports that their addresses say, and those of their tokens', () => {
  const oauth = {
    type: 'oauth2-client-credentials',
    tokenUrl: 'https://login.example:9443/token',
    clientId: 'us',
    clientSecret: { secret: 'erp/client' },
    clientAuth: 'body',
    scopes: [],
    parameters: {},
  } as const;
  const urls = ['https://a.example/v1', 'http://b.example', 'https://c.example:8443/api'];
  const sources = urls.map((baseUrl) => ({ ...ours, baseUrl }));
  expect(portsOf([...sources, { ...ours, baseUrl: 'https://d.example', auth: oauth }])).toEqual([
    80, 443, 8443, 9443,
  ]);
  expect(portsOf([])).toEqual([]);
});

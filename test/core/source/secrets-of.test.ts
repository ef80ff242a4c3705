import type { ColumnOptions } from '../../../core/source/column';
import { secretsOf, writtenSecretsOf } from '../../../core/source/secrets-of';
import type { Auth, Tls } from '../../../core/source/source';
import { aDataset } from '../../support/source-fixture';

const named = (name: string) => ({ secret: name });
const oauth2 = {
  tokenUrl: 'https://login.example.com/token',
  clientAuth: 'body',
  scopes: [],
  parameters: {},
} as const;

const cases: readonly (readonly [Auth, readonly string[], readonly string[]])[] = [
  [{ type: 'none' }, [], []],
  [{ type: 'bearer', token: named('t') }, ['t'], []],
  [{ type: 'basic', username: 'me', password: named('p') }, ['p'], []],
  [{ type: 'basic', username: named('u'), password: named('p') }, ['u', 'p'], []],
  [{ type: 'basic', username: named('both'), password: named('both') }, ['both'], []],
  [{ type: 'api-key', key: named('k'), in: 'header', name: 'x' }, ['k'], []],
  [{ type: 'oauth2-client-credentials', ...oauth2, clientId: 'me', clientSecret: named('s') }, ['s'], []],
  [
    {
      type: 'oauth2-refresh-token',
      ...oauth2,
      clientId: named('i'),
      clientSecret: named('s'),
      refreshToken: named('r'),
    },
    ['i', 's', 'r'],
    ['r'],
  ],
  [{ type: 'oauth2-refresh-token', ...oauth2, clientId: 'me', refreshToken: named('r') }, ['r'], ['r']],
  [{ type: 'aws-sigv4', region: 'eu-central-1', service: 'execute-api' }, [], []],
  [
    {
      type: 'aws-sigv4',
      region: 'eu-central-1',
      service: 'execute-api',
      accessKeyId: named('a'),
      secretAccessKey: named('b'),
    },
    ['a', 'b'],
    [],
  ],
  [{ type: 'custom', secrets: { one: named('1'), two: named('2') }, headers: () => ({}) }, ['1', '2'], []],
];

test.each(cases)('%j needs %j and may write %j', (auth, needed, written) => {
  expect(secretsOf({ auth })).toEqual(needed);
  expect(writtenSecretsOf({ auth })).toEqual(written);
});

test('a certificate is a credential too, and never written back', () => {
  const tls: Tls = { certificate: named('c'), key: named('k'), ca: named('ca') };
  expect(secretsOf({ auth: { type: 'bearer', token: named('t') }, tls })).toEqual(['t', 'c', 'k', 'ca']);
  expect(secretsOf({ auth: { type: 'none' }, tls: { certificate: named('c'), key: named('c') } })).toEqual([
    'c',
  ]);
  expect(writtenSecretsOf({ auth: { type: 'none' } })).toEqual([]);
});

test('the salts of masked columns are needed too, each once, and never written back', () => {
  const column = (mask: ColumnOptions['mask']) => ({
    columnType: { type: 'varchar' } as const,
    options: mask === undefined ? {} : { mask },
  });
  const hashed = (name: string) => column({ type: 'sha256', salt: named(name) });
  const datasets = [
    aDataset({ columns: { id: column(undefined), a: hashed('one'), b: hashed('two'), c: column('drop') } }),
    aDataset({ columns: { id: hashed('one'), d: column({ type: 'partial', keepLast: 4 }) } }),
  ];
  expect(secretsOf({ auth: { type: 'bearer', token: named('t') }, datasets })).toEqual(['t', 'one', 'two']);
  expect(secretsOf({ auth: { type: 'none' }, datasets: [aDataset()] })).toEqual([]);
});

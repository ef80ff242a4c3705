import { sharedWrittenSecret } from '../../../core/source/shared-secrets';
import type { Auth } from '../../../core/source/source';

const named = (name: string, auth: Auth) => ({ name, auth, datasets: [] });
const refresh = (token: string): Auth => ({
  type: 'oauth2-refresh-token',
  ...{ tokenUrl: 'https://login.example.com/token', clientAuth: 'body', scopes: [], parameters: {} },
  clientId: { secret: 'shared/client' },
  refreshToken: { secret: token },
});
const bearer = (token: string): Auth => ({ type: 'bearer', token: { secret: token } });

test.each([
  ['both write it', named('a', refresh('t')), named('b', refresh('t')), 't'],
  ['the other one reads it', named('a', refresh('t')), named('b', bearer('t')), 't'],
  ['it reads what the other one writes', named('a', bearer('t')), named('b', refresh('t')), 't'],
  [
    'its client is the refresh token of the other one',
    named('a', refresh('t')),
    named('b', refresh('shared/client')),
    'shared/client',
  ],
] as const)('two sources do not share a secret that is written back: %s', (_title, one, other, secret) => {
  expect(sharedWrittenSecret(one, [named('c', bearer('u')), other])).toBe(
    `names the secret '${secret}' as source 'b' does, and a refresh token that is replaced is written back to it: give each source a token and a secret of its own`,
  );
});

test('sources may share what nobody writes', () => {
  expect(sharedWrittenSecret(named('a', bearer('t')), [named('b', bearer('t'))])).toBeUndefined();
  expect(sharedWrittenSecret(named('a', refresh('t')), [named('b', refresh('u'))])).toBeUndefined();
  expect(sharedWrittenSecret(named('a', refresh('t')), [])).toBeUndefined();
});

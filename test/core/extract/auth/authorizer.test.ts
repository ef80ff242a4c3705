import fc from 'fast-check';
import { ConfigurationError } from '../../../../core/errors';
import { type AuthServices, createAuthorizer } from '../../../../core/extract/auth/authorizer';
import { type Client, createClient } from '../../../../core/extract/http/client';
import type { PageRequest } from '../../../../core/extract/page/request';
import type { Auth } from '../../../../core/source/source';
import { createVirtualClock } from '../pace/virtual-clock';
import { type KeptSecrets, keptSecrets } from './token-server';

const base = 'https://api.example.com/v1';
const request: PageRequest = {
  method: 'GET',
  url: `${base}/cities?page=1`,
  headers: { accept: 'application/json' },
};
const key = { secret: 'geonames/key' };
const bearer: Auth = { type: 'bearer', token: key };

let client: Client;
beforeAll(() => {
  client = createClient();
});
afterAll(() => client.close());

function open(auth: Auth, secrets: KeptSecrets, more: Partial<AuthServices> = {}, baseUrl = base) {
  const services = { secrets, client, clock: createVirtualClock(), random: () => 0.5, ...more };
  return createAuthorizer({ name: 'geonames', baseUrl, auth }, services);
}

const withKey = (value: string) => keptSecrets({ 'geonames/key': value });
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Error) => error,
  );

describe('static credentials', () => {
  test('an open source is asked as it is, and no secret is read', async () => {
    const authorized = await open({ type: 'none' }, keptSecrets({})).authorize(request);
    expect(authorized).toMatchObject({ ...request, credentials: [], shown: `GET ${request.url}` });
  });

  test('a bearer token, and a key in a header or in the query', async () => {
    const secrets = withKey('k y+1');
    const { headers } = await open(bearer, secrets).authorize(request);
    expect(headers).toEqual({ accept: 'application/json', authorization: 'Bearer k y+1' });
    const inHeader: Auth = { type: 'api-key', key, in: 'header', name: 'X-Api-Key' };
    expect((await open(inHeader, secrets).authorize(request)).headers).toEqual({
      accept: 'application/json',
      'x-api-key': 'k y+1',
    });
    const inQuery: Auth = { type: 'api-key', key, in: 'query', name: 'apiKey' };
    const { url } = await open(inQuery, secrets).authorize(request);
    expect(new URL(url).searchParams.get('apiKey')).toBe('k y+1');
  });

  test('a key in the query replaces the one that a link brings along, and neither is shown', async () => {
    const auth: Auth = { type: 'api-key', key, in: 'query', name: 'apiKey' };
    const link = { ...request, url: `${base}/cities?apiKey=s3cret&page=2` };
    const { url, shown } = await open(auth, withKey('s3cret')).authorize(link);
    expect(new URL(url).searchParams.getAll('apiKey')).toEqual(['s3cret']);
    expect(shown).toBe(`GET ${base}/cities?apiKey=***&page=2`);
  });

  test('basic: the name may be written down, and the encoded pair is a credential too', async () => {
    const auth: Auth = { type: 'basic', username: 'ann', password: key };
    const { headers, credentials } = await open(auth, withKey('pä:ss')).authorize(request);
    const pair = Buffer.from('ann:pä:ss', 'utf8').toString('base64');
    expect(headers.authorization).toBe(`Basic ${pair}`);
    expect(credentials).toEqual(['pä:ss', pair]);
  });

  test('basic: a name that is a secret is one, and cannot hold a colon', async () => {
    const auth: Auth = { type: 'basic', username: { secret: 'user' }, password: key };
    const secrets = keptSecrets({ user: 'ann', 'geonames/key': 'pass' });
    expect((await open(auth, secrets).authorize(request)).credentials).toContain('ann');
    const colon = keptSecrets({ user: 'a:b', 'geonames/key': 'pass' });
    await expect(open(auth, colon).authorize(request)).rejects.toThrow("secret 'user' holds a colon");
  });

  test('a refused one is read again, once for all requests that were refused with it', async () => {
    const secrets = withKey('old');
    const authorizer = open(bearer, secrets);
    const refused = await authorizer.authorize(request);
    secrets.kept.set('geonames/key', 'new');
    expect((await authorizer.authorize(request)).headers.authorization).toBe('Bearer old');
    const again = await Promise.all([1, 2, 3].map(() => authorizer.authorize(request, { refused })));
    expect(again.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill('Bearer new'));
    expect(secrets.refreshed).toEqual(['geonames/key']);
    // One that comes late with the old credential just gets the new one.
    expect((await authorizer.authorize(request, { refused })).headers.authorization).toBe('Bearer new');
    expect(secrets.refreshed).toHaveLength(1);
  });

  test.each(['', 'abc\n', ' abc', 'a\r\nx-evil: 1', 'schlüssel'])(
    'the credential %j is refused by its name',
    async (value) => {
      const error = await failure(open(bearer, withKey(value)).authorize(request));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(error?.message).toContain("secret 'geonames/key'");
      if (value.trim()) expect(error?.message).not.toContain(value.trim());
    },
  );
});

describe('a credential goes nowhere but to its source', () => {
  test.each([
    'https://evil.example.com/v1',
    'http://api.example.com/v1',
    'https://api.example.com:8443/v1',
    'https://user:word@api.example.com/v1',
    'https://api.example.com@evil.example.com/v1',
  ])('not to %s', async (elsewhere) => {
    const secrets = withKey('s3cret');
    const error = await failure(open(bearer, secrets).authorize({ ...request, url: `${elsewhere}/cities` }));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error?.message).toContain('may only be asked at https://api.example.com');
  });

  test('not after a redirect either', async () => {
    const { movedTo } = await open(bearer, withKey('s3cret')).authorize(request);
    expect(await movedTo?.(`${base}/towns`)).toMatchObject({
      url: `${base}/towns`,
      headers: { authorization: 'Bearer s3cret' },
    });
    await expect(movedTo?.('https://evil.example.com/')).rejects.toThrow(ConfigurationError);
  });
});

describe('custom', () => {
  const custom = (headers: Extract<Auth, { type: 'custom' }>['headers']): Auth => ({
    type: 'custom',
    secrets: { key },
    headers,
  });

  test('its function sees the request, the secrets and the time, for every try anew', async () => {
    const clock = createVirtualClock();
    const auth = custom(async ({ method, url, body, secrets, now }) => ({
      'X-Signature': [method, url.pathname, body, secrets.key, now.getTime()].join(' '),
    }));
    const authorizer = open(auth, withKey('hush-hush'), { clock });
    const post: PageRequest = { ...request, method: 'POST', body: '{"page":1}' };
    const first = await authorizer.authorize(post);
    expect(first.headers['x-signature']).toBe(`POST /v1/cities {"page":1} hush-hush ${clock.now()}`);
    clock.advance(1000);
    expect((await authorizer.authorize(post)).headers['x-signature']).toContain(String(clock.now()));
  });

  test('what it makes is a credential, as a whole and in its parts, unless it is too short for one', async () => {
    const auth = custom(() => ({ authorization: 'HMAC key=abcdefgh,sig=0123456789', 'x-version': '2' }));
    const { credentials } = await open(auth, withKey('hush-hush')).authorize(request);
    expect(credentials).toEqual(
      expect.arrayContaining(['hush-hush', 'abcdefgh', '0123456789', 'HMAC key=abcdefgh,sig=0123456789']),
    );
    expect(credentials).not.toContain('2');
  });

  test('a failure of it does not tell the secret', async () => {
    const auth = custom(({ secrets }) => {
      throw new Error(`no way with ${secrets.key}`);
    });
    const error = await failure(open(auth, withKey('hush-hush')).authorize(request));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error?.message).toBe("auth.headers of source 'geonames' failed: Error: no way with ***");
    expect(error?.cause).toBeUndefined();
  });

  test.each<[string, object | null, string]>([
    ['nothing', null, 'made no object of headers'],
    ['a number', { 'x-a': 1 }, 'made the header x-a that is no text'],
    ['a line break', { 'x-a': 'a\r\nx-b: 1' }, 'made the header x-a with a line break'],
    ['a name that is none', { 'x a': '1' }, 'whose name cannot be one'],
    ['Host', { Host: 'evil.example.com' }, 'made the header host, which only the client may'],
  ])('%s is refused', async (_, made, message) => {
    const headers = () => JSON.parse(JSON.stringify(made));
    const error = await failure(open(custom(headers), withKey('hush-hush')).authorize(request));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error?.message).toContain(message);
  });
});

describe('aws-sigv4', () => {
  const sigv4: Auth = { type: 'aws-sigv4', region: 'eu-central-1', service: 'execute-api' };

  test('signs as the role, or with declared keys, which are credentials', async () => {
    const asked: unknown[] = [];
    const sign: NonNullable<AuthServices['sign']> = async (unsigned, options) => {
      asked.push(options);
      const authorization =
        'AWS4-HMAC-SHA256 Credential=AKIA1/20260131/eu-central-1/x/aws4_request, Signature=abc123';
      return {
        ...unsigned,
        headers: { ...unsigned.headers, authorization, 'x-amz-security-token': 'session' },
      };
    };
    const byRole = await open(sigv4, keptSecrets({}), { sign }).authorize(request);
    expect(byRole.credentials).toEqual(expect.arrayContaining(['AKIA1', 'abc123', 'session']));
    expect(byRole.credentials).not.toContain('eu-central-1');
    const keyed: Auth = { ...sigv4, accessKeyId: { secret: 'id' }, secretAccessKey: { secret: 'word' } };
    const byKey = await open(keyed, keptSecrets({ id: 'AKIA1', word: 'w0rd' }), { sign }).authorize(request);
    expect(byKey.credentials).toContain('w0rd');
    expect(asked).toEqual([
      { region: 'eu-central-1', service: 'execute-api' },
      {
        region: 'eu-central-1',
        service: 'execute-api',
        keys: { accessKeyId: 'AKIA1', secretAccessKey: 'w0rd' },
      },
    ]);
  });

  test('half a pair of keys is refused at once', () => {
    expect(() => open({ ...sigv4, accessKeyId: key }, keptSecrets({}))).toThrow(ConfigurationError);
  });
});

test('no credential is shown, whatever it is and wherever a link repeats it', async () => {
  const visible = fc.string({
    minLength: 4,
    maxLength: 40,
    unit: fc.constantFrom(...'abcXYZ019+/=&%~-_.:?#'),
  });
  await fc.assert(
    fc.asyncProperty(visible, async (secret) => {
      fc.pre(!request.url.includes(secret));
      const auth: Auth = { type: 'api-key', key, in: 'query', name: 'apiKey' };
      const link = new URL(request.url);
      link.searchParams.set('again', `<${secret}>`);
      const { shown, url } = await open(auth, withKey(secret)).authorize({ ...request, url: link.href });
      expect(new URL(url).searchParams.get('apiKey')).toBe(secret);
      const told = new URL(shown.slice('GET '.length)).searchParams;
      expect(told.get('again')).not.toContain(`<${secret}>`);
    }),
  );
});

describe('what a source echoes', () => {
  test('holds no credential that was handed out, in any form', async () => {
    const authorizer = open(bearer, withKey('s3cret/key'));
    expect(authorizer.redact('s3cret/key')).toBe('s3cret/key');
    await authorizer.authorize(request);
    const echoed = `s3cret/key s3cret%2Fkey ${Buffer.from('s3cret/key').toString('base64')}`;
    expect(authorizer.redact(`you sent ${echoed}, friend`)).toBe('you sent *** *** ***, friend');
  });

  test('is looked through for the last signatures, and for the secret always', async () => {
    let made = 0;
    const headers = () => ({ 'x-signature': `signature-${made++}` });
    const authorizer = open({ type: 'custom', secrets: { key }, headers }, withKey('s3cret-key'));
    for (let i = 0; i < 1000; i++) await authorizer.authorize(request);
    expect(authorizer.redact('s3cret-key, signature-999, signature-600')).toBe('***, ***, ***');
    expect(authorizer.redact('signature-0')).toBe('signature-0');
  });

  test('stays legible where a password is hardly one', async () => {
    const auth: Auth = { type: 'basic', username: 'somebody', password: key };
    const authorizer = open(auth, withKey('x'));
    await authorizer.authorize(request);
    expect(authorizer.redact('the next page')).toBe('the next page');
  });
});

import fc from 'fast-check';
import { PermanentError, ThrottledError, TransientError } from '../../../../core/errors';
import { type Authorizer, createAuthorizer } from '../../../../core/extract/auth/authorizer';
import { TokenRefusedError } from '../../../../core/extract/auth/read-grant';
import { ForeignLinkError } from '../../../../core/extract/guard-errors';
import { type Client, createClient } from '../../../../core/extract/http/client';
import type { ClientCredentialsAuth } from '../../../../core/source/source';
import { createVirtualClock, type VirtualClock } from '../pace/virtual-clock';
import {
  type KeptSecrets,
  keptSecrets,
  startTokenServer,
  type TokenAnswer,
  type TokenServer,
} from './token-server';

const base = 'https://api.example.com/v1';
const request = { method: 'GET' as const, url: `${base}/cities`, headers: {} };
const clientSecret = 'cl+ent s3cret';

let client: Client;
let server: TokenServer;
let clock: VirtualClock;
beforeAll(() => {
  client = createClient({ headersSeconds: 2 });
});
beforeEach(() => {
  clock = createVirtualClock();
});
afterEach(() => server.close());
afterAll(() => client.close());

interface Opened {
  readonly changes?: Partial<ClientCredentialsAuth>;
  readonly secrets?: KeptSecrets;
  readonly random?: () => number;
}

function open({ changes = {}, random = () => 0.5, ...more }: Opened = {}): Authorizer {
  const auth: ClientCredentialsAuth = {
    type: 'oauth2-client-credentials',
    tokenUrl: server.url,
    clientId: 'client-1',
    clientSecret: { secret: 'app/secret' },
    clientAuth: 'body',
    scopes: [],
    parameters: {},
    ...changes,
  };
  const secrets = more.secrets ?? keptSecrets({ 'app/secret': clientSecret });
  return createAuthorizer({ name: 'app', baseUrl: base, auth }, { secrets, client, clock, random });
}

const token = (n: number, more: object = {}): TokenAnswer => ({
  body: { access_token: `token-${n}`, token_type: 'Bearer', expires_in: 1000, ...more },
});
const bearerOf = async (authorizer: Authorizer, refused?: Awaited<ReturnType<Authorizer['authorize']>>) =>
  (await authorizer.authorize(request, { refused })).headers.authorization;
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no failure',
    (error) => error,
  );

describe('asking', () => {
  test('as fields of the form, with scopes and parameters', async () => {
    server = await startTokenServer((_, n) => token(n));
    const changes = { scopes: ['read', 'list'], parameters: { audience: 'acme' } };
    const { headers, credentials } = await open({ changes }).authorize(request);
    expect(headers.authorization).toBe('Bearer token-1');
    expect(credentials).toEqual(expect.arrayContaining(['token-1', clientSecret]));
    const [call] = server.calls;
    expect(Object.fromEntries(call?.form ?? [])).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client-1',
      client_secret: clientSecret,
      scope: 'read list',
      audience: 'acme',
    });
    expect(call?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    });
    expect(call?.headers.authorization).toBeUndefined();
  });

  test('by Basic, encoded as a form first', async () => {
    server = await startTokenServer((_, n) => token(n));
    const { credentials } = await open({ changes: { clientAuth: 'basic' } }).authorize(request);
    const pair = Buffer.from('client-1:cl%2Bent+s3cret').toString('base64');
    expect(server.calls[0]?.headers.authorization).toBe(`Basic ${pair}`);
    expect(Object.fromEntries(server.calls[0]?.form ?? [])).toEqual({ grant_type: 'client_credentials' });
    expect(credentials).toContain(pair);
  });

  test.each([{ expires_in: undefined }, { expires_in: 0 }, { expires_in: 'soon' }])(
    'a token that says %j of its end is kept until it is refused',
    async (more) => {
      server = await startTokenServer((_, n) => token(n, more));
      const authorizer = open();
      const refused = await authorizer.authorize(request);
      clock.advance(1e9);
      expect(await bearerOf(authorizer)).toBe('Bearer token-1');
      expect(await bearerOf(authorizer, refused)).toBe('Bearer token-2');
    },
  );
});

describe('one token for all', () => {
  test('requests that come together ask once', async () => {
    server = await startTokenServer((_, n) => token(n));
    const authorizer = open();
    const all = await Promise.all(Array.from({ length: 30 }, () => bearerOf(authorizer)));
    expect(new Set(all)).toEqual(new Set(['Bearer token-1']));
    expect(server.calls).toHaveLength(1);
  });

  test('it is replaced at a random point of the last fifth of its life, and never after its end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), async (luck) => {
        server = await startTokenServer((_, n) => token(n, { expires_in: '1000' }));
        clock = createVirtualClock();
        const authorizer = open({ random: () => luck });
        await authorizer.authorize(request);
        const due = 1_000_000 * (0.8 + 0.15 * luck);
        clock.advance(due - 1);
        expect(await bearerOf(authorizer)).toBe('Bearer token-1');
        clock.advance(2);
        expect(await bearerOf(authorizer)).toBe('Bearer token-2');
        await server.close();
      }),
      { numRuns: 20 },
    );
  });

  test('requests refused together share one replacement, after a wait of up to two seconds', async () => {
    server = await startTokenServer((_, n) => token(n));
    const authorizer = open({ random: () => 0.75 });
    const refused = await authorizer.authorize(request);
    const again = await Promise.all(Array.from({ length: 30 }, () => bearerOf(authorizer, refused)));
    expect(new Set(again)).toEqual(new Set(['Bearer token-2']));
    expect(clock.sleeps).toEqual([1500]);
    // Refused with the old one, but late.
    expect(await bearerOf(authorizer, refused)).toBe('Bearer token-2');
    expect(server.calls).toHaveLength(2);
  });

  test('one that gives up does not take the others along', async () => {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    server = await startTokenServer(async (_, n) => {
      await answered;
      return token(n);
    });
    const authorizer = open();
    const controller = new AbortController();
    const first = failure(authorizer.authorize(request, { signal: controller.signal }));
    const second = bearerOf(authorizer);
    controller.abort(new Error('no longer needed'));
    expect(await first).toEqual(new Error('no longer needed'));
    answer();
    expect(await second).toBe('Bearer token-1');
    expect(server.calls).toHaveLength(1);
  });

  test('an outage ahead of its end leaves the present one in use, an outage after it does not', async () => {
    server = await startTokenServer((_, n) => (n === 1 ? token(1) : { status: 503, body: '' }));
    const authorizer = open();
    await authorizer.authorize(request);
    clock.advance(900_000);
    expect(await bearerOf(authorizer)).toBe('Bearer token-1');
    const calls = server.calls.length;
    expect(await bearerOf(authorizer)).toBe('Bearer token-1');
    expect(server.calls).toHaveLength(calls);
    clock.advance(200_000);
    expect(await failure(bearerOf(authorizer))).toBeInstanceOf(TransientError);
  });
});

describe('failures', () => {
  test('an endpoint that is busy is asked again five times, with growing waits', async () => {
    server = await startTokenServer(() => ({ status: 500, body: 'oh' }));
    const error = await failure(open({ random: () => 1 }).authorize(request));
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({
      message: `POST ${server.url} answered 500 instead of a token, the last of 6 tries`,
      evidence: { request: `POST ${server.url}`, status: 500 },
    });
    expect(server.calls).toHaveLength(6);
    expect(clock.sleeps).toEqual([500, 1000, 2000, 4000, 8000]);
  });

  test('Retry-After is honoured, in place or by the caller when it is long', async () => {
    server = await startTokenServer((_, n) =>
      n === 1 ? { status: 429, headers: { 'retry-after': '7' }, body: '' } : token(n),
    );
    expect(await bearerOf(open())).toBe('Bearer token-2');
    expect(clock.sleeps).toEqual([7000]);
    await server.close();
    server = await startTokenServer(() => ({ status: 503, headers: { 'retry-after': '120' }, body: '' }));
    const error = await failure(open().authorize(request));
    expect(error).toBeInstanceOf(ThrottledError);
    expect(error).toMatchObject({ retryAfterSeconds: 120 });
  });

  test('a port where nobody listens is transient', async () => {
    server = await startTokenServer(() => ({ body: {} }));
    await server.close();
    expect(await failure(open().authorize(request))).toBeInstanceOf(TransientError);
  });

  test('a refusal names what was said and the secret, and is not tried again', async () => {
    server = await startTokenServer(() => ({
      status: 401,
      body: { error: 'invalid_client', error_description: `no\nclient with ${clientSecret}` },
    }));
    const error = await failure(open().authorize(request));
    expect(error).toBeInstanceOf(TokenRefusedError);
    expect(error).toMatchObject({
      failure: 'permanent',
      message: `POST ${server.url} answered 401 instead of a token (invalid_client: no client with ***): check secret 'app/secret' and the rest of auth`,
    });
    expect(server.calls).toHaveLength(1);
  });

  test('a client secret that was changed meanwhile is read again', async () => {
    server = await startTokenServer(({ form }, n) =>
      form.get('client_secret') === 'new' ? token(n) : { status: 401, body: { error: 'invalid_client' } },
    );
    const secrets = keptSecrets({ 'app/secret': 'old' });
    await secrets.get('app/secret');
    secrets.kept.set('app/secret', 'new');
    expect(await bearerOf(open({ secrets }))).toBe('Bearer token-2');
  });

  test.each<[string, TokenAnswer, string]>([
    ['a page', { body: '<html>log in</html>' }, 'a body that is no JSON object'],
    ['a form', { body: 'access_token=hidden-token&token_type=bearer' }, 'a body that is no JSON object'],
    ['an array', { body: [] }, 'a body that is no JSON object'],
    ['another object', { body: { token: 'hidden-token' } }, 'an object that holds no access_token'],
    [
      'another type',
      { body: { access_token: 'hidden-token', token_type: 'mac' } },
      'a token of the type "mac"',
    ],
    ['a line break', { body: { access_token: 'hidden-token\n' } }, 'an access_token that cannot travel'],
    ['a refusal with status 200', { body: { error: 'nope' } }, 'instead of a token (nope)'],
  ])('%s is no token, and is not quoted', async (_, answer, message) => {
    server = await startTokenServer(() => answer);
    const error = await failure(open().authorize(request));
    expect(error).toBeInstanceOf(PermanentError);
    expect(String(error)).toContain(message);
    expect(JSON.stringify(error) + String(error)).not.toContain('hidden-token');
    expect(server.calls).toHaveLength(1);
  });

  test('redirects are not followed, wherever they lead', async () => {
    server = await startTokenServer(() => ({ status: 307, headers: { location: '/other' }, body: '' }));
    const error = await failure(open().authorize(request));
    expect(error).toBeInstanceOf(PermanentError);
    expect(String(error)).toContain('which is not followed');
    expect(server.calls).toHaveLength(1);
    await server.close();
    server = await startTokenServer(() => ({
      status: 307,
      headers: { location: 'https://evil.example.com/' },
      body: '',
    }));
    expect(await failure(open().authorize(request))).toBeInstanceOf(ForeignLinkError);
  });

  test('no error tells a credential, whatever the endpoint echoes', async () => {
    const secret = fc.string({
      minLength: 8,
      maxLength: 30,
      unit: fc.constantFrom(...'aZ09+/=&%~-_.:"\\<> é'),
    });
    await fc.assert(
      fc.asyncProperty(
        secret,
        fc.constantFrom(400, 401, 403, 200, 500),
        fc.boolean(),
        async (value, status, asJson) => {
          server = await startTokenServer(({ form, headers }) => {
            const echo = `${form.toString()} ${form.get('client_secret')} ${headers.authorization}`;
            return { status, body: asJson ? { error: echo, error_description: echo } : echo };
          });
          clock = createVirtualClock();
          const secrets = keptSecrets({ 'app/secret': value });
          const clientAuth = value.length % 2 === 0 ? 'basic' : 'body';
          const error = await failure(open({ secrets, changes: { clientAuth } }).authorize(request));
          await server.close();
          const forms = [
            value,
            encodeURIComponent(value),
            new URLSearchParams({ v: value }).toString().slice(2),
            Buffer.from(`client-1:${new URLSearchParams({ v: value }).toString().slice(2)}`).toString(
              'base64',
            ),
          ];
          const told = `${error} ${JSON.stringify(error)} ${error instanceof Error ? error.cause : ''}`;
          for (const form of forms) expect(told).not.toContain(form);
        },
      ),
      { numRuns: 60 },
    );
  });
});

import { type Authorizer, createAuthorizer } from '../../../../core/extract/auth/authorizer';
import { lanePreparation } from '../../../../core/extract/auth/prepare-lanes';
import { TokenRefusedError } from '../../../../core/extract/auth/read-grant';
import { formatTokens, parseTokens } from '../../../../core/extract/auth/stored-tokens';
import { type Client, createClient } from '../../../../core/extract/http/client';
import type { RefreshTokenAuth } from '../../../../core/source/source';
import { createVirtualClock, type VirtualClock } from '../pace/virtual-clock';
import {
  type KeptSecrets,
  keptSecrets,
  startTokenServer,
  type TokenAnswer,
  type TokenCall,
  type TokenServer,
} from './token-server';

const base = 'https://api.example.com/v1';
const request = { method: 'GET' as const, url: `${base}/cities`, headers: {} };
const secretName = 'app/refresh-token';

let client: Client;
let server: TokenServer;
let clock: VirtualClock;
beforeAll(() => {
  client = createClient();
});
beforeEach(() => {
  clock = createVirtualClock();
});
afterEach(() => server.close());
afterAll(() => client.close());

function sourceOf(changes: Partial<RefreshTokenAuth> = {}) {
  const auth: RefreshTokenAuth = {
    type: 'oauth2-refresh-token',
    tokenUrl: server.url,
    clientId: 'client-1',
    clientAuth: 'body',
    refreshToken: { secret: secretName },
    scopes: [],
    parameters: {},
    ...changes,
  };
  return { name: 'app', baseUrl: base, auth };
}

const servicesOf = (secrets: KeptSecrets) => ({ secrets, client, clock, random: () => 0 });

function lane(secrets: KeptSecrets, changes: Partial<RefreshTokenAuth> = {}): Authorizer {
  return createAuthorizer(sourceOf(changes), servicesOf(secrets));
}

/** An endpoint where a refresh token is good once. */
function rotating(): (call: TokenCall, n: number) => TokenAnswer {
  let current = 'refresh-0';
  return ({ form }, n) => {
    if (form.get('refresh_token') !== current) return { status: 400, body: { error: 'invalid_grant' } };
    current = `refresh-${n}`;
    return {
      body: { access_token: `access-${n}`, token_type: 'bearer', expires_in: 1000, refresh_token: current },
    };
  };
}

const start = () => keptSecrets({ [secretName]: 'refresh-0' });
const bearerOf = async (authorizer: Authorizer, refused?: Awaited<ReturnType<Authorizer['authorize']>>) =>
  (await authorizer.authorize(request, { refused })).headers.authorization;
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no failure',
    (error) => error,
  );

test('a refresh token that stays is not written back, and a public client names itself only', async () => {
  server = await startTokenServer(() => ({ body: { access_token: 'access-1', refresh_token: 'refresh-0' } }));
  const secrets = start();
  const { headers, credentials } = await lane(secrets).authorize(request);
  expect(headers.authorization).toBe('Bearer access-1');
  expect(credentials).toEqual(expect.arrayContaining(['access-1', 'refresh-0']));
  expect(Object.fromEntries(server.calls[0]?.form ?? [])).toEqual({
    grant_type: 'refresh_token',
    refresh_token: 'refresh-0',
    client_id: 'client-1',
  });
  expect(secrets.kept.get(secretName)).toBe('refresh-0');
});

test('one that is replaced is written back, and used the next time', async () => {
  server = await startTokenServer(rotating());
  const secrets = start();
  const authorizer = lane(secrets);
  const refused = await authorizer.authorize(request);
  expect(JSON.parse(secrets.kept.get(secretName) ?? '')).toEqual({
    refreshToken: 'refresh-1',
    accessToken: 'access-1',
    expiresAt: new Date(clock.now() + 1_000_000).toISOString(),
  });
  expect(refused.credentials).toEqual(expect.arrayContaining(['access-1', 'refresh-0', 'refresh-1']));
  expect(await bearerOf(authorizer, refused)).toBe('Bearer access-2');
  expect(server.calls[1]?.form.get('refresh_token')).toBe('refresh-1');
});

test('lanes hand their tokens on: one that begins later, or comes late to a replacement, takes the newer one', async () => {
  server = await startTokenServer(rotating());
  const secrets = start();
  const first = lane(secrets);
  const second = lane(keptSecrets({}, secrets.kept));
  const refused = await first.authorize(request);
  expect(await bearerOf(second)).toBe('Bearer access-1');
  expect(server.calls).toHaveLength(1);
  expect(await bearerOf(first, refused)).toBe('Bearer access-2');
  expect(await bearerOf(second, refused)).toBe('Bearer access-2');
  expect(server.calls).toHaveLength(2);
});

test('an access token that is about to end is not taken', async () => {
  server = await startTokenServer(rotating());
  const ending = { refreshToken: 'refresh-0', accessToken: 'access-0', expiresAt: clock.now() + 20_000 };
  const secrets = keptSecrets({ [secretName]: formatTokens(ending) });
  expect(await bearerOf(lane(secrets))).toBe('Bearer access-1');
});

test('a lane that was too late waits for what the other one writes', async () => {
  const secrets = start();
  let calls = 0;
  server = await startTokenServer(() => {
    calls += 1;
    return { status: 400, body: { error: 'invalid_grant' } };
  });
  const late = bearerOf(lane(secrets));
  const sleep = clock.sleep.bind(clock);
  // The other lane's write arrives during the second wait.
  clock.sleep = async (milliseconds, signal) => {
    await sleep(milliseconds, signal);
    if (clock.sleeps.length < 2) return;
    secrets.kept.set(secretName, formatTokens({ refreshToken: 'refresh-9', accessToken: 'access-9' }));
  };
  expect(await late).toBe('Bearer access-9');
  expect(calls).toBe(1);
  expect(clock.sleeps).toEqual([1000, 1000]);
});

test('a refused refresh token that nobody replaces is permanent after three looks', async () => {
  server = await startTokenServer(() => ({
    status: 400,
    body: { error: 'invalid_grant', error_description: 'refresh-0 was revoked' },
  }));
  const secrets = start();
  const error = await failure(lane(secrets).authorize(request));
  expect(error).toBeInstanceOf(TokenRefusedError);
  expect(String(error)).toContain(
    `answered 400 instead of a token (invalid_grant: *** was revoked): check secret '${secretName}'`,
  );
  expect(clock.sleeps).toEqual([1000, 1000, 1000]);
  expect(server.calls).toHaveLength(1);
});

test('many lanes at once end with good tokens, and with the last refresh token in the secret', async () => {
  const endpoint = rotating();
  server = await startTokenServer(endpoint);
  const secrets = start();
  const lanes = Array.from({ length: 8 }, () => lane(keptSecrets({}, secrets.kept)));
  const bearers = await Promise.all(lanes.map((one) => bearerOf(one)));
  expect(new Set(bearers).size).toBeLessThanOrEqual(lanes.length);
  for (const bearer of bearers) expect(bearer).toMatch(/^Bearer access-\d+$/);
  const { refreshToken } = parseTokens(secretName, secrets.kept.get(secretName) ?? '');
  expect(
    endpoint({ headers: {}, form: new URLSearchParams({ refresh_token: refreshToken }) }, 99).status,
  ).toBeUndefined();
});

test('tokens that cannot be written are said to be so without being told, and are written before the next use', async () => {
  server = await startTokenServer(rotating());
  const secrets = start();
  const put = secrets.put.bind(secrets);
  let allowed = false;
  let tries = 0;
  secrets.put = async (name, value) => {
    tries += 1;
    if (!allowed) throw Object.assign(new Error(`not allowed: ${value}`), { name: 'AccessDeniedException' });
    await put(name, value);
  };
  const authorizer = lane(secrets);
  const error = await failure(authorizer.authorize(request));
  expect(error).toMatchObject({
    failure: 'transient',
    message: expect.stringContaining(
      `could not be written to secret '${secretName}' (AccessDeniedException)`,
    ),
  });
  expect(`${error} ${JSON.stringify(error)}`).not.toMatch(/refresh-\d|access-\d/);
  expect(error).not.toHaveProperty('cause');
  expect(tries).toBe(4);
  allowed = true;
  expect(await bearerOf(authorizer)).toBe('Bearer access-1');
  expect(parseTokens(secretName, secrets.kept.get(secretName) ?? '').refreshToken).toBe('refresh-1');
});

test.each([
  '{"refreshToken":""}',
  '{"token":"hidden"}',
  '{"refreshToken":"hidden"',
  '{"refreshToken":"hidden","expiresAt":"soon"}',
])('the secret %s is refused by its name, without its value', async (value) => {
  server = await startTokenServer(rotating());
  const error = await failure(lane(keptSecrets({ [secretName]: value })).authorize(request));
  expect(error).toMatchObject({ failure: 'configuration', message: expect.stringContaining(secretName) });
  expect(String(error)).not.toContain('hidden');
});

test('what is written is read again', () => {
  const tokens = { refreshToken: 'r', accessToken: 'a', expiresAt: Date.parse('2026-01-31T03:00:00Z') };
  expect(parseTokens('s', formatTokens(tokens))).toEqual(tokens);
  expect(parseTokens('s', 'plain')).toEqual({ refreshToken: 'plain' });
});

describe('before lanes start together', () => {
  /** An endpoint that takes a token that comes again for stolen, and lets nobody in from then on. */
  function detectingReuse(): (call: TokenCall) => TokenAnswer {
    const used = new Set<string | null>();
    let stolen = false;
    return ({ form }) => {
      const token = form.get('refresh_token');
      stolen ||= used.has(token);
      if (stolen) return { status: 400, body: { error: 'invalid_grant' } };
      used.add(token);
      const n = used.size;
      return { body: { access_token: `access-${n}`, expires_in: 1000, refresh_token: `refresh-${n}` } };
    };
  }

  test('a token is got for all of them, so that none sends one that another has used', async () => {
    server = await startTokenServer(detectingReuse());
    const secrets = start();
    await lanePreparation(sourceOf(), async () => servicesOf(secrets))();
    const lanes = [1, 2, 3].map(() => lane(keptSecrets({}, secrets.kept)));
    expect(await Promise.all(lanes.map((one) => bearerOf(one)))).toEqual(Array(3).fill('Bearer access-1'));
    expect(server.calls).toHaveLength(1);
  });

  test('the secret is read every time: somebody may have stored another token', async () => {
    server = await startTokenServer(detectingReuse());
    const secrets = start();
    const prepare = lanePreparation(sourceOf(), async () => servicesOf(secrets));
    await prepare();
    await prepare();
    expect(server.calls).toHaveLength(1);
    secrets.kept.set(secretName, 'stored-by-hand');
    await prepare();
    expect(server.calls.map(({ form }) => form.get('refresh_token'))).toEqual([
      'refresh-0',
      'stored-by-hand',
    ]);
    expect(secrets.kept.get(secretName)).toContain('access-2');
  });

  test('a token that could not be written is not lost, but written the next time', async () => {
    server = await startTokenServer(detectingReuse());
    const secrets = start();
    let denied = true;
    const put = async (name: string, value: string) => {
      if (denied) throw new Error('AccessDenied');
      await secrets.put(name, value);
    };
    const services = { ...servicesOf(secrets), secrets: { ...secrets, put } };
    const prepare = lanePreparation(sourceOf(), async () => services);
    await expect(prepare()).rejects.toThrow('could not be written to secret');
    denied = false;
    await prepare();
    expect(secrets.kept.get(secretName)).toContain('access-1');
    expect(server.calls).toHaveLength(1);
  });

  test('nothing is done for another auth', async () => {
    server = await startTokenServer(detectingReuse());
    const services = jest.fn(async () => servicesOf(start()));
    await lanePreparation({ ...sourceOf(), auth: { type: 'none' } }, services)();
    expect(services).not.toHaveBeenCalled();
  });
});

import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

let server: Server;
/** The methods of what was asked for. */
const calls: string[] = [];
/** The answer to everything, where that is not a failure. */
let refusal: { readonly status: number; readonly body: string } | undefined;
beforeAll(async () => {
  server = createServer(({ method = '' }, response) => {
    calls.push(method);
    response.writeHead(refusal?.status ?? 500).end(refusal?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));

/** `npm run contract:aws` with nothing in its environment but this, and AWS on 127.0.0.1. */
function run(
  variables: Readonly<Record<string, string>>,
  words: readonly string[] = [],
): Promise<{ code: unknown; stderr: string; stdout: string }> {
  const env = {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    ...variables,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(__dirname, 'on-aws.js'), ...words], { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

const credentials = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };

test.each([
  [
    'credentials',
    { AWS_REGION: 'eu-central-1' },
    /^contract:aws: no AWS credentials were found \(.+\): set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n$/,
  ],
  [
    'credentials of a profile that there is',
    { AWS_REGION: 'eu-central-1', AWS_PROFILE: 'nobody' },
    /^contract:aws: AWS_PROFILE is 'nobody', which gave no credentials \(.+\): check it, or sign in with aws sso login\n$/,
  ],
  ['a region', credentials, /^contract:aws: no AWS region is set \(Region is missing\): set AWS_REGION\n$/],
])('without %s it says in one sentence what it needs, and ends with 2', async (_, variables, sentence) => {
  expect(await run(variables)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(sentence) });
});

describe('before it makes anything, it asks whether it may, and ends with 2 in one sentence', () => {
  const env = { ...credentials, AWS_REGION: 'eu-central-1', AWS_MAX_ATTEMPTS: '1' };
  const start = (variables: Readonly<Record<string, string>> = {}) =>
    run({ ...env, ...variables }, ['--yes']);
  afterEach(() => {
    refusal = undefined;
  });

  it.each([
    [
      403,
      'InvalidAccessKeyId',
      /^contract:aws: S3: AWS does not know these credentials: check AWS_PROFILE, .+\n$/,
    ],
    [400, 'ExpiredToken', /^contract:aws: S3: the AWS credentials have expired: renew them \(not you\)\n$/],
    [403, 'AccessDenied', /^contract:aws: S3: these AWS credentials may not do that \(not you\)\n$/],
  ])('where S3 answers %i %s', async (status, code, sentence) => {
    refusal = { status, body: `<Error><Code>${code}</Code><Message>not you</Message></Error>` };
    const before = calls.length;
    expect(await start()).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(sentence) });
    expect(calls.slice(before)).toEqual(['GET']); // a look, that makes nothing
  });

  it.each([
    ['a region that is none', { AWS_ENDPOINT_URL: '', AWS_REGION: 'eu-nowhere-9' }],
    ['an endpoint where nobody is', { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }],
  ])('for %s', async (_, variables) => {
    expect(await start(variables)).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^contract:aws: S3 cannot be reached \(.+\): check the network and AWS_REGION, and AWS_ENDPOINT_URL if it is set, then run this again\n$/,
      ),
    });
  });
});

test('without --yes it says what it would do and what that costs, calls nothing, and ends with 2', async () => {
  const before = calls.length;
  const { code, stderr } = await run({ ...credentials, AWS_REGION: 'eu-central-1' });
  expect(code).toBe(2);
  expect(stderr).toContain('in eu-central-1');
  expect(stderr).toContain('about one US cent');
  expect(stderr).toContain('npm run contract:aws -- --yes');
  expect(calls.slice(before)).toEqual([]);
});

test('--help says what it does, costs and ends with, without credentials', async () => {
  const before = calls.length;
  const help = await run({}, ['--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toMatch(/^npm run contract:aws -- --yes\n[\s\S]*one US cent[\s\S]*ends with 0/);
  expect(calls.slice(before)).toEqual([]);
});

import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

let server: Server;
let calls = 0;
beforeAll(async () => {
  server = createServer((_, response) => {
    calls++;
    response.writeHead(500).end();
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
  ['credentials', { AWS_REGION: 'eu-central-1' }],
  ['a region', credentials],
])('without %s it says in one sentence what it needs, and ends with 2', async (_, variables) => {
  expect(await run(variables)).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'contract:aws needs AWS credentials and a region: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_REGION.\n',
  });
});

test('without --yes it says what it would do and what that costs, calls nothing, and ends with 2', async () => {
  const { code, stderr } = await run({ ...credentials, AWS_REGION: 'eu-central-1' });
  expect(code).toBe(2);
  expect(stderr).toContain('in eu-central-1');
  expect(stderr).toContain('about one US cent');
  expect(stderr).toContain('npm run contract:aws -- --yes');
  expect(calls).toBe(0);
});

test('--help says what it does, costs and ends with, without credentials', async () => {
  const help = await run({}, ['--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toMatch(/^npm run contract:aws -- --yes\n[\s\S]*one US cent[\s\S]*ends with 0/);
  expect(calls).toBe(0);
});

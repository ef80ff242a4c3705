import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ConfigurationError, PermanentError } from '../../../../core/errors';
import { createClient } from '../../../../core/extract/http/client';
import { clientOptions } from '../../../../core/extract/http/client-options';
import { transportError } from '../../../../core/extract/http/transport-error';
import { aSource } from '../../../support/source-fixture';
import { plainRequest, rejection } from '../fixtures';

const pem = (name: string) =>
  readFileSync(join(__dirname, '../../../support/misbehaving-api/certificates', `${name}.pem`), 'utf8');
const values: Record<string, string> = { cert: pem('client'), key: pem('client-key'), ca: pem('ca') };
const secrets = { get: async (name: string) => values[name] ?? '' };
const [certificate, key, ca] = ['cert', 'key', 'ca'].map((secret) => ({ secret })) as [
  { secret: string },
  { secret: string },
  { secret: string },
];

const server = createServer(
  { cert: pem('server'), key: pem('server-key'), ca: pem('ca'), requestCert: true, rejectUnauthorized: true },
  (_, response) => response.end('[]'),
);
let baseUrl: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

test('the certificate is shown, and the authority trusted', async () => {
  const client = createClient(
    await clientOptions(aSource({ baseUrl, tls: { certificate, key, ca } }), secrets),
  );
  expect((await client.send(plainRequest(baseUrl))).status).toBe(200);
  await client.close();
});

test('a server that nobody vouches for is permanent', async () => {
  const client = createClient(await clientOptions(aSource({ baseUrl, tls: { certificate, key } }), secrets));
  const error = await rejection(client.send(plainRequest(baseUrl)));
  expect(error).toBeInstanceOf(PermanentError);
  expect(String(error)).toContain('certificate is not trusted');
  await client.close();
});

// Under TLS 1.3 many servers just close the connection, which is transient: nothing tells it from an outage.
test.each([
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
])('a server that says %s does not take our certificate, which is permanent', (code) => {
  const alert = Object.assign(new Error('ssl/tls alert'), { code });
  const error = transportError(alert, plainRequest('https://api.example.com/'));
  expect(error).toBeInstanceOf(PermanentError);
  expect(error.message).toContain("check the source's tls");
});

test('what is no certificate is refused by the names of its secrets', async () => {
  const tls = { certificate: key, key: certificate };
  const error = await rejection(clientOptions(aSource({ baseUrl, tls }), secrets));
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(String(error)).toContain("secrets 'key', 'cert' are no certificate and its key in PEM");
});

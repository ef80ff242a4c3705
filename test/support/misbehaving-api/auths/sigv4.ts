import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { headerOf, type Received } from '../exchange';
import type { AuthCase } from './auth-case';

const accessKeyId = 'AKIACONFORMANCE';
const secretAccessKey = 'sigv4/secret+key';
const scope = { region: 'eu-central-1', service: 'execute-api' };

/** Signs what arrived again, with the headers that it says were signed, and compares. */
async function isSigned(received: Received): Promise<boolean> {
  const authorization = headerOf(received, 'authorization') ?? '';
  const signed = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headerOf(received, 'x-amz-date') ?? '');
  if (!signed.includes('host') || time === null) return false;
  const [, year, month, day, hour, minute, second] = time;
  const query: Record<string, string | string[]> = {};
  for (const name of received.url.searchParams.keys()) query[name] = received.url.searchParams.getAll(name);
  const request = new HttpRequest({
    method: received.method,
    protocol: 'http:',
    hostname: received.url.hostname,
    path: received.url.pathname,
    query,
    headers: Object.fromEntries(signed.map((name) => [name, headerOf(received, name) ?? ''])),
    ...(received.body && { body: received.body }),
  });
  const signer = new SignatureV4({ ...scope, sha256: Sha256, credentials: { accessKeyId, secretAccessKey } });
  const signingDate = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const expected = await signer.sign(request, { signingDate });
  return expected.headers.authorization === authorization;
}

/** AWS Signature Version 4. */
export const sigV4Auth: AuthCase = {
  name: 'AWS Signature Version 4',
  open: () => ({
    auth: {
      type: 'aws-sigv4',
      ...scope,
      accessKeyId: { secret: 'acme/access-key-id' },
      secretAccessKey: { secret: 'acme/secret-access-key' },
    },
    secrets: { 'acme/access-key-id': accessKeyId, 'acme/secret-access-key': secretAccessKey },
    refuse: async (received) => ((await isSigned(received)) ? undefined : 'wrong signature'),
    credentials: () => [secretAccessKey],
  }),
};

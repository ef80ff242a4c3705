import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Auth, SignableRequest } from '../../../../core/source/source';
import { headerOf, type Received } from '../exchange';
import type { AuthCase, Door } from './auth-case';

const secret = (name: string) => ({ secret: name });
const token = 'tok-7f3a9b1c5d';
const password = 'pass:wörd/8+=';
const key = 'key-2b4d6f8a';
const hmacKey = 'hmac-91c3e5';

function door(auth: Auth, secrets: Record<string, string>, accepts: (received: Received) => boolean): Door {
  return {
    auth,
    secrets,
    refuse: (received) => (accepts(received) ? undefined : 'wrong credential'),
    credentials: () => Object.values(secrets),
  };
}

/** Signs the method, path, query, body and time; a signature is good for five minutes. */
export function hmacHeaders({ method, url, body, secrets, now }: SignableRequest): Record<string, string> {
  const time = now.toISOString();
  const text = [method, url.pathname + url.search, body, time].join('\n');
  return {
    'x-time': time,
    'x-signature': createHmac('sha256', secrets.key ?? '')
      .update(text)
      .digest('hex'),
  };
}

const hmac: AuthCase = {
  name: 'headers that a function of the source file makes (HMAC)',
  open: ({ clock }) =>
    door(
      { type: 'custom', secrets: { key: secret('acme/hmac') }, headers: hmacHeaders },
      { 'acme/hmac': hmacKey },
      (received) => {
        const now = new Date(headerOf(received, 'x-time') ?? '');
        if (!(Math.abs(clock.now() - now.getTime()) < 300_000)) return false;
        const { method, url, body } = received;
        const expected = hmacHeaders({ method, url, body, now, secrets: { key: hmacKey } });
        return headerOf(received, 'x-signature') === expected['x-signature'];
      },
    ),
};

/** A certificate of the API's own authority, made once and good for a hundred years. */
export function certificate(name: 'ca' | 'server' | 'server-key' | 'client' | 'client-key'): string {
  return readFileSync(join(__dirname, '..', 'certificates', `${name}.pem`), 'utf8');
}

const mutualTls: AuthCase = {
  name: 'mutual TLS, and a bearer token',
  mutualTls: true,
  open: (options) => ({
    ...bearer.open(options),
    tls: { certificate: secret('acme/certificate'), key: secret('acme/tls-key'), ca: secret('acme/ca') },
    secrets: {
      'acme/token': token,
      'acme/certificate': certificate('client'),
      'acme/tls-key': certificate('client-key'),
      'acme/ca': certificate('ca'),
    },
  }),
};

const bearer: AuthCase = {
  name: 'bearer token',
  open: () =>
    door({ type: 'bearer', token: secret('acme/token') }, { 'acme/token': token }, (received) => {
      return headerOf(received, 'authorization') === `Bearer ${token}`;
    }),
};

/** Credentials that stay what they are. */
export const staticAuths: readonly AuthCase[] = [
  { name: 'none', open: () => door({ type: 'none' }, {}, () => true) },
  {
    name: 'basic',
    open: () =>
      door(
        { type: 'basic', username: 'load er', password: secret('acme/password') },
        { 'acme/password': password },
        (received) => {
          const expected = Buffer.from(`load er:${password}`).toString('base64');
          return headerOf(received, 'authorization') === `Basic ${expected}`;
        },
      ),
  },
  bearer,
  {
    name: 'API key in a header',
    open: () =>
      door(
        { type: 'api-key', key: secret('acme/key'), in: 'header', name: 'X-Acme-Key' },
        { 'acme/key': key },
        (received) => {
          return headerOf(received, 'x-acme-key') === key;
        },
      ),
  },
  {
    name: 'API key in the query',
    open: () =>
      door(
        { type: 'api-key', key: secret('acme/key'), in: 'query', name: 'api_key' },
        { 'acme/key': key },
        (received) => {
          return received.url.searchParams.getAll('api_key').join() === key;
        },
      ),
  },
  hmac,
  mutualTls,
];

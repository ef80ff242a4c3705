import { z } from 'zod';
import { isLoopback } from '../check/is-loopback';
import type { Auth, HeaderFunction } from '../source';
import { headerName } from './parameter-schema';
import { anyText, choice, leaf, matching, options, variants } from './schema-parts';
import { secretRef, textOrSecret } from './secret-schema';

const oauth2 = {
  tokenUrl: leaf<string>(
    isTokenUrl,
    'an https URL without credentials or fragment (http is for this machine only)',
  ),
  clientId: textOrSecret,
  clientAuth: choice(['basic', 'body']).default('body'),
  // A scope token of RFC 6749, section 3.3.
  scopes: z
    .array(
      matching(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "a scope without spaces, such as 'orders.read'"),
      "texts, such as ['orders.read']",
    )
    .default([]),
  parameters: z
    .record(z.string(), anyText, "texts by field, such as { audience: 'https://api.example.com' }")
    .default({}),
};

const awsName = matching(
  /^[a-z0-9-]{1,60}$/,
  "lower-case letters, digits and dashes, such as 'eu-central-1' or 'execute-api'",
);

const action = matching(
  /^[a-z0-9-]{1,60}:[A-Za-z0-9]{1,100}$/,
  "an action by its whole name, such as 'execute-api:Invoke'",
);

/** A partition, a service, a region and an account as they are; a pattern, at most, below them. */
const arn = matching(
  /^arn:aws(-[a-z]+)*:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:(?![*?]+$)\S+$/,
  "an ARN with '*' below the account at most, such as 'arn:aws:execute-api:eu-west-1:111122223333:abc123/prod/GET/*'",
);

const allowed = options({
  actions: z.array(action, 'a list of actions').min(1, 'at least one action'),
  resources: z.array(arn, 'a list of ARNs').min(1, 'at least one ARN'),
});

const headers = leaf<HeaderFunction>(
  (value) => typeof value === 'function',
  'a function that makes headers of a request, such as ({ secrets }) => ({ … })',
);

/** How a source lets us in. */
export const auth = z.discriminatedUnion(
  'type',
  [
    options({ type: z.literal('none') }),
    options({ type: z.literal('bearer'), token: secretRef }),
    options({ type: z.literal('basic'), username: textOrSecret, password: secretRef.exactOptional() }),
    options({
      type: z.literal('api-key'),
      key: secretRef,
      in: choice(['header', 'query']).default('header'),
      name: headerName.default('x-api-key'),
    }),
    options({ type: z.literal('oauth2-client-credentials'), ...oauth2, clientSecret: secretRef }),
    options({
      type: z.literal('oauth2-refresh-token'),
      ...oauth2,
      refreshToken: secretRef,
      clientSecret: secretRef.exactOptional(),
    }),
    options({
      type: z.literal('aws-sigv4'),
      region: awsName,
      service: awsName,
      accessKeyId: secretRef.exactOptional(),
      secretAccessKey: secretRef.exactOptional(),
      allow: z
        .array(allowed, "a list, such as [{ actions: ['execute-api:Invoke'], resources: ['arn:…'] }]")
        .min(1, 'at least one entry')
        .exactOptional(),
    }),
    options({
      type: z.literal('custom'),
      secrets: z
        .record(z.string(), secretRef, "credentials by name, such as { key: secret('acme/key') }")
        .default({}),
      headers,
    }),
  ],
  variants([
    'none',
    'bearer',
    'basic',
    'api-key',
    'oauth2-client-credentials',
    'oauth2-refresh-token',
    'aws-sigv4',
    'custom',
  ] satisfies Auth['type'][]),
);

/** The client's certificate. */
export const tls = options({ certificate: secretRef, key: secretRef, ca: secretRef.exactOptional() });

/** Credentials travel there, so nobody else may be able to read along. */
function isTokenUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !/^https?:\/\/[^\s\p{Cc}#@\\]+$/iu.test(value) || !URL.canParse(value))
    return false;
  const url = new URL(value);
  return url.protocol === 'https:' || isLoopback(url);
}

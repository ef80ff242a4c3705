import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { SignRequest } from '../core/extract/auth/authorizer';
import type { PageRequest } from '../core/extract/page/request';

/** Keys that sign, as the SDK's credential providers give them. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
}

/**
 * Signs requests with AWS Signature Version 4, their bodies included, with the keys that a request brings along or else those
 * of `ownKeys`, which is asked every time (the SDK's providers keep what they hold until it ends).
 */
export function signRequest(
  ownKeys: () => Promise<SigningKeys>,
  now: () => Date = () => new Date(),
): SignRequest {
  return async (request, { region, service, keys }) => {
    const { accessKeyId, secretAccessKey, sessionToken }: SigningKeys = keys ?? (await ownKeys());
    const signer = new SignatureV4({
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
      region,
      service,
      sha256: Sha256,
      // S3 alone signs a path as it is sent; all others encode it once more.
      uriEscapePath: service !== 's3',
    });
    const url = new URL(request.url);
    const query = queryOf(url);
    const unsigned = new HttpRequest({
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query,
      headers: { ...request.headers, host: url.host },
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const { headers } = await signer.sign(unsigned, { signingDate: now() });
    return { ...request, url: withQuery(url, query), headers: withoutHost(headers) };
  };
}

function queryOf(url: URL): Record<string, string | string[]> {
  const names = [...new Set(url.searchParams.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = url.searchParams.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

/** Written as it is signed, RFC 3986: where a form has '+' for a space, AWS would see another query. */
function withQuery(url: URL, query: Record<string, string | string[]>): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value) => `${encode(name)}=${encode(value)}`),
  );
  return `${url.origin}${url.pathname}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
}

/** The client sends it by itself. */
function withoutHost({ host: _, ...others }: PageRequest['headers']): Record<string, string> {
  return others;
}

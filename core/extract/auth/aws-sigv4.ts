import { ConfigurationError } from '../../errors';
import type { SigV4Auth } from '../../source/source';
import type { SignRequest } from './authorizer';
import type { Scheme } from './scheme';
import type { ReadSecret } from './secret-reader';

/** AWS Signature Version 4, with the function's own role or declared keys; every try is signed anew. */
export function awsSigV4(
  source: string,
  auth: SigV4Auth,
  sign: SignRequest | undefined,
  read: ReadSecret,
): Scheme {
  const { region, service, accessKeyId, secretAccessKey } = auth;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new ConfigurationError(
      `source '${source}' declares one of auth.accessKeyId and auth.secretAccessKey: declare both, or neither to sign as the function's own role`,
    );
  }
  return async (request, { refused }) => {
    if (sign === undefined) throw new ConfigurationError(`nothing here can sign for source '${source}'`);
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      const signed = await sign(request, { region, service });
      return { request: signed, credentials: signatureOf(signed.headers) };
    }
    const [id, key] = await Promise.all([
      read(accessKeyId.secret, 'header', refused),
      read(secretAccessKey.secret, 'header', refused),
    ]);
    const signed = await sign(request, { region, service, keys: { accessKeyId: id, secretAccessKey: key } });
    return { request: signed, credentials: [id, key, ...signatureOf(signed.headers)] };
  };
}

/** What of a signature may not be written; the scope in it (day, region, service) is no secret. */
function signatureOf(headers: Readonly<Record<string, string>>): string[] {
  const { authorization = '', 'x-amz-security-token': sessionToken = '' } = headers;
  const keyId = /Credential=([^/]+)\//.exec(authorization)?.[1] ?? '';
  const signature = /Signature=([0-9a-f]+)/.exec(authorization)?.[1] ?? '';
  return [authorization, keyId, signature, sessionToken].filter((part) => part !== '');
}

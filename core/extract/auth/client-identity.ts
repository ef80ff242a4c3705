import type { SecretRef } from '../../source/secret-ref';
import type { ClientCredentialsAuth, RefreshTokenAuth } from '../../source/source';
import type { AuthServices } from './authorizer';
import { basicCredentials } from './basic';
import { type Grant, TokenRefusedError } from './read-grant';
import { checkSecret } from './secret-reader';
import { askForToken, type TokenRequest } from './token-endpoint';

type OAuth2Auth = ClientCredentialsAuth | RefreshTokenAuth;

/** A grant as asked for: the fields of its form, and the credentials and secrets that these hold. */
export interface Asked {
  readonly form: Readonly<Record<string, string>>;
  readonly credentials: readonly string[];
  readonly secretNames: readonly string[];
}

/** What was granted, and the credentials that it was granted for. */
export interface Granted {
  readonly grant: Grant;
  readonly credentials: readonly string[];
}

/**
 * Asks for a token as the source's client (RFC 6749, section 2.3.1). When the client is refused its secrets are read again,
 * and if they have changed it asks once more. Rejects as askForToken does.
 */
export async function askAsClient(auth: OAuth2Auth, asked: Asked, services: AuthServices): Promise<Granted> {
  const { secrets } = services;
  const first = await tokenRequest(auth, asked, (name) => secrets.get(name));
  try {
    return { grant: await askForToken(first, services), credentials: first.credentials };
  } catch (error) {
    if (!(error instanceof TokenRefusedError) || isGrantRefused(error)) throw error;
    const second = await tokenRequest(auth, asked, (name) => secrets.refresh(name));
    if (second.credentials.join('\n') === first.credentials.join('\n')) throw error;
    return { grant: await askForToken(second, services), credentials: second.credentials };
  }
}

/** Whether it is the grant, such as a refresh token, that was refused. */
export function isGrantRefused(error: unknown): boolean {
  return error instanceof TokenRefusedError && error.isOfGrant;
}

async function tokenRequest(
  auth: OAuth2Auth,
  asked: Asked,
  read: (name: string) => Promise<string>,
): Promise<TokenRequest> {
  const { clientId, clientSecret } = auth;
  const readChecked = async ({ secret }: SecretRef) => checkSecret(secret, await read(secret), 'encoded');
  const id = typeof clientId === 'string' ? clientId : await readChecked(clientId);
  const secret = clientSecret === undefined ? undefined : await readChecked(clientSecret);
  const basic = basicCredentials(formEncoded(id), formEncoded(secret ?? ''));
  const byForm = { client_id: id, ...(secret === undefined ? {} : { client_secret: secret }) };
  const usesForm = auth.clientAuth === 'body';
  const refs = [...(typeof clientId === 'string' ? [] : [clientId]), ...(clientSecret ? [clientSecret] : [])];
  return {
    url: auth.tokenUrl,
    form: {
      ...auth.parameters,
      ...(auth.scopes.length > 0 ? { scope: auth.scopes.join(' ') } : {}),
      ...asked.form,
      ...(usesForm ? byForm : {}),
    },
    authorization: usesForm ? undefined : `Basic ${basic}`,
    credentials: [
      ...asked.credentials,
      ...(secret === undefined ? [] : [secret, basic]),
      ...(typeof clientId === 'string' ? [] : [id]),
    ],
    secretNames: [...refs.map((ref) => ref.secret), ...asked.secretNames],
  };
}

/** Id and secret are encoded before they are joined, as the RFC has it. */
function formEncoded(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1);
}

import { type Evidence, PermanentError } from '../../errors';
import { secretsOf } from '../../source/secrets-of';
import type { Auth, Source } from '../../source/source';

/** The error for a second 401 in a row: names the secrets that somebody must look at. */
export function credentialRefused(
  { message, evidence }: { readonly message: string; readonly evidence: Evidence },
  source: Pick<Source, 'name' | 'auth'>,
): PermanentError {
  return new PermanentError(`${message}; ${whatToDo(source.name, source.auth)}`, { evidence });
}

function whatToDo(name: string, auth: Auth): string {
  if (auth.type === 'none') return `source '${name}' declares no auth: give it one`;
  const secrets = secretsOf({ auth }).map((secret) => `'${secret}'`);
  if (secrets.length === 0)
    return `the credential of source '${name}' was refused twice: check what it may read`;
  const [subject, verb, them] =
    secrets.length === 1 ? ['secret', 'was', 'it was'] : ['secrets', 'were', 'they were'];
  return `${subject} ${secrets.join(', ')} ${verb} refused, also after ${them} read again: check the value and what it may read`;
}

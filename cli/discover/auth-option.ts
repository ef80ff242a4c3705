import { ConfigurationError } from '../../core/errors';
import { secret } from '../../core/source/define-source';
import type { AuthInput } from '../../core/source/input/auth-input';

/** What `--auth` may say. */
export const authForms = 'bearer, basic, api-key, api-key:<header> or api-key-query:<parameter>';

/**
 * The auth that an option names for a source: its credentials are secrets of the source, and never part of the option. Throws a
 * ConfigurationError for anything else, without repeating it: it may be a credential.
 */
export function readAuthOption(option: string | undefined, source: string): AuthInput {
  if (option === undefined || option === 'none') return { type: 'none' };
  const [type, ...rest] = option.split(':');
  const name = rest.join(':');
  if (option === 'bearer') return { type: 'bearer', token: secret(`${source}/token`) };
  if (option === 'basic')
    return { type: 'basic', username: secret(`${source}/username`), password: secret(`${source}/password`) };
  if (option === 'api-key') return { type: 'api-key', key: secret(`${source}/key`) };
  if (type === 'api-key' && isName(name)) return { type: 'api-key', key: secret(`${source}/key`), name };
  if (type === 'api-key-query' && isName(name))
    return { type: 'api-key', key: secret(`${source}/key`), in: 'query', name };
  throw new ConfigurationError(
    `--auth must be ${authForms}: it says how, and the credential itself comes from the environment or .env`,
  );
}

function isName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(name);
}

import { isCredentialName } from '../../core/discover/credential-names';
import { ConfigurationError } from '../../core/errors';

/** The URL to look at. Throws a ConfigurationError for what is none, and for one that holds a credential. */
export function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ConfigurationError(
      "the URL must be complete and begin with http:// or https://, such as 'https://api.example.com/v1/orders'",
    );
  if (url.username !== '' || url.password !== '')
    throw new ConfigurationError(
      'the URL holds a user name or password, which the file would show: leave them out and use --auth basic',
    );
  const credential = [...url.searchParams.keys()].find(isCredentialName);
  if (credential !== undefined)
    throw new ConfigurationError(
      `the URL seems to hold a credential in '${credential}', which the file would show: leave it out and use --auth api-key-query:${credential}`,
    );
  url.hash = '';
  return url;
}

/** The headers of `--header 'Name: value'`. Throws a ConfigurationError for what is none, and for credentials. */
export function readHeaders(options: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(options.map(readHeader));
}

function readHeader(option: string): readonly [string, string] {
  const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*?)\s*$/.exec(option) ?? [];
  if (name === '' || value === '')
    throw new ConfigurationError(
      "--header must be a name and a value, such as --header 'Accept-Language: en'",
    );
  if (isCredentialName(name)) {
    const instead = /^authorization$/i.test(name)
      ? '--auth bearer or --auth basic'
      : `--auth api-key:${name}`;
    throw new ConfigurationError(
      `--header '${name}' seems to hold a credential, which the file would show: use ${instead}`,
    );
  }
  return [name.toLowerCase(), value];
}

/** The name of a source or dataset, as given. */
export function checkName(option: '--name' | '--dataset', name: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name) && !(option === '--name' && name === 'open'))
    return name;
  throw new ConfigurationError(
    `${option} must be lower-case letters, digits and inner dashes, 1 to 40 of them${option === '--name' ? ", and not 'open'" : ''}`,
  );
}

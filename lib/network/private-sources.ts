import { ConfigurationError } from '../../core/errors';
import type { Source } from '../../core/source/source';
import type { Environment } from '../environments';

/** The sources that are reached through the network of their environment; throws a ConfigurationError where it has none. */
export function privateSources(sources: readonly Source[], environment: Environment): readonly Source[] {
  const all = sources.filter(({ network }) => network === 'private');
  // On a laptop everything is reached as the laptop reaches it.
  if (environment.name === 'local' || environment.network || all.length === 0) return all;
  const names = all.map(({ name }) => `'${name}'`).join(', ');
  throw new ConfigurationError(
    `${all.length === 1 ? 'source' : 'sources'} ${names} with network: 'private' cannot be deployed to ${environment.name}, which has no network: give ${environment.name} one in lib/environments.ts, such as network: { cidr: '10.64.0.0/20' }`,
  );
}

/** The TCP ports that these sources are asked on, and those of where their tokens come from. */
export function portsOf(sources: readonly Source[]): number[] {
  const urls = sources.flatMap(({ baseUrl, auth }) => [
    baseUrl,
    ...('tokenUrl' in auth ? [auth.tokenUrl] : []),
  ]);
  return [...new Set(urls.map(portOf))].sort((a, b) => a - b);
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  if (port !== '') return Number(port);
  return protocol === 'http:' ? 80 : 443;
}

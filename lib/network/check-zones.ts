import { ConfigurationError } from '../../core/errors';

/** Throws a ConfigurationError unless these are two different zones' names, such as 'us-east-1b' and 'us-east-1c', or nothing. */
export function checkZones(zones: readonly [string, string] | undefined, environment: string): void {
  if (zones === undefined) return;
  const [one, other] = zones;
  if (one !== other && zones.every((zone) => /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/.test(zone))) return;
  throw new ConfigurationError(
    `the network of ${environment} in lib/environments.ts has the zones ${JSON.stringify(zones)}: give the names of two availability zones of one region, such as ['us-east-1b', 'us-east-1c']`,
  );
}

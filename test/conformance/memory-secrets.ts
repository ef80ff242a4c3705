import { ConfigurationError } from '../../core/errors';
import type { Secrets } from '../../core/run/ports';

/** Secrets that are kept in memory, beginning with these. */
export function memorySecrets(values: Readonly<Record<string, string>>): Secrets {
  const kept = new Map(Object.entries(values));
  const get = async (name: string): Promise<string> => {
    const value = kept.get(name);
    if (value === undefined) throw new ConfigurationError(`secret '${name}' does not exist`);
    return value;
  };
  return {
    get,
    refresh: get,
    async put(name, value) {
      kept.set(name, value);
    },
  };
}

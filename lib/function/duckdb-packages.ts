import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigurationError } from '../../core/errors';
import { projectRoot } from './project-root';

const binding = '@duckdb/node-bindings';

/** The part of npm's lock file that is read here. */
const lockSchema = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(z.string(), z.looseObject({ version: z.string().optional() })),
});

/** A package.json and its package-lock.json that install DuckDB's native binding and nothing else. */
export interface DuckdbPackages {
  /** Of the binding. */
  readonly version: string;
  readonly packageJson: string;
  readonly packageLock: string;
}

/** Takes DuckDB's native binding out of the project's lock file: the same versions with the same checksums. */
export function duckdbPackages(): DuckdbPackages {
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')));
  const version = lock.packages[`node_modules/${binding}`]?.version;
  if (version === undefined) {
    throw new ConfigurationError(`package-lock.json does not have ${binding}: run npm install`);
  }

  const root = {
    name: 'duckdb-layer',
    version: '1.0.0',
    private: true,
    dependencies: { [binding]: version },
  };
  const wanted = /^node_modules\/(@duckdb\/node-bindings(-[^/]+)?|detect-libc)$/;
  const packages = Object.entries(lock.packages).filter(([path]) => wanted.test(path));
  return {
    version,
    packageJson: JSON.stringify(root),
    packageLock: JSON.stringify({
      name: root.name,
      version: root.version,
      lockfileVersion: lock.lockfileVersion,
      requires: true,
      packages: { '': root, ...Object.fromEntries(packages) },
    }),
  };
}

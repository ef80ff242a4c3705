import { z } from 'zod';
import { ConfigurationError } from '../core/errors';
import { type ExpectedDataset, expectedDatasetsSchema } from '../core/run/freshness/expected-dataset';
import type { Source } from '../core/source/source';
import { type SourceSettings, variable } from './environment';

const text = z.string().min(1);

const settingsSchema: z.ZodType<SourceSettings> = z.object({
  baseUrl: text,
  limits: z.object({
    requestsPerSecond: z.number().positive(),
    burst: z.number().min(0),
    lanes: z.int().min(1),
    inFlight: z.int().min(1),
  }),
});

/** Reads the named variables; every one that is missing is reported at once. */
export function readEnvironment<Name extends keyof typeof variable>(...names: Name[]): Record<Name, string> {
  const entries = names.map((name) => [name, process.env[variable[name]] ?? ''] as const);
  const missing = entries.filter(([, value]) => value === '').map(([name]) => variable[name]);
  if (missing.length > 0) {
    throw new ConfigurationError(
      `environment variables are missing: ${missing.join(', ')}; the stack sets them`,
    );
  }
  return Object.fromEntries(entries) as Record<Name, string>;
}

/** The source as it is in this environment: its file, with the base URL and the limits that were deployed. */
export function deployedSource(source: Source, settings: string): Source {
  return { ...source, ...settingsSchema.parse(JSON.parse(settings)) };
}

/** The datasets whose freshness reconcile states, as its bundle has them. */
export function expectedDatasets(): readonly ExpectedDataset[] {
  if (typeof BASELOAD_EXPECTED === 'undefined') {
    throw new ConfigurationError(
      'the bundle does not say which datasets are expected: deploy the stack, which defines it',
    );
  }
  return expectedDatasetsSchema.parse(BASELOAD_EXPECTED);
}

import type { z } from 'zod';
import { ConfigurationError } from '../../core/errors';

/**
 * Reads the resolved properties of a resource by a strict schema, so that a property which local mode would ignore is
 * refused instead: a ConfigurationError lists every problem as '<logical id>.<property>: what is wrong'.
 */
export function readProperties<Schema extends z.ZodType>(
  schema: Schema,
  properties: unknown,
  logicalId: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(properties);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${[logicalId, ...path].join('.')}: ${message}`,
  );
  throw new ConfigurationError(`Local mode cannot run this template. ${problems.join('; ')}`);
}

import type { z } from 'zod';
import { PermanentError } from '../errors';

/** Parses a JSON document of the lake; a PermanentError names the key when something else has written there. */
export function parseDocument<T>(schema: z.ZodType<T>, text: string, key: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new PermanentError(
      `${key} in the lake is not a document of this version: remove it, or use the version that wrote it`,
      { cause },
    );
  }
}

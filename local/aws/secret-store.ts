import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigurationError } from '../../core/errors';
import { undefinedWhenAbsent } from './object-file';

/** The secrets of the local AWS. */
export interface SecretStore {
  /** The value of a secret by its full name; undefined when there is none. */
  get(name: string): string | undefined;
  /** Replaces the value of a secret that is declared. */
  put(name: string, value: string): void;
}

/** By full name: what was written, and which declared value it replaced. */
const fileSchema = z.record(z.string(), z.object({ value: z.string(), replaces: z.string() }));

/**
 * Secrets as they are declared, and those that were written since: a refresh token that a source has replaced is lost for good
 * if nobody keeps it, and the one in a user's .env is used up by then. So they outlive the process, in `file`, which its owner
 * alone can read (mode 0600); without one they last as long as the process. A written value counts only while the declared
 * one is still what it replaced: whoever declares a new one means it.
 */
export function secretStore(declared: (name: string) => string | undefined, file?: string): SecretStore {
  const written = new Map(Object.entries(file === undefined ? {} : readWritten(file)));
  return {
    get(name) {
      const value = declared(name);
      const newer = written.get(name);
      return value !== undefined && newer?.replaces === digest(value) ? newer.value : value;
    },
    put(name, value) {
      written.set(name, { value, replaces: digest(declared(name) ?? '') });
      if (file === undefined) return;
      // In one step: half a file would lose every other secret.
      const next = `${file}.next`;
      writeFileSync(next, JSON.stringify(Object.fromEntries(written)), { mode: 0o600 });
      renameSync(next, file);
    },
  };
}

function readWritten(file: string): z.infer<typeof fileSchema> {
  let text: string | undefined;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    text = undefinedWhenAbsent(error);
  }
  if (text === undefined) return {};
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch {
    // Without the cause: it would quote the file.
    throw new ConfigurationError(
      `${file} does not hold the secrets that were written there: remove it, and set the credentials of its sources anew`,
    );
  }
}

/** A declared value is only compared, so it is not kept. */
function digest(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

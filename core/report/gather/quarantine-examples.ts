import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import type { Lake } from '../../run/ports';
import { shortened } from '../words';

/** A line of a quarantine object: see write-quarantine.ts. */
const lineSchema = z.object({
  slice: z.string(),
  page: z.int(),
  position: z.int(),
  column: z.string().nullable(),
  rule: z.string(),
  value: z.string().nullable(),
  reason: z.string(),
  record: z.unknown(),
});

/** A record that did not fit, as it stands in quarantine: what is masked there is masked here. */
export interface QuarantineExample extends Omit<z.infer<typeof lineSchema>, 'record'> {
  /** Its JSON text, shortened; absent where the line does not repeat it. */
  readonly record?: string | undefined;
}

/** Objects read. */
export const objectsRead = 5;
/** A larger object is not fetched for an example. */
const mostBytes = 16 * 1024 * 1024;
/** Read of each, after decompression. */
const mostText = 512 * 1024;
const examplesOfReason = 3;
const mostExamples = 12;
const longestRecord = 600;

/** A few records of each reason for which records did not fit, from some quarantine objects. An object that cannot be read gives none. */
export async function quarantineExamples(
  keys: readonly string[],
  lake: Pick<Lake, 'download' | 'head'>,
): Promise<QuarantineExample[]> {
  if (keys.length === 0) return [];
  const folder = await mkdtemp(join(tmpdir(), 'report-'));
  try {
    const examples: QuarantineExample[] = [];
    const shown = new Map<string, number>();
    for (const key of keys.slice(0, objectsRead)) {
      const file = join(folder, 'quarantine.jsonl.gz');
      const head = await lake.head(key);
      if (head === undefined || head.bytes > mostBytes || !(await lake.download(key, file))) continue;
      for await (const example of read(file)) {
        const reason = JSON.stringify([example.column, example.rule]);
        const known = shown.get(reason) ?? 0;
        if (known === examplesOfReason || examples.length === mostExamples) continue;
        shown.set(reason, known + 1);
        examples.push(example);
      }
    }
    return examples;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* read(file: string): AsyncGenerator<QuarantineExample> {
  for (const line of (await beginning(file)).split('\n')) {
    const example = parsed(line);
    if (example !== undefined) yield example;
  }
}

/** The text of a gzipped file up to a bound, or up to where it is damaged. */
async function beginning(file: string): Promise<string> {
  const gunzip = createGunzip();
  const bytes = createReadStream(file).on('error', (error) => gunzip.destroy(error));
  const pieces: Buffer[] = [];
  try {
    let length = 0;
    for await (const piece of bytes.pipe(gunzip)) {
      pieces.push(piece);
      length += piece.length;
      if (length >= mostText) break;
    }
  } catch {
    // Damaged: what came before that is shown, and the reasons stand in the manifest anyway.
  } finally {
    bytes.destroy();
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Undefined where the line is cut off. */
function parsed(line: string): QuarantineExample | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const checked = lineSchema.safeParse(value);
  if (!checked.success) return undefined;
  const { record, ...example } = checked.data;
  return { ...example, ...(record !== null && { record: shortened(recordText(line), longestRecord) }) };
}

const recordField = ',"record":';

/** The record's own text, since JSON.parse rounds some numbers. In a string, the field's name would have a backslash before its quotes. */
function recordText(line: string): string {
  const at = line.indexOf(recordField);
  return line.slice(at + recordField.length, line.lastIndexOf('}'));
}

import type { RecordOrigin, SourceRecord, Transform } from '../../source/source';
import { UnwritableError, writeRecord } from './write-json';

/** What became of one record. */
export type TransformOutcome =
  | {
      /** JSON texts; none where the transform dropped the record. */
      readonly records: readonly string[];
      /** Whether they came as an array. */
      readonly several: boolean;
    }
  | {
      /** One sentence. */
      readonly unfit: string;
    };

/** How one record is transformed. */
export interface TransformOptions {
  readonly transform: Transform;
  readonly origin: RecordOrigin;
  /** Keep to oneself what a thrown error says: it may quote a value that is masked. */
  readonly secretive: boolean;
}

/** Of an error's message, characters. */
const longestMessage = 200;

/** Calls the transform with one record; never throws, whatever the transform does. */
export function transformRecord(record: SourceRecord, options: TransformOptions): TransformOutcome {
  let answer: unknown;
  try {
    answer = options.transform(record, options.origin);
  } catch (error) {
    return { unfit: `transform threw ${options.secretive ? nameOf(error) : messageOf(error)}` };
  }
  if (answer === null || answer === undefined) return { records: [], several: false };
  try {
    if (!Array.isArray(answer)) return { records: [writeRecord(answer)], several: false };
    return { records: Array.from(answer, writeRecord), several: true };
  } catch (error) {
    // What a getter or a proxy throws is the transform's doing, too
    const reason = error instanceof UnwritableError ? error.message : 'what it returned cannot be read';
    return { unfit: `transform must return plain objects, and ${reason}` };
  }
}

function messageOf(error: unknown): string {
  try {
    const [line = ''] = String(error).split(/[\r\n]/);
    return line.length > longestMessage ? `${line.slice(0, longestMessage - 1)}…` : line;
  } catch {
    return 'something that is no text';
  }
}

function nameOf(error: unknown): string {
  const name = error instanceof Error && /^\w{1,50}$/.test(error.name) ? error.name : 'an error';
  return `${name}; what it says is not shown, as columns are masked`;
}

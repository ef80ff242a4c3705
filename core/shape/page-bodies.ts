import { open } from 'node:fs/promises';
import { endOfValue, skipWhiteSpace } from '../json/json-text';

/** No page is looked for beyond this many bytes: what has not ended by then is malformed, or nothing to hold in memory. */
const longestBody = 256 * 1024 * 1024;

/** One body of a file of page bodies. */
export interface PageBody {
  readonly bytes: Buffer;
  /** False where brackets or a string are still open at the end of the file: a body was cut off, here or before. */
  readonly ended: boolean;
}

/**
 * Yields the bodies of a file of page bodies one by one, with one body in memory; stops after a body that does not end.
 * For the error path: DuckDB reads the file itself otherwise.
 */
export async function* pageBodies(path: string): AsyncGenerator<PageBody> {
  const file = await open(path);
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (let more = true; more || skipWhiteSpace(rest, 0) < rest.length; ) {
      const start = skipWhiteSpace(rest, 0);
      const end = start < rest.length ? endOfValue(rest, start) : undefined;
      if (end !== undefined && (end < rest.length || !more)) {
        yield { bytes: rest.subarray(start, end), ended: true };
        rest = rest.subarray(end);
      } else if (more && rest.length < longestBody) {
        // Twice as much each time, so that a long body is not scanned over and over
        const chunk = Buffer.allocUnsafe(Math.max(1024 * 1024, rest.length));
        const { bytesRead } = await file.read(chunk, 0, chunk.length);
        more = bytesRead > 0;
        rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      } else {
        yield { bytes: rest.subarray(start), ended: false };
        return;
      }
    }
  } finally {
    await file.close();
  }
}

import type { Readable } from 'node:stream';

/**
 * Calls `onLine` with every line of a UTF-8 stream, without its line feed; a last line without one counts too.
 * Only '\n' ends a line: node:readline also splits at U+2028, which is legal inside JSON.
 */
export function splitLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}

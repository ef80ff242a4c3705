import { AwsError } from './http-answer';

/** S3's limit for a key. */
const maxKeyBytes = 1024;
/** What file systems allow in one name. */
const maxNameBytes = 255;
const unsafeCharacter = /[\p{Cc}\\]/u;

/**
 * Checks that a key can be the path of a file below its bucket's folder, and below it only. Throws KeyTooLongError or
 * InvalidArgument, 400: an object store takes such keys, a folder that people open does not.
 */
export function assertKeyIsPath(key: string): void {
  if (Buffer.byteLength(key) > maxKeyBytes) {
    throw new AwsError('KeyTooLongError', 400, `Your key is too long: more than ${maxKeyBytes} bytes.`);
  }
  const why = whyNoPath(key);
  if (why === undefined) return;
  throw new AwsError(
    'InvalidArgument',
    400,
    `The key ${JSON.stringify(key)} cannot be a file in the data directory: ${why}. Use another key.`,
  );
}

/** Whether a file with this name can be an object: one that no key can name is left out of listings. */
export function isObjectName(name: string): boolean {
  return whyNoPath(name) === undefined && !name.includes('\ufffd');
}

function whyNoPath(key: string): string | undefined {
  if (unsafeCharacter.test(key)) return 'it has a control character or a backslash';
  for (const name of key.split('/')) {
    if (name === '') return "it begins or ends with '/', or has two of them in a row";
    if (name === '.' || name === '..') return `it has the part '${name}'`;
    if (Buffer.byteLength(name) > maxNameBytes) return `a part of it is longer than ${maxNameBytes} bytes`;
  }
  return undefined;
}

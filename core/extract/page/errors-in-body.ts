import { skipWhiteSpace } from '../../json/json-text';
import { parsePath } from '../../source/path';
import { exactText, kindOf, partsOf } from './json-value';
import type { JsonPart } from './scan-json';

/**
 * The bytes of what stands at `path` of a body, if it tells of errors: anything but nothing, null, false, '', [] and {}.
 * Throws a MalformedJsonError.
 */
export function findErrors(body: Buffer, path: string): Buffer | undefined {
  const parsed = parsePath(path);
  const part = partsOf(body, [parsed])(parsed);
  return part === undefined || isNothing(part) ? undefined : part.bytes;
}

function isNothing({ bytes, elements }: JsonPart): boolean {
  switch (kindOf(bytes)) {
    case 'null':
      return true;
    case 'array':
      return elements?.count === 0;
    case 'object':
      return skipWhiteSpace(bytes, 1) === bytes.length - 1;
    case 'flag':
      return exactText(bytes) === 'false';
    case 'text':
      return exactText(bytes) === '';
    case 'number':
      return false;
  }
}

import { PathSyntaxError } from '../path';

/** What a text says; undefined where it is none, or cannot be read, which is reported as such. */
export function read<T>(text: unknown, parse: (text: string) => T): T | undefined {
  try {
    return typeof text === 'string' ? parse(text) : undefined;
  } catch (error) {
    if (error instanceof PathSyntaxError) return undefined;
    throw error;
  }
}

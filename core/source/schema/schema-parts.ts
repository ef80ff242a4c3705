import { z } from 'zod';
import { oneOf } from '../describe';
import { PathSyntaxError, parseElementPath, parsePath } from '../path';

/*
 * A message of this schema is never a sentence: it is what is allowed at that place, for the table of problems.
 * Where an option is unknown, it is the list of the known ones.
 */

/** A value that one function accepts; gives one problem, saying what is allowed. */
export function leaf<T>(
  accepts: (value: unknown) => boolean,
  allowed: string | ((value: unknown) => string),
) {
  return z.custom<T>(accepts, {
    error: typeof allowed === 'string' ? allowed : (issue) => allowed(issue.input),
  });
}

/** A text that matches a pattern. */
export function matching(pattern: RegExp, allowed: string) {
  return leaf<string>((value) => typeof value === 'string' && pattern.test(value), allowed);
}

/** A whole number; both bounds are allowed. */
export function wholeNumber(least: number, most: number) {
  const range =
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${least}`
      : `a whole number from ${least} to ${most}`;
  return leaf<number>(
    (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most,
    range,
  );
}

/** A finite number that a function accepts. */
export function numberWhere(accepts: (value: number) => boolean, allowed: string) {
  return leaf<number>(
    (value) => typeof value === 'number' && Number.isFinite(value) && accepts(value),
    allowed,
  );
}

/** One of several texts. */
export function choice<const T extends string>(names: readonly T[]) {
  return leaf<T>((value) => names.some((name) => name === value), oneOf(names));
}

/** An object with these options and no others; what `moved` names is known too, but has been put elsewhere where it was right. */
export function options<S extends z.core.$ZodLooseShape>(shape: S, moved: readonly string[] = []) {
  const known = [...Object.keys(shape), ...moved].join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known : `an object with ${known}`),
  });
}

/** For z.discriminatedUnion: what is allowed where one of several variants is expected, told apart by `type`, or by another option. */
export function variants(names: readonly string[], discriminator = 'type') {
  return {
    error: (issue: { readonly code?: string | undefined }) =>
      issue.code === 'invalid_union' ? oneOf(names) : `an object whose ${discriminator} is ${oneOf(names)}`,
  };
}

/** Judges a value by the schema that is chosen for it: what zod's own unions cannot do without losing the problems' places. */
export function chosen<T>(choose: (value: unknown) => z.ZodType<T>) {
  return z.transform((value: unknown, context): T => {
    const parsed = choose(value).safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      const { path, message } = issue;
      // The two that checkSource reads more of than their message.
      if (issue.code === 'unrecognized_keys')
        context.issues.push({ code: issue.code, keys: issue.keys, path, message, input: undefined });
      else if (issue.code === 'invalid_union')
        context.issues.push({ code: issue.code, errors: issue.errors, path, message, input: value });
      else context.issues.push({ code: 'custom', path, message, input: value });
    }
    return z.NEVER;
  });
}

/** Any text, also an empty one. */
export const anyText = leaf<string>((value) => typeof value === 'string', 'a text');
/** True or false. */
export const anyBoolean = leaf<boolean>((value) => typeof value === 'boolean', 'true or false');

/** A text that parsePath reads; says at which character it does not. */
export function path(allowed: string, mayBeEmpty: boolean) {
  return pathLeaf(allowed, (text) => {
    parsePath(text);
    return mayBeEmpty || text !== '';
  });
}

/** A text that parsePath or, with `[]` in it, parseElementPath reads; says at which character it does not. */
export function elementPath(allowed: string) {
  return pathLeaf(allowed, (text) => {
    parseElementPath(text);
    return true;
  });
}

function pathLeaf(allowed: string, accepts: (text: string) => boolean) {
  const judge = (value: unknown): PathSyntaxError | boolean => {
    try {
      return typeof value === 'string' && accepts(value);
    } catch (error) {
      if (error instanceof PathSyntaxError) return error;
      throw error;
    }
  };
  return leaf<string>(
    (value) => judge(value) === true,
    (value) => {
      const error = judge(value);
      return error instanceof PathSyntaxError
        ? `${allowed} (character ${error.character}: ${error.expected})`
        : allowed;
    },
  );
}

import type { Path } from '../source/path';
import { isList, type Json, valueAt } from './json-tree';

/** A page that a source gave. */
export interface Look {
  /** What was asked for, without a credential. */
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** A request that would tell more. */
export interface Question {
  readonly url: URL;
}

/** What became of a question: a page, an answer that is none, or nothing, since enough has been asked. */
export type Reply =
  | { readonly type: 'look'; readonly look: Look }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'unasked' };

/** Reasoning that asks for pages as it goes, and leaves the asking to others. */
export type Inquiry<T> = Generator<Question, T, Reply>;

/** Something that was learned; what is not sure is marked in the file, too. */
export interface Finding {
  readonly subject: 'records' | 'pages' | 'page size' | 'total' | 'key' | 'columns' | 'limits';
  readonly sure: boolean;
  /** Says how it is known, or what to check; without a full stop. */
  readonly text: string;
}

/** The records of a page; undefined where there is no list of them. */
export function recordsOf(look: Look, path: Path): readonly Json[] | undefined {
  const records = valueAt(look.body, path);
  return isList(records) ? records : undefined;
}

/** Asks for a page. */
export function* ask(url: URL): Inquiry<Reply> {
  return yield { url };
}

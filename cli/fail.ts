import { CommanderError } from 'commander';
import { BaseloadError } from '../core/errors';
import { TokenRefusedError } from '../core/extract/auth/read-grant';
import * as guardErrors from '../core/extract/guard-errors';
import { RawPagesError } from '../core/run/range/write-raw';
import { inAwsWords } from './environment/aws-failure';
import { dataFolder } from './project';

/** Errors that are a sentence for people, by name: one that a function threw reaches us by its name only. */
const knownErrors: ReadonlySet<string> = new Set([
  ...['TransientError', 'ThrottledError', 'PermanentError', 'ConfigurationError'],
  ...Object.keys(guardErrors),
  TokenRefusedError.name,
  RawPagesError.name,
]);

/** A command that did its work and found that something is wrong: exit code 1, and the sentences to say. */
export class Finding extends Error {}

/** Someone pressed Ctrl-C; the message says how to go on. */
export class Stopped extends Error {}

/** 1: it ran and found something. 2: wrong use or configuration. 130: stopped by Ctrl-C. */
export function exitCodeOf(thrown: unknown): number {
  const error = inAwsWords(thrown);
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Stopped) return 130;
  // An error that a function threw reaches us by its name only.
  if (error instanceof Error && /(Configuration|Definition)Error$/.test(error.name)) return 2;
  return 1;
}

/** What to print: the sentence alone for known errors, and where to look for the others. */
export function sentenceOf(thrown: unknown): string {
  const error = inAwsWords(thrown);
  if (error instanceof Error && /\bENOSPC\b/.test(error.message)) {
    return `No space is left on the disk that holds ${dataFolder}: free some, then run this again.`;
  }
  if (error instanceof BaseloadError || error instanceof Finding || error instanceof Stopped)
    return withOption(error.message);
  if (!(error instanceof Error)) return `Unexpected: ${String(error)}`;
  if (knownErrors.has(error.name)) return withOption(error.message);
  return process.env.DEBUG
    ? (error.stack ?? error.message)
    : `Unexpected ${error.name}: ${error.message} (DEBUG=1 shows where)`;
}

/** The functions say that a run must be started over; here that is an option. */
function withOption(sentence: string): string {
  return sentence.replace(/\bstart the run over(?! with)/g, 'start the run over with --restart');
}

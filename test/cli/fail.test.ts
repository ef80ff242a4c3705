import { exitCodeOf, Finding, sentenceOf } from '../../cli/fail';
import { ConfigurationError } from '../../core/errors';
import * as guardErrors from '../../core/extract/guard-errors';

/** An error as it comes from a function: its name and its message. */
function thrown(name: string): Error {
  const error = new Error('one sentence');
  error.name = name;
  return error;
}

test.each([
  'TransientError',
  'PermanentError',
  'ConfigurationError',
  'TokenRefusedError',
  'RawPagesError',
  ...Object.keys(guardErrors),
])('of a %s that a function threw, only its sentence is said', (name) => {
  expect(sentenceOf(thrown(name))).toBe('one sentence');
});

test('any other error is said to be unexpected', () => {
  expect(sentenceOf(thrown('RangeError'))).toBe('Unexpected RangeError: one sentence (DEBUG=1 shows where)');
});

test('a setting is to blame for a ConfigurationError, and the world for the others', () => {
  expect(exitCodeOf(thrown('ConfigurationError'))).toBe(2);
  expect(exitCodeOf(thrown('ResultWindowError'))).toBe(1);
});

test('a run is started over by an option', () => {
  const changed = 'it was changed: undo the change to continue it, or start the run over';
  for (const Failure of [ConfigurationError, Finding])
    expect(sentenceOf(new Failure(changed))).toBe(`${changed} with --restart`);
  expect(sentenceOf(new Finding(`${changed} with --restart`))).toBe(`${changed} with --restart`);
});

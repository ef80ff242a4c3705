import {
  regularExpressionProblem,
  replacementProblem,
} from '../../../../core/source/check/regular-expression';

test.each([
  '[A-Z]{2}',
  '(?i)abc',
  '(?i:a)b',
  '(?U)a+',
  '(?P<year>\\d{4})',
  '[[:alpha:]]+',
  '[[:^alpha:](]',
  '[]a]',
  '[^](]',
  '\\Q(\\E',
  '\\pL+\\z',
  'a|',
])('takes %s', (pattern) => {
  expect(regularExpressionProblem(pattern)).toBeUndefined();
});

test.each([
  ['', 'it is empty'],
  ['(', 'unterminated group'],
  ['a)', "unmatched ')'"],
  ['[a', 'unterminated character class'],
  ['*', 'nothing to repeat'],
  ['a{2,1}', 'numbers out of order in {} quantifier'],
  ['\\', '\\ at end of pattern'],
])('refuses %j: %s', (pattern, problem) => {
  expect(regularExpressionProblem(pattern)).toBe(problem);
});

test('knows the groups that a replacement may name', () => {
  const problem = (pattern: string, text: string) => replacementProblem({ pattern, with: text });
  expect(problem('(a)(b)', '\\2\\1\\0 \\\\')).toBeUndefined();
  expect(problem('a', '$1 stays as it is')).toBeUndefined();
  expect(problem('(a)', '\\2')).toBe('groups up to \\1, for the pattern has no more');
  expect(problem('(?:a)', '\\1')).toBe('groups up to \\0, for the pattern has no more');
  expect(problem('(a)', '\\n')).toContain('\\\\ for a backslash');
  expect(problem('(a)', 'a\\')).toContain('\\\\ for a backslash');
  expect(replacementProblem({ pattern: 'a' })).toBeUndefined();
});

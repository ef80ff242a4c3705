import { errorLines, errorsIn } from '../../../lib/monitoring/alarms/first-commands';

/** Reads the part of CloudWatch's JSON patterns that is used: `{ $.a.b = %regex% || … }`. */
function matcher(pattern: string): (line: string) => boolean {
  const [, inner = ''] = /^\{ (.+) \}$/.exec(pattern) ?? [];
  const conditions = inner.split(' || ').map((one) => {
    const [, path = '', regex] = /^\$\.([\w.]+) = %(.+)%$/.exec(one) ?? [];
    if (regex === undefined) throw new Error(`cannot read ${one}`);
    return { path: path.split('.'), regex: new RegExp(regex) };
  });
  return (line) =>
    conditions.some(({ path, regex }) => {
      const value: unknown = path.reduce((at: unknown, name) => Object(at)[name], JSON.parse(line));
      return typeof value === 'string' && regex.test(value);
    });
}

const matches = matcher(errorLines);
const report = (record: object) =>
  JSON.stringify({
    time: '2026-11-23T09:48:18.418Z',
    type: 'platform.report',
    record: { requestId: 'a', ...record },
  });

test.each([
  ['an error that the code logs', '{"level":"ERROR","message":"GET /orders answered 401","service":"shop"}'],
  ['a timeout', report({ status: 'timeout' })],
  ['no memory left', report({ status: 'error', errorType: 'Runtime.OutOfMemory' })],
  ['a process that ends', report({ status: 'error', errorType: 'Runtime.ExitError' })],
  ['a handler that throws', report({ status: 'failure', errorType: 'Error' })],
])('shows %s', (_, line) => {
  expect(matches(line)).toBe(true);
});

test.each([
  ['an invocation that went well', report({ status: 'success' })],
  ['what the code says besides', '{"level":"INFO","message":"0 errors, no timeout","status":"error"}'],
])('does not show %s', (_, line) => {
  expect(matches(line)).toBe(false);
});

test('holds nothing that a shell would read inside its quotes', () => {
  expect(errorLines).not.toMatch(/['"`\\!]/);
  expect(errorsIn('baseload-prod-reconcile')).toBe(
    `aws logs tail /aws/lambda/baseload-prod-reconcile --since 1h --filter-pattern '${errorLines}'`,
  );
});

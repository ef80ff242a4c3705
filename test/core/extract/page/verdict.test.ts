import fc from 'fast-check';
import { judge } from '../../../../core/extract/page/verdict';

const now = Date.parse('2026-01-31T03:00:00Z');
const answer = (status: number, headers: Record<string, string> = {}, body = '{}') => ({
  status,
  headers,
  body: Buffer.from(body),
});
const rules = { statuses: {} };

it('has a verdict for every status, and calls none but 2xx a page', () => {
  for (let status = 200; status < 600; status += 1) {
    const { type } = judge(answer(status), now, rules);
    if (status === 204) expect(type).toBe('empty');
    else expect(type === 'page').toBe(status < 300);
  }
});

it('lets the dataset’s word on a status win, whatever it is and whatever comes with it', () => {
  const status = fc.integer({ min: 200, max: 599 });
  const body = fc.constantFrom('{}', '', '<html>', '{"errors": [1]}');
  fc.assert(
    fc.property(status, body, (code, text) => {
      const judged = (meaning: 'empty' | 'retry' | 'throttled' | 'fail', headers = {}) =>
        judge(answer(code, headers, text), now, {
          statuses: { [code]: meaning },
          errors: { path: 'errors' },
        });
      expect(judged('empty')).toEqual({ type: 'empty' });
      expect(judged('fail').type).toBe('permanent');
      expect(judged('retry')).toEqual({
        type: 'transient',
        reason: `answered ${code}`,
        waitSeconds: undefined,
      });
      expect(judged('throttled')).toEqual({ type: 'throttled', waitSeconds: undefined });
      // As 503 and 429 with the header would be.
      for (const meaning of ['retry', 'throttled'] as const)
        expect(judged(meaning, { 'retry-after': '7' })).toEqual({ type: 'throttled', waitSeconds: 7 });
    }),
  );
});

it('takes no status for one that every object has a word on', () => {
  expect(judge(answer(200), now, { statuses: Object.create({ 200: 'fail' }) }).type).toBe('page');
});

it.each([
  ['{"e": {"list": [{"code": "SLOW"}]}}', 'throttled'],
  ['{"e": {"list": [{"code": "BAD"}]}}', 'permanent'],
  ['{"e": {"list": [ ]}}', 'page'],
  ['{"e": {"list": { \n}}}', 'page'],
  ['{"e": {"list": {"a": 1}}}', 'permanent'],
  ['{"e": 5}', 'page'],
  ['[]', 'page'],
  ['{"e": {"list": nul}}', 'page'],
  ['{"e": {"list": tru}}', 'transient'],
])('of the body %s is %s', (body, type) => {
  const errors = { path: 'e.list', throttled: 'SLOW' };
  expect(judge(answer(200, {}, body), now, { statuses: {}, errors }).type).toBe(type);
});

import { rangesOption } from '../../../cli/status/what-to-do';

const groupOf = (...indexes: number[]) => {
  const names = indexes.map((index) => `all-${String(index).padStart(8, '0')}`);
  return { names, ranges: names.length, example: { range: names.at(-1) ?? '', reason: '', at: '' } };
};

describe('the ranges that give-up is suggested for', () => {
  it('are those that failed, by name', () => {
    expect(rangesOption([groupOf(6, 12), groupOf(3)])).toBe('all-00000006,all-00000012,all-00000003');
  });

  it('are one for each reason where they are many, never all unseen', () => {
    expect(rangesOption([groupOf(1, 2, 3, 4, 5), groupOf(9)])).toBe('all-00000005,all-00000009');
  });
});

import { tableLines } from '../../cli/table';

describe('a printed table', () => {
  it('shows white space as it is, and what would break its lines as a sign', () => {
    const rows = [
      [' padded  text ', 'two\nlines'],
      ['tab\there', 'return\r\nbell\u0007'],
    ];
    expect(tableLines([{ name: 'a' }, { name: 'b' }], rows)).toEqual([
      'a               b',
      '──────────────  ────────────',
      ' padded  text   two↵lines',
      'tab⇥here        return↵bell�',
    ]);
  });

  it('cuts long cells, and aligns numbers to the right', () => {
    const [, , row = ''] = tableLines(
      [{ name: 'text' }, { name: 'n', align: 'right' }],
      [['x'.repeat(100), '7']],
    );
    expect(row).toBe(`${'x'.repeat(59)}…  7`);
  });
});

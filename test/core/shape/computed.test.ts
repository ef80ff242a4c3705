import { column, dataset, ShapingBench } from './shaping';

describe('computed columns', () => {
  const bench = new ShapingBench();
  afterAll(() => bench.close());
  const page = (...records: object[]) => [JSON.stringify({ data: records })];

  it('that need every digit take no more of a double than it is sure of', async () => {
    const money = { type: 'decimal', precision: 20, scale: 2 } as const;
    const of = dataset({
      big: column('bigint'),
      divided: column(money, undefined, { derived: 'big / 10' }),
      multiplied: column(money, undefined, { derived: 'big * 0.1' }),
      own: column(money, 'cents', { sql: 'value::bigint / 100' }),
      text: column({ type: 'varchar' }, undefined, { derived: 'big / 10' }),
    });
    const { rows, unfit } = await bench.shape(
      of,
      page(
        { big: 125, cents: '250' },
        { big: '9007199254741993', cents: '1' },
        { big: 7, cents: '123456789012345678' },
      ),
    );
    expect(rows).toEqual([{ big: '125', divided: '12.50', multiplied: '12.50', own: '2.50', text: '12.5' }]);
    expect(unfit.map(({ column, rule, reason }) => [column, rule, reason])).toEqual([
      [
        'divided',
        'derived',
        expect.stringMatching(/^'900719925474199\.\d+' is a double of more than 15 digits/),
      ],
      ['own', 'sql', expect.stringMatching(/^'1234567890123456\.\d+' is a double of more than 15 digits/)],
    ]);
  });

  it('never show what a mask hides', async () => {
    const of = dataset({
      Email: column({ type: 'varchar' }, 'email', { mask: 'drop' }),
      domain: column({ type: 'integer' }, undefined, { derived: "split_part(EMAIL, '@', 2)" }),
      other: column({ type: 'integer' }, undefined, { derived: 'plain' }),
      plain: column({ type: 'varchar' }),
    });
    const { unfit } = await bench.shape(
      of,
      page({ email: 'x1@y.de', plain: '1' }, { email: null, plain: 'open' }),
    );
    expect(unfit.map(({ column, reason, line }) => [column, reason, line.includes('y.de')])).toEqual([
      ['domain', 'the value is not an integer', false],
      ['other', "'open' is not an integer", false],
    ]);
  });
});

import { type LookProgress, type Progress, ProgressDisplay, progressLine } from '../../../cli/load/progress';

function progress(changes: Partial<Progress> = {}): Progress {
  return {
    pages: 250,
    pagesPlanned: 1000,
    records: 25_000,
    continued: false,
    rangesOpen: 12,
    rangesFailed: 0,
    requestsPerSecond: 49.96,
    pagesPerSecond: undefined,
    throttled: 0,
    retries: 0,
    parked: 0,
    secondsLeft: 75,
    ...changes,
  };
}

describe('progressLine', () => {
  it('shows a share and the time left where the end is known', () => {
    expect(progressLine(progress())).toBe(
      '███████░░░░░░░░░░░░░░░░░░░░░  25 %  250/1,000 pages  25,000 records  50.0 requests/s  0 throttled  1 min 15 s left',
    );
  });

  it('shows neither where it is not, but what there is and what is open', () => {
    expect(progressLine(progress({ pagesPlanned: undefined, secondsLeft: undefined }))).toBe(
      '250 pages  25,000 records  12 ranges open  50.0 requests/s  0 throttled',
    );
  });

  it('says so when the records are those since the load was continued', () => {
    const line = progressLine(
      progress({ pagesPlanned: undefined, continued: true, rangesOpen: 1, retries: 3 }),
    );
    expect(line).toBe(
      '250 pages  25,000 more records  1 range open  50.0 requests/s  0 throttled  3 retries',
    );
  });

  it('does not guess the time left before there is something to judge by', () => {
    expect(progressLine(progress({ pages: 0, secondsLeft: undefined }))).toContain('  0 %  0/1,000 pages');
    expect(progressLine(progress({ secondsLeft: undefined }))).toMatch(/estimating$/);
  });
});

describe('while ranges are missing', () => {
  it('the bar is never full, and what failed is named', () => {
    const line = progressLine(progress({ pages: 1000, rangesOpen: 2, rangesFailed: 2, secondsLeft: 0.2 }));
    expect(line).toContain('░  99 %  1,000/1,000 pages');
    expect(line).toContain('  2 ranges failed  ');
    expect(progressLine(progress({ pages: 1000, rangesOpen: 0 }))).toContain('█ 100 %');
  });

  it('no time is guessed where only what failed is left', () => {
    expect(progressLine(progress({ rangesOpen: 2, rangesFailed: 2 }))).toMatch(/trying again what failed$/);
    expect(progressLine(progress({ rangesOpen: 3, rangesFailed: 2 }))).toMatch(/1 min 15 s left$/);
  });
});

it('says nothing of records that no worker has told of yet', () => {
  expect(progressLine(progress({ pages: 12, pagesPlanned: 12, records: 0, rangesOpen: 0 }))).not.toContain(
    'record',
  );
  expect(progressLine(progress({ pages: 1, records: 1, retries: 1 }))).toMatch(
    / {2}1 record {2}.* {2}1 retry {2}/,
  );
});

describe('a look at the source after the last page', () => {
  const look = (changes: Partial<LookProgress>) =>
    progressLine(progress({ look: { look: 1, kind: 'edges', done: 12, of: 14, ...changes } }));

  it('shows how many edges have been read again, and the requests that takes', () => {
    expect(look({})).toBe('looking again: 12 of 14 edges  50.0 requests/s  0 throttled');
  });

  it('shows what is fetched once more, and which look it is', () => {
    expect(look({ look: 2, kind: 'moved', done: 0, of: 1 })).toBe(
      'looking again, look 2: 0 of 1 range that moved  50.0 requests/s  0 throttled',
    );
  });
});

describe('a replay', () => {
  const replay = (changes: Partial<Progress>) =>
    progressLine(progress({ requestsPerSecond: 0, pagesPerSecond: 192.31, ...changes }));

  it('shows how fast pages come from raw, and no requests', () => {
    expect(replay({})).toBe(
      '███████░░░░░░░░░░░░░░░░░░░░░  25 %  250/1,000 pages  25,000 records  192.3 pages/s from raw  1 min 15 s left',
    );
    expect(replay({ pagesPlanned: undefined, secondsLeft: undefined })).toBe(
      '250 pages  25,000 records  12 ranges open  192.3 pages/s from raw',
    );
  });

  it('shows no rate before there is a page', () => {
    expect(replay({ pages: 0, records: 0, pagesPerSecond: 0, secondsLeft: undefined })).toMatch(
      / {2}0\/1,000 pages {2}0 records {2}from raw {2}estimating$/,
    );
  });
});

describe('a source that asks to wait', () => {
  it('is said to, rather than guessing a time that cannot be right', () => {
    const line = progressLine(progress({ requestsPerSecond: 0, throttled: 4, parked: 1 }));
    expect(line).toMatch(
      /0\.0 requests\/s {2}4 throttled {2}1 range parked {2}waiting, as the source asked$/,
    );
    expect(progressLine(progress({ requestsPerSecond: 0 }))).toMatch(/left$/);
  });
});

describe('ProgressDisplay', () => {
  it('redraws one line on a terminal, no wider than it', () => {
    const written: string[] = [];
    const screen = { isTTY: true, columns: 40, write: (text: string) => written.push(text) > 0 };
    const display = new ProgressDisplay(screen);
    display.update(progress({ pagesPlanned: undefined }));
    display.say('done');
    expect(written).toEqual(['\r\u001b[2K  250 pages  25,000 records  12 ranges ', '\r\u001b[2K', 'done\n']);
  });

  it('takes a terminal that says it has no columns for a usual one', () => {
    const written: string[] = [];
    const screen = { isTTY: true, columns: 0, write: (text: string) => written.push(text) > 0 };
    new ProgressDisplay(screen).update(progress({ pagesPlanned: undefined }));
    expect(written[0]).toContain('250 pages  25,000 records  12 ranges ');
  });
});

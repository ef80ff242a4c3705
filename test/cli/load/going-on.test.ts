import { goingOn } from '../../../cli/load/going-on';
import { aGrid, aPlan } from '../../core/run/run-fixture';

const replayed = '2026-01-30t03-00-00-000z';
const replay = aPlan({ replayOf: { runId: replayed, extension: 'parquet' } });
const said = (plan = aPlan(), args = ['run', 'cities'], areRawPages = false) =>
  goingOn({ plan, areRawPages }, args);

test.each([[['run', 'cities']], [['run', 'cities', '--restart']]])(
  'a load goes on when its cause is mended, and starts over by another definition: %j',
  (args) => {
    expect(said(aPlan(), args)).toBe(
      'Mend the cause, then npx baseload run cities loads what is missing; where the definition must change for that, npx baseload run cities --restart starts the run over.',
    );
  },
);

test.each([
  [['replay', 'cities', '--run', replayed]],
  [['replay', 'cities', '--run', replayed, '--restart']],
])('a replay goes on, starts over, or makes way for a load: %j', (args) => {
  expect(said(replay, args)).toBe(
    `Mend the cause, then npx baseload replay cities --run ${replayed} shapes what is missing; where the definition must change for that, npx baseload replay geonames/cities --run ${replayed} --restart starts the replay over; where the pages themselves are at fault, npx baseload run geonames/cities --restart gives it up and loads from the source.`,
  );
});

test('a replay that was continued as a run is started over as a replay', () => {
  expect(said(replay)).toMatch(
    /then npx baseload run cities shapes .* npx baseload replay geonames\/cities --run \S+ --restart starts the replay over/,
  );
});

test('a replay of raw pages that are not what they were cannot go on', () => {
  expect(said(replay, ['replay', 'cities', '--run', replayed], true)).toBe(
    'A replay cannot mend that: npx baseload run geonames/cities --restart gives it up and loads from the source.',
  );
  const trial = { ...replay, subset: true, sequences: [aGrid({ pages: 3 })] };
  expect(said(trial, ['replay', 'cities', '--run', replayed], true)).toContain(
    'npx baseload run geonames/cities --pages 3 --restart gives it up',
  );
});

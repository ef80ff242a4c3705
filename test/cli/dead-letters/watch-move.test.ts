import type { MoveTask } from '../../../aws/dead-letters';
import { watchMove } from '../../../cli/dead-letters/watch-move';

const aTask = (changes: Partial<MoveTask>): MoveTask => ({
  handle: 'h',
  status: 'RUNNING',
  moved: 0,
  toMove: 10,
  rate: undefined,
  startedAt: 5,
  failure: undefined,
  ...changes,
});
const ended = (changes: Partial<MoveTask>) => aTask({ handle: undefined, status: 'COMPLETED', ...changes });

/** Watches a move that shows these states one after the other, and the last of them for ever once it is cancelled. */
async function watch(states: MoveTask[], signal = new AbortController().signal) {
  const shown: (number | undefined)[][] = [];
  const cancelled: string[] = [];
  const older = ended({ startedAt: 1, moved: 99 });
  const task = await watchMove(
    {
      moves: async () => {
        const [state] = states.length > 1 ? states.splice(0, 1) : states;
        return [state ?? aTask({}), older];
      },
      cancelMove: async (handle) => {
        cancelled.push(handle);
        states.splice(0, states.length, ended({ status: 'CANCELLED', moved: 4 }));
        return 4;
      },
    },
    'h',
    { display: { update: (...numbers) => shown.push(numbers) }, signal },
  );
  return { task, shown, cancelled };
}

test('a move is watched to its end', async () => {
  const { task, shown, cancelled } = await watch([aTask({ moved: 3 }), ended({ moved: 10 })]);
  expect(task).toMatchObject({ status: 'COMPLETED', moved: 10 });
  expect(shown).toEqual([
    [3, 10],
    [10, 10],
  ]);
  expect(cancelled).toEqual([]);
});

test('one that ended before anybody looked is the newest', async () => {
  expect((await watch([ended({ moved: 10 })])).task.moved).toBe(10);
});

test('Ctrl-C cancels it', async () => {
  const stop = new AbortController();
  stop.abort();
  const { task, cancelled } = await watch([aTask({ moved: 4 })], stop.signal);
  expect(cancelled).toEqual(['h']);
  expect(task).toMatchObject({ status: 'CANCELLED', moved: 4 });
});

test('a move that goes round in circles is cancelled', async () => {
  const { cancelled } = await watch([aTask({ moved: 10 }), aTask({ moved: 11 })]);
  expect(cancelled).toEqual(['h']);
});

test('a move that failed is told as it is', async () => {
  const failed = ended({ status: 'FAILED', failure: 'AWS.SimpleQueueService.NonExistentQueue' });
  expect((await watch([failed])).task).toEqual(failed);
});

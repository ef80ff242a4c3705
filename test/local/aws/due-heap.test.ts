import fc from 'fast-check';
import { type Due, DueHeap } from '../../../local/aws/due-heap';
import { Fifo } from '../../../local/aws/fifo';

test('items come out of the heap in order, whatever is added and removed', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ dueAt: fc.nat(20), remove: fc.boolean() })), (steps) => {
      const heap = new DueHeap<Due>();
      const expected: Due[] = [];
      for (const { dueAt, remove } of steps) {
        const item = { dueAt, heapIndex: -1 };
        heap.add(item);
        expected.push(item);
        const victim = expected[dueAt];
        if (remove && victim) {
          heap.remove(victim);
          expected.splice(dueAt, 1);
        }
      }
      expect(heap.size).toBe(expected.length);
      const times = expected.map((item) => item.dueAt).sort((a, b) => a - b);
      expect(heap.nextDueAt).toBe(times[0]);
      expect(heap.takeDue(-1)).toBeUndefined();
      const taken: number[] = [];
      for (let item = heap.takeDue(20); item; item = heap.takeDue(20)) taken.push(item.dueAt);
      expect(taken).toEqual(times);
    }),
  );
});

test('items come out of the queue as they went in', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean()), (steps) => {
      const fifo = new Fifo<{ number: number }>();
      let [added, taken] = [0, 0];
      for (const add of steps) {
        if (add) fifo.push({ number: added++ });
        else {
          const next = taken < added ? { number: taken } : undefined;
          expect(fifo.peek()).toEqual(next);
          expect(fifo.shift()).toEqual(next);
          if (next) taken += 1;
        }
      }
    }),
  );
});

import { readPointer } from '../../core/run/publish/pointer';
import { observe } from './observe';
import type { QuayStack } from './quay-stack';
import { openQuietQuay, type QuietQuay, quayAlarms } from './quiet-quay';

const ships = { source: 'quay', dataset: 'ships' };
/** Minutes: as long as a page waits for what may explain it. */
const afterwards = 30;

let stack: QuayStack;
let quiet: QuietQuay['quiet'];
beforeAll(async () => {
  ({ stack, quiet } = await openQuietQuay());
}, 60_000);
afterAll(() => stack?.close());

test.each([
  ['holds nothing any more', 0],
  ['holds less than half of what it held', 39],
])(
  'somebody is told once of a source that %s, and readers keep what they have',
  async (_, records) => {
    const before = await readPointer(stack.lake, ships);
    expect(before).toMatchObject({ records: 80 });
    stack.api.misbehave(() => ({ records }));
    const { told, sum } = await observe({ tape: stack.tape, alarms: quayAlarms, before: quiet }, async () => {
      await stack.load('ships', 'refused');
      await stack.minutes(afterwards);
    });
    stack.api.behave();
    expect(await readPointer(stack.lake, ships)).toEqual(before);
    expect(sum('RunIncomplete')).toBe(1);
    expect(told).toEqual({ raised: ['quay-ships-incomplete'], pages: ['quay ALARM'] });
  },
  60_000,
);

import { readPointer } from '../../core/run/publish/pointer';
import { alarmsIn } from '../support/alarms/alarm-definitions';
import type { MetricSample } from '../support/alarms/metric-samples';
import { synthesizeMonitoring } from '../support/alarms/synthesize-monitoring';
import { later, observe } from './observe';
import { openQuayStack, type QuayStack } from './quay-stack';
import quay from './sources/quay';

const ships = { source: 'quay', dataset: 'ships' };
/** Minutes in which an alarm that tells how a run has ended stays, so that it can be seen. */
const afterwards = 30;
const alarms = alarmsIn(
  synthesizeMonitoring('local', [quay], { changes: { alarmsEnabled: true, schedulesEnabled: true } }),
);

let stack: QuayStack;
/** What CloudWatch has of forty minutes in which nothing is loaded; they end at time 0. */
let quiet: MetricSample[];
beforeAll(async () => {
  stack = await openQuayStack();
  for (const { name } of quay.datasets) await stack.load(name, 'published');
  stack.tape.take();
  await stack.minutes(40);
  quiet = later(stack.tape.take(), -stack.tape.minute);
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
    const { told, sum } = await observe({ tape: stack.tape, alarms, before: quiet }, async () => {
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

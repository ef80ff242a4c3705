import { planKey, pointerKey } from '../../core/run/keys';
import { alarmsIn } from '../support/alarms/alarm-definitions';
import { alarmHistory } from '../support/alarms/alarm-history';
import { type MetricSample, Samples } from '../support/alarms/metric-samples';
import { synthesizeMonitoring } from '../support/alarms/synthesize-monitoring';
import { openQuayStack, type QuayStack } from './quay-stack';
import quay from './sources/quay';

const minute = 60_000;
/** The stack is that of 'local', with the alarms that an environment has in which datasets load by themselves. */
const alarms = alarmsIn(
  synthesizeMonitoring('local', [quay], { changes: { alarmsEnabled: true, schedulesEnabled: true } }),
);

let stack: QuayStack;
/** What CloudWatch has of forty minutes in which nothing is loaded; the last of them is minute 0. */
let quiet: MetricSample[];

beforeAll(async () => {
  stack = await openQuayStack();
  for (const { name } of quay.datasets) await stack.load(name, 'published');
  stack.tape.take();
  await stack.minutes(40);
  const end = stack.tape.minute * minute;
  quiet = stack.tape.take().map((sample) => ({ ...sample, at: sample.at - end }));
}, 60_000);
afterAll(() => stack?.close());
afterEach(() => {
  stack.api.behave();
  stack.api.answersEachMinute = Number.POSITIVE_INFINITY;
  stack.api.pages = 32;
});

interface Told {
  /** Alarms raised at any time, without those that gather others. */
  readonly raised: readonly string[];
  readonly pages: readonly string[];
}

/** What the alarms make of what really happens, after forty quiet minutes. */
async function told(happens: () => Promise<unknown>): Promise<Told> {
  const from = stack.tape.minute * minute;
  stack.tape.take();
  await happens();
  const before = quiet.map((sample) => ({ ...sample, at: sample.at + from }));
  const samples = new Samples([...before, ...stack.tape.take()]);
  const { changes, pages } = alarmHistory(alarms, samples, from, stack.tape.minute * minute);
  const own = new Set(alarms.metric.map(({ name }) => name));
  const raised = changes.filter(({ name, state }) => own.has(name) && state === 'ALARM');
  console.log(JSON.stringify({ from: from / minute, changes: changes.map(c => `${c.at / minute - from / minute} ${c.name} ${c.state}`), pages: pages.map(c => `${c.at / minute - from / minute} ${c.name} ${c.state}`) }, null, 1));
  return {
    raised: [...new Set(raised.map(({ name }) => short(name)))],
    pages: pages.map(({ name, state }) => `${short(name)} ${state}`),
  };
}

function short(name: string): string {
  return name.replace('baseload-local-', '');
}

const onePage = (raised: string, by: string): Told => ({ raised: [raised], pages: [`${by} ALARM`, `${by} OK`] });
/** Longer than the alarms of how a run ended stay. */
const afterwards = 80;

test('nothing, for a load that goes well', async () => {
  const t = Date.now();
  expect(
    await told(async () => {
      await stack.load('ships', 'published');
      await stack.minutes(afterwards);
    }),
  ).toEqual({ raised: [], pages: [] });
  console.log('took', Date.now() - t);
});

test('refused', async () => {
  const t = Date.now();
  stack.api.misbehave(({ page }) => (page >= 12 && page <= 14 ? { status: 401 } : undefined));
  expect(
    await told(async () => {
      await stack.load('ships', 'blocked');
      await stack.minutes(20);
      stack.api.behave();
      await stack.queues.dead.startMove();
      await stack.until('ships', 'published');
      await stack.minutes(20);
    }),
  ).toEqual(onePage('quay-dead-letters', 'quay'));
  console.log('took', Date.now() - t);
});

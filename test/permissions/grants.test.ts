import { describeGrant } from '../../local/aws/grant';
import { playEverything } from './play-everything';
import { openScenario, type Scenario } from './scenario';
import { inShort, unused, unwritten } from './unused';
import { isMissed, refusalTable, type Usage, usageOf, usageTable } from './usage';
import { wideGrants } from './wide-grants';

let scenario: Scenario;
let usages: readonly Usage[];
const told: string[] = [];

beforeAll(async () => {
  scenario = await openScenario();
  scenario.local.on('run-event', ({ event }) => told.push(event['detail-type']));
  await playEverything(scenario);
  usages = usageOf(scenario.local);
}, 300_000);
afterAll(() => scenario?.close());

const nameOf = ({ principal, grant }: Usage) => `${principal}: ${inShort(describeGrant(grant))}`;
const isListed = (usage: Usage) =>
  unused.some(({ principal, grant }) => `${principal}: ${grant}` === nameOf(usage));

test('what became of the runs was put on the bus, and told', () => {
  expect([...new Set(told)].sort()).toEqual(['RunBlocked', 'RunFailed', 'RunPublished']);
});

test('nothing was refused that the stack does', () => {
  expect(refusalTable(scenario.local.decisions())).toBe('');
});

test('nothing is granted that the stack does not use', () => {
  expect(usages.length).toBeGreaterThan(50);
  const idle = usages.filter((usage) => usage.calls === 0 && !isListed(usage));
  expect(usageTable(idle)).toBe('');
});

test('what is granted without being used is listed with a reason, as long as it is so', () => {
  const idle = new Set(usages.filter(({ calls }) => calls === 0).map(nameOf));
  expect(unused.filter(({ principal, grant }) => !idle.has(`${principal}: ${grant}`))).toEqual([]);
});

test('every grant that is used is needed: without it a call would be refused', () => {
  const spare = usages.filter((usage) => usage.calls > 0 && !isMissed(usage, scenario.local));
  expect(usageTable(spare)).toBe('');
});

test('every grant to write is for the kinds of objects that were written by it, and no others', () => {
  const wide = wideGrants(scenario.local);
  const excused = unwritten.flatMap(({ kinds, ...one }) => kinds.map((kind) => ({ ...one, kind })));
  const inWords = ({ principal, grant, kind }: (typeof wide)[number]) => `${principal}: ${grant}: ${kind}`;
  const reasons = new Set(excused.map(inWords));
  expect(wide.map(inWords).filter((one) => !reasons.has(one))).toEqual([]);
  const found = new Set(wide.map(inWords));
  expect(excused.map(inWords).filter((one) => !found.has(one))).toEqual([]);
});

test('the table that is shown of what was refused says who, what, and with which headers', () => {
  const refused = { principal: 'worker', action: 's3:PutObject', resource: 'arn:a', allowed: false } as const;
  const more = { by: [], calls: 12 };
  expect(
    refusalTable([
      { ...refused, ...more, context: {} },
      { ...refused, ...more, calls: 3, principal: 'w', context: { ifMatch: 'e' } },
      { ...refused, ...more, context: {}, allowed: true },
    ]),
  ).toBe(
    ['worker  12  s3:PutObject on arn:a', 'w        3  s3:PutObject on arn:a  with {"ifMatch":"e"}'].join(
      '\n',
    ),
  );
});

test('the table that is shown of what is not used says who, what and how often', () => {
  const [first] = usages.filter(({ calls }) => calls > 0);
  if (first === undefined) throw new Error('something was used');
  expect(usageTable([first])).toBe(
    `${first.principal}  ${first.calls}  ${describeGrant(first.grant)}  e.g. ${first.example}`,
  );
});

import { functionNames } from '../../lambda/environment';
import type { Scenario } from './scenario';
import { source } from './scenario-source';

/** Takes the stack through everything that needs a permission. What leaves messages in the DLQ comes last: they block other runs. */
export async function playEverything(scenario: Scenario): Promise<void> {
  await refusePlan(scenario);
  await loadBySchedule(scenario);
  await renewToken(scenario);
  const lead = await loadSlices(scenario);
  const refused = await refuseRun(scenario);
  await loadWhatMoves(scenario);
  await loadWhatFails(scenario);
  await replay(scenario, refused);
  await redeliver(scenario, lead);
  await loadWhatIsBroken(scenario);
  await park(scenario);
}

/** A plan that cannot be made gives its claim back. */
async function refusePlan({ start }: Scenario): Promise<void> {
  await expect(start('posts')).rejects.toThrow('load geo/users first');
}

/** A chain, as its schedule starts it, beside what changed of a table: merged into files. */
async function loadBySchedule({ api, load, runSchedules, until }: Scenario): Promise<void> {
  await load('items', 'published');
  api.items.set(3, { name: 'second', changedAt: new Date(Date.now() + 60_000) });
  await runSchedules(functionNames('local', source).fanOut);
  await Promise.all([until('users', 'published'), until('items', 'published')]);
}

/** The worker's token is refused, once fan-out has had its own: the worker renews it, and keeps what replaces its refresh token. */
async function renewToken({ api, local, start, until }: Scenario): Promise<void> {
  await local.eventSources.stop(10_000);
  await start('users');
  api.revoke();
  await local.eventSources.start();
  await until('users', 'published');
}

/** The message of a lead, and the run that it is of. */
interface Lead {
  readonly message: string;
  readonly runId: string;
}

/** Leads whose objects have no room for what follows them; parents whose tables are stage objects, and merged files. */
async function loadSlices({ local, load, peek, start, until }: Scenario): Promise<Lead> {
  await local.eventSources.stop(10_000);
  const runId = await start('posts');
  const message = await peek();
  await local.eventSources.start();
  await until('posts', 'published');
  await load('teams', 'published');
  await load('members', 'published');
  return { message, runId };
}

/** Quarantine above what is allowed, some of it gone before the report quotes it; masked with a salt; left to expire. */
async function refuseRun({ drained, expire, start, until }: Scenario): Promise<string> {
  const runId = await start('orders');
  await drained();
  await expire(`quarantine/geo/orders/run=${runId}/`);
  await until('orders', 'refused');
  return runId;
}

/** A look at the source finds that records moved, and fetches them again. */
async function loadWhatMoves({ api, load }: Scenario): Promise<void> {
  await load('moving', 'published');
  expect(api.moves).toBe(true);
}

/** An attempt that fails comes back after a while. */
async function loadWhatFails({ api, eventually, local, start, until }: Scenario): Promise<void> {
  api.flaky = true;
  await start('flaky');
  await eventually('an attempt fails', () =>
    local.decisions().some(({ action }) => action === 'sqs:ChangeMessageVisibility'),
  );
  api.flaky = false;
  await until('flaky', 'published');
}

/** From raw: with its stage objects, without them, and without the raw ones. */
async function replay({ expire, load }: Scenario, refused: string): Promise<void> {
  const teams = await load('teams', 'published');
  await load('teams', 'published', { replayOf: teams });
  await expire(`stage/geo/orders/run=${refused}/`);
  await load('orders', 'refused', { replayOf: refused });
  await expire(`raw/geo/orders/run=${refused}/`);
  await load('orders', 'blocked', { replayOf: refused });
}

/** A message that comes twice finds the object, and what follows it; then not even that. */
async function redeliver(scenario: Scenario, { message, runId }: Lead): Promise<void> {
  await scenario.redeliver(message);
  await scenario.drained();
  await scenario.expire(`runs/geo/posts/${runId}/next/`);
  await scenario.redeliver(message);
  await scenario.drained();
}

/** A page that is not there for good: to the DLQ, with the reason. */
async function loadWhatIsBroken({ api, load }: Scenario): Promise<void> {
  api.broken = true;
  await load('broken', 'blocked');
}

/** A source that asks for a long wait. */
async function park({ eventually, local, start }: Scenario): Promise<void> {
  let parked = 0;
  local.on('metrics', ({ values }) => {
    parked += values.RangesParked ?? 0;
  });
  await start('busy');
  await eventually('a range is parked', () => parked > 0);
}

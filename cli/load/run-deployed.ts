import { z } from 'zod';
import { readClaim } from '../../core/run/claim';
import type { RunName } from '../../core/run/keys';
import { readPointer } from '../../core/run/publish/pointer';
import { type RunRecord, runRecord } from '../../core/run/status/run-record';
import type { Dataset, Source } from '../../core/source/source';
import { type EnvironmentName, functionNames } from '../../lambda/environment';
import { clearForRun } from '../dead-letters/over-letters';
import { inEnvironment, type OpenEnvironment } from '../environment/open-environment';
import { Finding, Stopped } from '../fail';
import { counted } from '../format';
import { watchStatus } from '../status/watch-status';
import { chooseRun } from './choose-run';
import { stopSignal } from './stop-signal';

export interface DeployedRun {
  readonly source: Source;
  readonly dataset: Dataset;
  readonly env: Exclude<EnvironmentName, 'local'>;
  readonly pages?: number | undefined;
  readonly replayOf?: string | undefined;
  readonly incremental?: boolean | undefined;
  readonly restart?: boolean | undefined;
  /** @default true */
  readonly watch?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** What fan-out answers: see FanOutResult. */
const answerSchema = z.discriminatedUnion('status', [
  z.looseObject({ status: z.literal('enqueued'), runId: z.string(), ranges: z.number() }),
  z.looseObject({ status: z.literal('skipped'), runId: z.string(), openRun: z.string() }),
  z.looseObject({ status: z.literal('over'), runId: z.string(), outcome: z.string() }),
]);

/** Has the deployed fan-out function start a run, or go on with the open one, and follows it until it ends; resolves to the run. */
export async function runDeployed(wanted: DeployedRun): Promise<RunName> {
  const { env, watch = true, json = false } = wanted;
  return inEnvironment(env, 'write', async (environment) => {
    const run = await start(wanted, environment);
    const name = `${run.source}/${run.dataset}`;
    const following = `npx baseload status ${name} --env ${env} --watch`;
    if (!watch) {
      if (json) console.log(JSON.stringify({ ...run, environment: env }));
      else console.error(`It goes on by itself: ${following} follows it.`);
      return run;
    }
    const stop = stopSignal();
    try {
      await watchStatus(environment, [run], { json, signal: stop.signal });
      if (stop.signal.aborted) throw new Stopped(`The run goes on by itself: ${following} follows it.`);
    } finally {
      stop.dispose();
    }
    conclude(await recordOf(run, environment), name);
    return run;
  });
}

/** Calls fan-out with a run id of our own, so that a call which is cut off is the same run when it is made again. */
async function start(wanted: DeployedRun, environment: OpenEnvironment): Promise<RunName> {
  const { source, dataset, env, pages, replayOf, incremental = false } = wanted;
  const { lake } = environment;
  const runId = await chooseRun(wanted, lake, (note) => console.error(`  note         ${note}`));
  const run = { source: source.name, dataset: dataset.name, runId };
  await clearForRun(await environment.queues(source.name), lake, run);
  const { fanOut } = functionNames(env, source.name);
  console.error(`  run          ${run.source}/${run.dataset} ${runId}: planned by ${fanOut}`);
  const mode = incremental ? 'incremental' : undefined;
  const answer = answerSchema.parse(
    await environment.invoke(fanOut, { dataset: dataset.name, runId, onlyPages: pages, replayOf, mode }),
  );
  if (answer.status === 'skipped') {
    throw new Finding(
      `run ${answer.openRun} of ${run.source}/${run.dataset} began a moment before: npx baseload status ${run.source}/${run.dataset} --env ${env} --watch follows it`,
    );
  }
  if (answer.status === 'over') {
    throw new Finding(
      `run ${runId} of ${run.source}/${run.dataset} has ended and was not published (${answer.outcome}): run this again in a minute, which then begins a new one`,
    );
  }
  console.error(`  enqueued     ${counted(answer.ranges, 'range')}`);
  return run;
}

async function recordOf(run: RunName, { lake }: OpenEnvironment): Promise<RunRecord> {
  const [claim, pointer] = await Promise.all([readClaim(lake, run), readPointer(lake, run)]);
  return runRecord(run, { openRun: claim?.runId, pointer }, lake);
}

/** What went wrong has been shown, with what to do. */
function conclude({ runId, state }: RunRecord, name: string): void {
  switch (state) {
    case 'published':
    case 'kept':
    case 'past':
    case 'verified':
      return;
    case 'open':
      throw new Finding(`${name} is not published: run ${runId} is blocked.`);
    case 'refused':
    case 'unfinished':
    case 'unreadable':
      throw new Finding(`${name} was not published: run ${runId} is ${state}.`);
  }
}

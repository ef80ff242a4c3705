import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../../core/errors';
import type { Plan } from '../../core/plan/plan';
import type { Unrolled } from '../../core/run/missing/unroll';
import type { Lake } from '../../core/run/ports';
import type { Stuck } from '../../core/run/run-state';
import { refuseUnshapeable } from '../../core/shape/unshapeable';
import type { Dataset, Source } from '../../core/source/source';
import { reconcileName } from '../../lambda/environment';
import { holderOf } from '../../local/data-directory';
import { type LocalMode, startLocalMode } from '../../local/local-mode';
import { Finding, Stopped } from '../fail';
import { count, counted } from '../format';
import { continuingCommand, dataFolder, ownCommand, projectRoot, sourcesFolder } from '../project';
import type { Companion } from '../sample-api';
import { checkSecrets, localSecrets } from '../sources/local-secrets';
import { chooseRun } from './choose-run';
import { goingOn } from './going-on';
import { type LoadOutcome, loadLocally, localServices } from './load-locally';
import { plannedExtent } from './planned-extent';
import { ProgressDisplay } from './progress';
import { olderThanPublished, replayedExtent } from './replayed-extent';
import { type StopSignal, stopSignal } from './stop-signal';
import { printSummary } from './summary';
import { Tally } from './tally';

export interface LocalRun {
  readonly source: Source;
  readonly dataset: Dataset;
  /** CDK context for the synthesis, such as 'local:geonames:requestsPerSecond'; undefined takes a key of cdk.json away. */
  readonly context?: Readonly<Record<string, string | undefined>>;
  readonly pages?: number;
  /** The run whose raw pages are shaped anew, without asking the source. @default the source is asked */
  readonly replayOf?: string;
  /** Only what changed since the published run. @default everything */
  readonly incremental?: boolean;
  readonly restart?: boolean;
  readonly json?: boolean;
  /** What must be up while the load goes on. @default nothing */
  readonly companion?: (() => Promise<Companion>) | undefined;
}

/** How often is looked whether the data folder is still there. */
const folderMilliseconds = 500;

/** What a stopped run may still use to finish the ranges in flight. */
const graceMilliseconds = 3000;

/** Runs one dataset through the synthesized template, and prints how it went. */
export async function runLocally(run: LocalRun): Promise<void> {
  const secret = localSecrets();
  checkSecrets(run.replayOf === undefined ? run.source : unasked(run.source), secret);
  await refuseUnshapeable(run.source, run.dataset, tmpdir());
  const stop = stopSignal();
  const tally = new Tally();
  try {
    const outcome = await inLocalMode(run, secret, { tally, stop });
    await conclude(run, outcome, tally);
  } catch (error) {
    // What was under way when somebody stopped us may have ended with any error.
    if (!stop.signal.aborted || error instanceof Stopped) throw error;
    throw new Stopped(`Stopped before anything was loaded. ${ownCommand()} begins again.`);
  } finally {
    stop.dispose();
  }
}

interface Watching {
  readonly tally: Tally;
  readonly stop: StopSignal;
}

async function inLocalMode(
  run: LocalRun,
  secret: (secretId: string) => string | undefined,
  { tally, stop }: Watching,
): Promise<LoadOutcome> {
  const display = new ProgressDisplay();
  const context = { sources: sourcesFolder, ...run.context };
  const local = await startLocalMode({ projectRoot, dataDirectory: dataFolder, context, secret });
  let companion: Companion | undefined;
  try {
    companion = await run.companion?.();
    if (companion?.note) display.say(`  sample API   ${companion.note}`);
    display.say(
      `  local AWS    ${local.endpoint}, running the synthesized template's ${local.functions.length} functions`,
    );
    return await load(run, local, { tally, display, stop });
  } finally {
    display.clear();
    await local.stop({ graceMilliseconds: stop.impatient ? 0 : graceMilliseconds });
    await companion?.close();
  }
}

async function load(
  run: LocalRun,
  local: LocalMode,
  { tally, display, stop }: Watching & { readonly display: ProgressDisplay },
): Promise<LoadOutcome> {
  local.on('metrics', ({ values, invocation }) => tally.add(values, invocation));
  local.on('invocation-ended', ({ invocation }) => tally.ended(invocation));
  local.on('log', ({ line }) => tally.log(line));
  const endings = new Set<string>();
  local.on('process-ended', ({ functionName, how }) => {
    if (endings.has(how)) return;
    endings.add(how);
    display.say(`  note         ${processEnded(functionName, how)}`);
  });
  const broken = new Promise<never>((_, reject) => {
    local.on('storage-failure', (cause) => {
      const sentence = `The disk that holds ${dataFolder} takes no more: free some space, then ${continuingCommand()} continues the run.`;
      reject(new Finding(sentence, { cause }));
    });
    local.on('event-source-failure', ({ error }) => reject(error));
    local.on('schedule-failure', ({ error }) => reject(error));
  });
  const services = await localServices(local, run.source.name);
  const runId = await chooseRun(run, services.lake, (note) => display.say(`  note         ${note}`));
  const loading = loadLocally(
    {
      run: { source: run.source.name, dataset: run.dataset.name, runId },
      onlyPages: run.pages,
      replayOf: run.replayOf,
      incremental: run.incremental,
    },
    local,
    services,
    {
      tally,
      signal: stop.signal,
      listener: {
        planned: (plan, unrolled) => introduce(plan, unrolled, { display, lake: services.lake }),
        progress: (progress) => display.update(progress),
      },
    },
  );
  const gone = watchFolder();
  try {
    return await Promise.race([loading, broken, gone.found]);
  } catch (error) {
    throw (await gone.look()) ?? error; // whatever failed first did so since the folder is gone
  } finally {
    gone.dispose();
  }
}

/** Looks for the lock that this process has in the data folder: somebody who deletes the folder deletes the lake. */
function watchFolder() {
  const look = async (): Promise<Finding | undefined> => {
    const holder = await holderOf(dataFolder).catch(() => process.pid); // that it cannot be read now is no proof
    if (holder === process.pid) return undefined;
    return new Finding(
      `The data folder ${dataFolder} is gone: the local lake in it cannot be read or written any more. ${continuingCommand()} begins again.`,
    );
  };
  let timer: NodeJS.Timeout | undefined;
  const found = new Promise<never>((_, reject) => {
    timer = setInterval(async () => {
      const finding = await look();
      if (finding) reject(finding);
    }, folderMilliseconds);
  });
  return { found, look, dispose: () => clearInterval(timer) };
}

/** Once for each way to end: every range that is tried again may say the same. */
function processEnded(functionName: string, how: string): string {
  const log = join(dataFolder, 'logs', `${functionName}.log`);
  return `a process of ${functionName} ended by itself while it worked (${how}); its pages are tried again a few times, and what it printed is in ${log}`;
}

/** Says what a run will load. */
async function introduce(
  plan: Plan,
  unrolled: Unrolled,
  { display, lake }: { readonly display: ProgressDisplay; readonly lake: Lake },
): Promise<void> {
  const { source, dataset, runId } = plan;
  const extent = (await replayedExtent(plan, unrolled, lake)) ?? plannedExtent(plan, unrolled);
  display.say(`  run          ${source}/${dataset} ${runId}: ${extent}`);
  const older = await olderThanPublished(plan, lake);
  if (older) display.say(`  note         ${older}`);
}

/** A source as a replay needs it: of its secrets, only the salts of masked columns. */
function unasked(source: Source): Source {
  return { ...source, auth: { type: 'none' }, tls: undefined };
}

async function conclude(run: LocalRun, outcome: LoadOutcome, tally: Tally): Promise<void> {
  const name = `${run.source.name}/${run.dataset.name}`;
  switch (outcome.state) {
    case 'complete':
      return printSummary(outcome, { ...run, tally });
    case 'stopped':
      throw new Stopped(
        `Stopped: ${inLake(outcome)} in the lake. ${continuingCommand()} continues where it stopped.`,
      );
    case 'blocked': {
      const Blocked = outcome.areConfiguration ? ConfigurationError : Finding;
      throw new Blocked(
        `${name} was not published: ${count(outcome.missing)} of ${counted(outcome.ranges, 'page range')}${outcome.growing ? ' known so far' : ''} could not be loaded.\n${outcome.reasons.map((reason) => `  ${reason}`).join('\n')}\n${goingOn(outcome)}`,
      );
    }
    case 'failed':
      throw new Finding(`${name} was not published: ${outcome.reason}.`);
    case 'stuck':
      throw stuckError(name, outcome);
  }
}

/** A document of ours, or a setting, says itself what to do about it; of anything else the log has the trace. */
function stuckError(name: string, { reason, failure }: Stuck): Error {
  const sentence = `${name} was not published: ${reason}`;
  if (failure === 'configuration') return new ConfigurationError(sentence);
  if (failure === 'permanent') return new Finding(sentence);
  const log = join(dataFolder, 'logs', `${reconcileName('local')}.log`);
  return new Finding(`${sentence}\n${log} tells more; ${continuingCommand()} continues the run.`);
}

function inLake({ pages, pagesPlanned }: Extract<LoadOutcome, { state: 'stopped' }>): string {
  if (pagesPlanned === undefined) return `${counted(pages, 'page')} ${pages === 1 ? 'is' : 'are'}`;
  return `${count(pages)} of ${counted(pagesPlanned, 'page')} ${pages === 1 ? 'is' : 'are'}`;
}

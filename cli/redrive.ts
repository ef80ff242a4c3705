import { Command, InvalidArgumentError } from 'commander';
import { fastestMove, type SourceQueues } from '../aws/dead-letters';
import type { DeadGroup } from '../core/run/dead/dead-groups';
import type { DeadLetter } from '../core/run/dead/dead-letter';
import type { EnvironmentName } from '../lambda/environment';
import { chooses, isEverything, type LetterFilter, readSourceName } from './dead-letters/choose-letters';
import { canAsk, confirmed } from './dead-letters/confirmed';
import { type DeadSurvey, openRunsOf, surveyDead } from './dead-letters/dead-survey';
import { MoveDisplay } from './dead-letters/move-display';
import { refuseUnknown } from './dead-letters/refuse-unknown';
import { watchMove } from './dead-letters/watch-move';
import { environmentOption, inEnvironment, type OpenEnvironment } from './environment/open-environment';
import { Finding, Stopped } from './fail';
import { count, counted } from './format';
import { type StopSignal, stopSignal } from './load/stop-signal';
import { atLeast } from './whole-number';

export interface RedriveOptions extends LetterFilter {
  readonly env: EnvironmentName;
  readonly rate?: number;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What a redrive came to. */
interface Redriven {
  readonly moved: number;
  /** Still in the DLQ. */
  readonly left: number;
}

/** `baseload redrive`: what failed for good is tried again. */
export function redriveCommand(): Command {
  return new Command('redrive')
    .description(
      'move messages of a source from its dead-letter queue back to their queue, so that they are tried again',
    )
    .argument('<source>', 'its name, such as geonames; geonames/cities for one dataset')
    .option('--reason <text>', 'only those whose reason has this text in it; # stands for any number')
    .option('--dataset <name>', 'only those of this dataset')
    .option('--run <id>', 'only those of this run')
    .option('--rate <n>', `messages per second, at most ${fastestMove}`, rate)
    .option('--yes', 'do not ask at a terminal')
    .addOption(environmentOption())
    .option('--json', 'print the outcome as JSON')
    .addHelpText(
      'after',
      '\nMend the cause first: npx baseload dlq <source> tells what it is. On AWS the workers take the messages up by themselves; on this machine\nnpx baseload run <dataset> does. Ctrl-C stops the moving: what was moved stays moved, the rest stays in the DLQ. A message may get there\ntwice, which does no harm; none is lost.\n\nExamples:\n  npx baseload redrive geonames\n  npx baseload redrive geonames --reason "answered 401" --env prod',
    )
    .action((source: string, options: RedriveOptions) => redrive(source, options));
}

/** Moves letters, and says how their runs go on. */
export async function redrive(name: string, options: RedriveOptions): Promise<void> {
  const { env, json = false } = options;
  const { source, dataset } = readSourceName(name, options.dataset);
  const filter = { reason: options.reason, dataset, run: options.run };
  await inEnvironment(env, 'write', async (environment) => {
    const queues = await environment.queues(source);
    const survey = await surveyDead(source, { queues, lake: environment.lake }, chooses(filter));
    const over = filter.run === undefined ? overRuns(survey) : new Set<string>();
    const meant = (letter: DeadLetter) => chooses(filter)(letter) && !over.has(runOf(letter));
    const all = isEverything(filter) && over.size === 0;
    const chosen = all ? survey.messages : inQueue([...survey.groups, ...(over.size > 0 ? [] : survey.over)]);
    const running = (await queues.dead.moves()).some(({ status }) => status === 'RUNNING');
    if (chosen === 0 && !(all && running)) {
      await refuseUnknown({ source, dataset, run: filter.run }, environment.lake);
      if (json) console.log(JSON.stringify({ source, moved: 0, left: survey.messages, next: [] }));
      else console.log(nothingToMove(source, survey, filter));
      return;
    }
    const question = `Move ${counted(chosen, 'message')} back to the queue of ${source}?`;
    if (!options.yes && canAsk() && !(await confirmed(question))) throw new Stopped('Nothing was moved.');
    const stop = stopSignal();
    try {
      const redriven = all
        ? await moveAll(queues, options, stop)
        : await moveChosen(queues, meant, options, stop);
      await conclude({ source, redriven, stopped: stop.signal.aborted, options }, environment);
    } finally {
      stop.dispose();
    }
  });
}

async function moveAll(queues: SourceQueues, { rate }: RedriveOptions, stop: StopSignal): Promise<Redriven> {
  const display = new MoveDisplay();
  const tasks = await queues.dead.moves();
  const running = tasks.find(({ status }) => status === 'RUNNING');
  if (running) display.say(`  note         a move that was started before is under way: watching that one`);
  const handle = running?.handle ?? (await queues.dead.startMove({ rate }));
  const task = await watchMove(queues.dead, handle, { display, signal: stop.signal });
  display.clear();
  const { dead } = await queues.pages.depth();
  if (task.status !== 'FAILED') return { moved: task.moved, left: dead };
  throw new Finding(
    `SQS stopped moving after ${counted(task.moved, 'message')}: ${task.failure ?? 'it does not say why'}. ${count(dead)} ${dead === 1 ? 'is' : 'are'} still in the DLQ; run this again.`,
  );
}

async function moveChosen(
  queues: SourceQueues,
  meant: (letter: DeadLetter) => boolean,
  { rate }: RedriveOptions,
  stop: StopSignal,
): Promise<Redriven> {
  const display = new MoveDisplay();
  const onMoved = (moved: number, of: number) => display.update(moved, of);
  const { moved } = await queues.dead.moveSome(meant, { rate, onMoved, signal: stop.signal });
  display.clear();
  const { dead } = await queues.pages.depth();
  return { moved, left: dead };
}

async function conclude(
  {
    source,
    redriven: { moved, left },
    stopped,
    options: { env, json },
  }: {
    readonly source: string;
    readonly redriven: Redriven;
    readonly stopped: boolean;
    readonly options: RedriveOptions;
  },
  { lake }: OpenEnvironment,
): Promise<void> {
  const next: string[] = [];
  for await (const run of openRunsOf(source, lake)) {
    next.push(
      env === 'local'
        ? `npx baseload run ${run.source}/${run.dataset}`
        : `npx baseload status ${run.source}/${run.dataset} --env ${env}`,
    );
  }
  if (json) console.log(JSON.stringify({ source, moved, left, next }));
  const sentence = `${counted(moved, 'message')} moved to the queue of ${source}; ${left === 0 ? 'the DLQ is empty' : `${count(left)} in the DLQ`}.`;
  if (stopped)
    throw new Stopped(
      `Stopped: ${sentence} npx baseload redrive ${source}${env === 'local' ? '' : ` --env ${env}`} moves the rest.`,
    );
  if (json) return;
  console.log(sentence);
  if (next.length === 0)
    console.log('No run of the source is open: the ranges that are there already are only acknowledged.');
  else if (env === 'local') console.log(`To go on: ${next.join(' and ')} loads what is missing.`);
  else console.log(`The workers take them up by themselves: ${next.join(' and ')} tells how far it is.`);
}

function inQueue(groups: readonly DeadGroup[]): number {
  return groups.reduce((sum, group) => sum + group.inQueue, 0);
}

/** What nothing waits for is not loaded just because it is in the DLQ; `--run` names it to have it all the same. */
function overRuns({ over }: DeadSurvey): Set<string> {
  return new Set(over.map(({ dataset, runId }) => `${dataset} ${runId}`));
}

function runOf({ message }: DeadLetter): string {
  return message ? `${message.dataset} ${message.runId}` : '';
}

function nothingToMove(source: string, { messages, groups, over }: DeadSurvey, filter: LetterFilter): string {
  if (messages > 0 && isEverything(filter)) {
    const dead = inQueue(over);
    const [are, them] = dead === 1 ? ['is', 'it'] : ['are', 'them'];
    return `The ${counted(dead, 'message')} in the DLQ of ${source} ${are} of runs that are over, so nothing waits for ${them}: npx baseload dlq ${source} --remove-over removes ${them}.`;
  }
  if (messages > 0) {
    const named = Object.entries(filter).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name} ${value}`],
    );
    const none = messages === 1 ? 'The only message' : `None of the ${counted(messages, 'message')}`;
    return `${none} in the DLQ of ${source} is ${messages === 1 ? 'not ' : ''}meant by ${named.join(' ')}: npx baseload dlq ${source} tells what there is.`;
  }
  const gone =
    groups.length > 0
      ? ' Its open runs miss ranges whose messages are gone: they are enqueued again when the run goes on.'
      : '';
  return `The DLQ of ${source} is empty: there is nothing to redrive.${gone}`;
}

function rate(text: string): number {
  const value = atLeast(1)(text);
  if (value <= fastestMove) return value;
  throw new InvalidArgumentError(`SQS moves ${fastestMove} messages per second at most.`);
}

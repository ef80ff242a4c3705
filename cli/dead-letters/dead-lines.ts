import type { DeadGroup } from '../../core/run/dead/dead-groups';
import type { EnvironmentName } from '../../lambda/environment';
import { count, counted, duration, extentWords } from '../format';
import { rangesOption, remedyOf } from '../status/what-to-do';
import { onOneLine } from '../table';
import type { DeadSurvey } from './dead-survey';

/** Where and when a survey was made. */
export interface SurveyContext {
  readonly environment: EnvironmentName;
  readonly source: string;
  readonly now: Date;
}

/** Groups that are shown; `--json` has all. */
const mostGroups = 20;

/** What is in a source's DLQ, as lines for people: each reason with an example, then what to do. */
export function deadLines(survey: DeadSurvey, context: SurveyContext): string[] {
  const { groups, over } = survey;
  if (groups.length + over.length + survey.messages === 0) {
    return [`The DLQ of ${context.source} is empty: no range has failed for good.`];
  }
  const ranges = groups.reduce((sum, group) => sum + group.ranges, 0);
  return [
    `${context.source}: ${counted(survey.messages, 'message')} in the DLQ, ${counted(ranges, 'range')} of open runs could not be loaded`,
    ...groups.slice(0, mostGroups).flatMap((group) => ['', ...groupLines(group, survey, context)]),
    ...(groups.length > mostGroups
      ? ['', `and ${counted(groups.length - mostGroups, 'more reason')}: --json tells all`]
      : []),
    ...notes(survey, context),
    ...(groups.length > 0 ? ['', ...waysOn(groups, context)] : []),
  ];
}

/** What mends the causes, and what then goes on; the same in `--json`. */
export function nextStep(group: DeadGroup, context: Pick<SurveyContext, 'environment'>): string {
  const again = goesOn(group, context);
  return `${remedy(group)}, then ${again} loads what is missing`;
}

function remedy(group: DeadGroup): string {
  if (group.error === 'RawPagesError')
    return 'start the run over with --restart, so that the source is asked again';
  if (group.failure === 'unknown' && group.error === 'unknown') {
    return `see why in the log of the worker of ${group.source} (out of memory or of time?)`;
  }
  return remedyOf(group, group.source);
}

function goesOn({ source, dataset }: DeadGroup, { environment }: Pick<SurveyContext, 'environment'>): string {
  if (environment === 'local') return `npx baseload run ${source}/${dataset}`;
  return `npx baseload redrive ${source} --env ${environment}`;
}

function groupLines(group: DeadGroup, survey: DeadSurvey, context: SurveyContext): string[] {
  const { failure, error, status, ranges, reason, example } = group;
  const what = [
    failure,
    ...(error === 'unknown' ? [] : [error]),
    ...(status === undefined ? [] : [`HTTP ${status}`]),
  ];
  return [
    `  ${counted(ranges, 'range')} of ${group.source}/${group.dataset}, run ${group.runId}: ${what.join(', ')}`,
    `    reason    ${onOneLine(reason)}`,
    `    example   ${example.range}${example.extent ? ` (${extentWords(example.extent)})` : ''}, ${ago(example.at, context.now)}${example.reason === reason ? '' : `: ${onOneLine(example.reason)}`}`,
    ...(ranges > 1 ? [`    since     ${ago(group.since, context.now)}`] : []),
    ...(ranges > 1 && group.records !== undefined
      ? [`    records   at most ${count(group.records)} in all`]
      : []),
    ...whereabouts(group, survey),
    `    do        ${nextStep(group, context)}`,
  ];
}

/** A range without a message fails no more: it is on its way, or is enqueued by whoever continues the run. */
function whereabouts({ ranges, inQueue }: DeadGroup, { underWay, messages, read }: DeadSurvey): string[] {
  if (inQueue === ranges || read < messages) return [];
  const gone = ranges - inQueue;
  const those =
    gone === ranges
      ? ranges === 1
        ? 'its message is'
        : 'their messages are'
      : `${count(gone)} of the messages are`;
  return [
    underWay
      ? `    now       ${those} out of the DLQ: tried again`
      : `    now       ${those} out of the DLQ: enqueued again when the run goes on`,
  ];
}

function notes(survey: DeadSurvey, { source, environment }: SurveyContext): string[] {
  const lines: string[] = [];
  const env = environment === 'local' ? '' : ` --env ${environment}`;
  const over = survey.over.reduce((sum, { ranges }) => sum + ranges, 0);
  if (over > 0) {
    const runs = [...new Set(survey.over.map(({ dataset, runId }) => `${dataset} ${runId}`))];
    lines.push(
      '',
      `${counted(over, 'range')} of runs that are over (${runs.slice(0, 3).join(', ')}${runs.length > 3 ? ', …' : ''}): npx baseload dlq ${source}${env} --remove-over removes their messages`,
    );
  }
  if (survey.foreign > 0)
    lines.push(
      '',
      `${counted(survey.foreign, 'message')} that no worker sent: look at them with the AWS CLI`,
    );
  if (survey.read < survey.messages) {
    lines.push(
      '',
      `${count(survey.read)} of ${counted(survey.messages, 'message')} were looked at: the others are held by somebody else, or too many`,
    );
  }
  return lines;
}

function waysOn(groups: readonly DeadGroup[], { source, environment }: SurveyContext): string[] {
  const env = environment === 'local' ? '' : ` --env ${environment}`;
  const [first] = groups;
  if (!first) return [];
  return [
    `npx baseload redrive ${source}${env} moves all messages back to their queue; with --reason, --dataset or --run only some`,
    `npx baseload give-up ${first.runId} --dataset ${first.source}/${first.dataset} --ranges ${rangesOption([first])} --reason "…"${env} accepts a hole`,
  ];
}

function ago(at: string, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - Date.parse(at)) / 1000);
  return seconds < 1 ? 'just now' : `${duration(seconds)} ago`;
}

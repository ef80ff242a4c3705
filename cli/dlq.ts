import { Command } from 'commander';
import type { EnvironmentName } from '../lambda/environment';
import { chooses, readSourceName } from './dead-letters/choose-letters';
import { deadLines, nextStep } from './dead-letters/dead-lines';
import { surveyDead } from './dead-letters/dead-survey';
import { overLetters } from './dead-letters/over-letters';
import { environmentOption, inEnvironment } from './environment/open-environment';
import { counted } from './format';

export interface DlqOptions {
  readonly env: EnvironmentName;
  readonly removeOver?: boolean;
  readonly json?: boolean;
}

/** `baseload dlq`: what failed for good, why, and what to do. */
export function dlqCommand(): Command {
  return new Command('dlq')
    .description(
      'why page ranges of a source failed for good: its dead-letter queue by reason, and what to do',
    )
    .argument('<source>', 'its name, such as geonames; geonames/cities for one dataset')
    .option('--remove-over', 'remove the messages of runs that are over, for which nothing waits')
    .addOption(environmentOption())
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nLooks at the messages and leaves them where they are. Ranges whose message is gone are known from the lake. Ends with 1 where a range of\nan open run failed.\n\nExamples:\n  npx baseload dlq geonames\n  npx baseload dlq geonames --env prod --json',
    )
    .action((source: string, options: DlqOptions) => dlq(source, options));
}

/** Prints the groups of a source's dead ranges. */
export async function dlq(
  name: string,
  { env, removeOver = false, json = false }: DlqOptions,
): Promise<void> {
  const { source, dataset } = readSourceName(name, undefined);
  await inEnvironment(env, removeOver ? 'write' : 'read', async ({ lake, queues }) => {
    const services = { queues: await queues(source), lake };
    const removed = removeOver ? await removeLettersOfOver(services) : undefined;
    const all = await surveyDead(source, services, chooses({ dataset }));
    const groups = all.groups.filter((group) => dataset === undefined || group.dataset === dataset);
    const survey = { ...all, groups };
    const context = { environment: env, source, now: new Date() };
    if (json) {
      const told = groups.map((group) => ({ ...group, next: nextStep(group, context) }));
      console.log(JSON.stringify({ environment: env, source, removed, ...survey, groups: told }, null, 2));
    } else {
      if (removed !== undefined) console.log(`${counted(removed, 'message')} of runs that are over removed.`);
      console.log(deadLines(survey, context).join('\n'));
    }
    if (groups.length > 0) process.exitCode = 1;
  });
}

type Services = Parameters<typeof surveyDead>[1];

async function removeLettersOfOver({ queues, lake }: Services): Promise<number> {
  const letters = await queues.dead.read(20_000);
  const { moved } = await queues.dead.remove(await overLetters(letters, lake));
  return moved;
}

import { Command, CommanderError } from 'commander';
import { costCommand } from './cost';
import { discoverCommand } from './discover';
import { dlqCommand } from './dlq';
import { exitCodeOf, sentenceOf } from './fail';
import { giveUpCommand } from './give-up';
import { listCommand } from './list';
import { openCommand } from './open';
import { planCommand } from './plan';
import { previewCommand } from './preview';
import { version } from './project';
import { pruneCommand } from './prune';
import { queryCommand } from './query';
import { redriveCommand } from './redrive';
import { replayCommand } from './replay';
import { rollbackCommand } from './rollback';
import { runCommand } from './run';
import { runsCommand } from './runs';
import { sampleApiCommand } from './sample-api';
import { startCommand } from './start';
import { statusCommand } from './status';
import { validateCommand } from './validate';
import { verifyCommand } from './verify';

/** The commands by what one does with them, in the order of --help. */
const commandGroups = {
  Try: [
    startCommand,
    discoverCommand,
    previewCommand,
    planCommand,
    costCommand,
    validateCommand,
    sampleApiCommand,
  ],
  Run: [runCommand, statusCommand, runsCommand, listCommand, queryCommand],
  'When something is wrong': [
    verifyCommand,
    openCommand,
    dlqCommand,
    redriveCommand,
    giveUpCommand,
    replayCommand,
    rollbackCommand,
  ],
  'Keep house': [pruneCommand],
};

/** The command line, complete. */
export function program(): Command {
  const root = new Command('baseload')
    .description(
      'Loads everything a paginated source holds into a data lake: fast, once, completely, and provably so.',
    )
    .version(version())
    .showHelpAfterError('(--help tells how)')
    .addHelpText(
      'after',
      '\nExit codes: 0 fine, 1 it ran and found something, 2 wrong use or configuration.',
    );
  for (const [group, commands] of Object.entries(commandGroups)) {
    for (const command of commands) root.addCommand(command().helpGroup(`${group}:`));
  }
  for (const command of [root, ...root.commands]) command.exitOverride();
  return root;
}

/** Runs the command line and sets the process's exit code; never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWithReader);
  try {
    await program().parseAsync(argv);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (!(error instanceof CommanderError)) console.error(sentenceOf(error)); // commander has spoken already
  }
}

/** Whoever reads what we print, such as head, has seen enough: there is nobody left to say anything to. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}

import type { Plan } from '../../core/plan/plan';
import { continuingCommand, ownCommand } from '../project';
import { pagesOption } from './planned-extent';

/** A run on this machine that cannot go on by itself. */
export interface BlockedRun {
  readonly plan: Pick<Plan, 'source' | 'dataset' | 'subset' | 'sequences' | 'replayOf'>;
  /** Whether raw pages that are not what they were are to blame for all that is missing. */
  readonly areRawPages: boolean;
}

/**
 * Says how to go on with a blocked run: what is missing is loaded by the definition that the run was planned by, and a replay asks the
 * source for nothing, so not every cause can be mended within the run. `args` are those that this command was started with.
 */
export function goingOn({ plan, areRawPages }: BlockedRun, args = process.argv.slice(2)): string {
  const again = continuingCommand(args);
  if (plan.replayOf === undefined) {
    const over = ownCommand([...args.filter((arg) => arg !== '--restart'), '--restart']);
    return `Mend the cause, then ${again} loads what is missing; where the definition must change for that, ${over} starts the run over.`;
  }
  const name = `${plan.source}/${plan.dataset}`;
  const pages = pagesOption(plan);
  const load = `npx baseload run ${name}${pages === undefined ? '' : ` --pages ${pages}`} --restart`;
  if (areRawPages) return `A replay cannot mend that: ${load} gives it up and loads from the source.`;
  const over = `npx baseload replay ${name} --run ${plan.replayOf.runId} --restart`;
  return `Mend the cause, then ${again} shapes what is missing; where the definition must change for that, ${over} starts the replay over; where the pages themselves are at fault, ${load} gives it up and loads from the source.`;
}

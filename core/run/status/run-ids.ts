import { type RunName, runsPrefix } from '../keys';
import { isRunId } from '../plan/run-id';
import type { Lake } from '../ports';

/**
 * The ids of a dataset's runs, oldest first; of those, the ones after `after`. One LIST for each run, however many documents it has: every
 * next one begins behind the folder of the run before.
 */
export async function* runIds(
  dataset: Omit<RunName, 'runId'>,
  lake: Pick<Lake, 'list'>,
  { after }: { readonly after?: string | undefined } = {},
): AsyncGenerator<string> {
  const prefix = runsPrefix(dataset);
  let from = after === undefined ? undefined : behind(prefix + after);
  for (;;) {
    const key = await firstKey(lake, prefix, from);
    if (key === undefined) return;
    const [runId = ''] = key.slice(prefix.length).split('/');
    if (isRunId(runId)) yield runId;
    from = behind(prefix + runId);
  }
}

async function firstKey(
  lake: Pick<Lake, 'list'>,
  prefix: string,
  after: string | undefined,
): Promise<string | undefined> {
  for await (const { key } of lake.list(prefix, { after })) return key;
  return undefined;
}

/** A key that sorts behind everything in a folder, and before whatever comes next: '0' is the character after '/'. */
function behind(folder: string): string {
  return `${folder}0`;
}

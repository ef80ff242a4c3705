import { count } from '../../counted';
import { ConfigurationError, PermanentError } from '../../errors';
import type { Plan } from '../../plan/plan';
import { RangeSet } from '../../plan/range-set';
import { type Curated, filesOf, readCurated } from '../curate/curated';
import type { TableFiles } from '../curate/table-files';
import { curatedKey, type RunName, stagePrefix } from '../keys';
import { unroll } from '../missing/unroll';
import { readPlan } from '../plan/read-plan';
import type { Lake } from '../ports';
import { keptRun, type PublishedRun, readPointer } from '../publish/pointer';
import { recordsIn } from './hole';
import { judge } from './judge';
import { Ledger, type LedgerFolder } from './ledger';
import { type Manifest, readManifest } from './manifest';
import { Sentences } from './sentences';
import { type Survey, type SurveyServices, survey } from './survey';
import type { Verification } from './verification';

/** What a finished run looks like now. */
export type VerifiedAgain = Pick<Verification, 'verdict' | 'checks'> & {
  readonly manifest: Manifest;
  /** The files that the run was merged into; undefined where its stage objects are its table, or it has none. */
  readonly files?: TableFiles | undefined;
};

/**
 * Holds a finished run against the lake as it is now: that every object, and every file of the table, is what it was when the run was verified,
 * that the receipts still add up to the manifest, and that no key comes twice. Writes nothing. A ConfigurationError when the run has no manifest.
 */
export async function verifyAgain(run: RunName, services: SurveyServices): Promise<VerifiedAgain> {
  const { lake } = services;
  const [plan, manifest] = [await readPlan(lake, run), await readManifest(lake, run)];
  if (!plan || !manifest) {
    throw new ConfigurationError(
      `run ${run.runId} of ${run.source}/${run.dataset} has no manifest: only a run that has been verified once can be verified again`,
    );
  }
  const found = await survey(plan, new Ledger(foldersOf(plan, manifest), lake), services);
  const curated = await readCurated(lake, plan);
  const changed = await allChanges({ plan, manifest, found, curated }, lake);
  const { drift, total, givenUp, inherited, predecessor } = manifest;
  const files = curated && filesOf(curated);
  const hole = { ranges: givenUp, records: await recordsGivenUp(plan, manifest, lake) };
  const extents = extentsOf(manifest, found);
  const { verdict, checks } = judge(plan, {
    ...found,
    changed,
    extents,
    drift,
    total,
    hole,
    inherited,
    predecessor,
    files,
  });
  return { manifest, files, verdict, checks: [...checks] };
}

/** Records in the run's own ranges that were given up, at most; undefined where nobody knows, or the lake does not tell any more. */
async function recordsGivenUp(plan: Plan, { givenUp }: Manifest, lake: Lake): Promise<number | undefined> {
  const own = givenUp.filter(({ look }) => look === undefined);
  if (own.length === 0) return 0;
  try {
    const found = await unroll(plan, lake);
    return found.givenUp.length === own.length ? recordsIn(found.givenUp) : undefined;
  } catch (error) {
    if (error instanceof PermanentError) return undefined; // an object that tells which ranges follow is not what it was
    throw error;
  }
}

function foldersOf(plan: Plan, { parts }: Manifest): LedgerFolder[] {
  const { sequences, ...run } = plan;
  const looks = new Set(parts.map(({ look }) => look));
  return [...looks].map((look) => ({
    run: { ...run, look },
    parts: parts.filter((part) => part.look === look),
    replaced: new RangeSet(),
  }));
}

/** Of a run that was looked at again, the manifest says how many there are together, and its parts where. */
function extentsOf({ counts, parts }: Manifest, { tally }: Survey) {
  const looks = [...new Set(parts.map(({ look }) => look))];
  if (looks.length === 1 && parts.every(({ replaced }) => replaced === undefined)) {
    return [{ look: looks[0], extent: { ranges: counts.ranges, pages: counts.pages } }];
  }
  return looks.map((look) => ({ look, extent: { ...tally.folder(look) } }));
}

/** A run as it was verified once, and as it is found now. */
interface Finished {
  readonly plan: Plan;
  readonly manifest: Manifest;
  readonly found: Survey;
  /** Absent where the run was merged into no files. */
  readonly curated: Curated | undefined;
}

async function allChanges({ plan, manifest, found, curated }: Finished, lake: Lake): Promise<Sentences> {
  const changed = new Sentences();
  for (const sentence of found.changed.first) changed.add(sentence);
  changed.count = found.changed.count;
  for (const name of ['ranges', 'pages', 'received', 'staged', 'bytesStaged'] as const) {
    const [then, now] = [manifest.counts[name], found.tally.counts[name]];
    if (then !== now) changed.add(`the manifest counts ${count(then)} ${name}, and its parts ${count(now)}`);
  }
  if (curated) await addCurated(curated, changed, lake);
  // Of a table that is its stage objects, readers read whatever is in their folder.
  else if (manifest.drift === undefined) {
    for (const late of found.late.first) changed.add(`${late}, and readers of the run read it`);
  }
  const published = await publishedOf(plan, lake);
  if (published) addPublished(plan, { published, curated }, changed);
  return changed;
}

async function addCurated({ files, location }: Curated, changed: Sentences, lake: Lake): Promise<void> {
  const missing = new Map(files.map((file) => [file.key, file]));
  for await (const { key, bytes, etag } of lake.list(location)) {
    const file = missing.get(key);
    missing.delete(key);
    if (!file) changed.add(`${key} is no file of the table, and readers of the run read it`);
    else if (file.bytes !== bytes || file.etag !== etag)
      changed.add(`${key} is not the file that was written`);
  }
  for (const key of missing.keys()) changed.add(`${key} is gone from the lake: somebody has removed it`);
}

/** What readers are told of the run, now or after a rollback; undefined where it is not published, or not kept any more. */
async function publishedOf(plan: Plan, lake: Lake): Promise<PublishedRun | undefined> {
  return keptRun(await readPointer(lake, plan), plan.runId);
}

/** Readers follow the pointer: it must lead them to the files that were looked at. */
function addPublished(
  plan: Plan,
  { published, curated }: { readonly published: PublishedRun; readonly curated: Curated | undefined },
  changed: Sentences,
): void {
  const there = curated ? filesOf(curated) : { location: stagePrefix(plan) };
  if (published.location !== there.location) {
    const merged = curated ? `its files are in ${there.location}` : `${curatedKey(plan)} is gone`;
    changed.add(`readers of the run read ${published.location}, and ${merged}`);
  } else if ('files' in there) {
    for (const name of ['files', 'records'] as const) {
      const [told, written] = [published[name], there[name]];
      if (told !== written)
        changed.add(`readers are told of ${count(told)} ${name}, and ${count(written)} were written`);
    }
  }
}

import { TransientError } from '../../errors';
import { type Plan, tableIn } from '../../plan/plan';
import { type DoneLooking, notLooked } from '../drift/look-again';
import { manifestKey, verificationKey } from '../keys';
import type { Unrolled } from '../missing/unroll';
import type { Clock, Lake } from '../ports';
import { harvestAll } from './harvest';
import { readHole } from './hole';
import { inherit } from './inherit';
import { type Evidence, judge } from './judge';
import type { Judged } from './judgement';
import { Ledger, type LedgerFolder } from './ledger';
import { type Manifest, type ManifestPart, readManifest } from './manifest';
import { readPredecessor } from './read-predecessor';
import { type SurveyServices, survey } from './survey';
import { readVerification, type Verification } from './verification';

export interface VerifyServices extends SurveyServices {
  readonly clock: Pick<Clock, 'now'>;
}

/** A run's own ranges, as far as verification asks for them. */
export type OwnRanges = Pick<Unrolled, 'ranges' | 'pages'> & Partial<Pick<Unrolled, 'givenUp'>>;

/**
 * The manifest of a run whose ranges all exist, or are given up: written by whoever verifies first, and read by everyone else. Before it, what
 * was proved is written, and before that the receipts, in parts.
 */
export async function verifyOnce(
  plan: Plan,
  own: OwnRanges,
  services: VerifyServices,
  looked: DoneLooking = notLooked(plan, own),
): Promise<Manifest> {
  const { lake } = services;
  const existing = await readManifest(lake, plan);
  if (existing) return existing;
  const ledger = new Ledger(await foldersOf(plan, looked, lake), lake);
  const found = await survey(plan, ledger, services);
  const [late] = found.late.first;
  if (late !== undefined) throw new TransientError(`${late}: the run is verified anew the next time`);
  const looks = looked.generations.flatMap(({ look }) => look ?? []);
  const givenUp = own.givenUp ?? [];
  const hole = await readHole(plan, { givenUp, looks }, lake);
  const total = looked.total ?? plan.total ?? found.tally.promised;
  const extents = looked.generations;
  const inherited = await inherit(plan, lake);
  const predecessor = await readPredecessor(plan, lake);
  // Readers may see the run by now, which somebody else has verified.
  const verified = predecessor === undefined ? await readManifest(lake, plan) : undefined;
  if (verified) return verified;
  const evidence = { ...found, extents, drift: looked.drift, total, hole, inherited, predecessor };
  const judged = judge(plan, evidence);
  await writeVerification(plan, judged, services);
  const parts = found.replaced.apply(ledger.folders.flatMap((folder) => folder.parts));
  const manifest = manifestOf(plan, evidence, judged, parts);
  await lake.putIfAbsent(manifestKey(plan), JSON.stringify(manifest), { contentType: 'application/json' });
  return (await readManifest(lake, plan)) ?? manifest;
}

async function foldersOf(plan: Plan, { generations }: DoneLooking, lake: Lake): Promise<LedgerFolder[]> {
  const folders: LedgerFolder[] = [];
  for (const { look, replaced } of generations) {
    // The plan's sequences are those of its own ranges.
    const { sequences, ...run } = plan;
    const listed = look === undefined ? plan : { ...run, look };
    folders.push({ run: listed, parts: await harvestAll(listed, lake), replaced });
  }
  return folders;
}

/** What has been written by one that died since is replaced where it says something else: an object may have come late. */
async function writeVerification(
  plan: Plan,
  { verdict, checks }: Judged,
  { lake, clock }: VerifyServices,
): Promise<void> {
  const { source, dataset, runId } = plan;
  const verification: Verification = {
    version: 1,
    source,
    dataset,
    runId,
    verifiedAt: new Date(clock.now()).toISOString(),
    verdict,
    checks: [...checks],
  };
  const key = verificationKey(plan);
  const text = JSON.stringify(verification, null, 2);
  if ((await lake.putIfAbsent(key, text, { contentType: 'application/json' })) === 'created') return;
  const existing = await readVerification(lake, plan);
  if (JSON.stringify(existing?.checks) === JSON.stringify(checks)) return;
  await lake.replace(key, text, (await lake.head(key))?.etag);
}

function manifestOf(
  plan: Plan,
  { tally, observations, drift, total, hole, inherited = [], predecessor }: Evidence,
  { problems, warnings }: Judged,
  parts: readonly ManifestPart[],
): Manifest {
  const { source, dataset, runId, definition, watermark, subset, replayOf, increment } = plan;
  return {
    version: 3,
    source,
    dataset,
    runId,
    definition,
    ...tableIn(plan),
    ...(replayOf === undefined ? {} : { replayOf }),
    ...(increment === undefined ? {} : { increment }),
    watermark,
    ...(total === undefined ? {} : { total }),
    subset,
    counts: tally.counts,
    observations,
    ...(drift === undefined ? {} : { drift }),
    givenUp: [...hole.ranges],
    ...(increment === undefined ? {} : { inherited: [...inherited] }),
    ...(predecessor === undefined ? {} : { predecessor }),
    problems: [...problems],
    warnings: [...warnings],
    parts: [...parts],
  };
}

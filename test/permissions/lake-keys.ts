import * as keys from '../../core/run/keys';

const run = { source: 'xsource', dataset: 'xdataset', runId: 'xrun' };
const range = { slice: 'xslice', index: 7 };
const raw = keys.rawKey(run, range, 'xattempt');

/** An object of each kind that there is in the lake, by the name of the kind. */
const examples: Readonly<Record<string, string>> = {
  claim: keys.claimKey(run),
  plan: keys.planKey(run),
  stage: keys.stageKey({ ...run, extension: 'parquet' }, range),
  raw,
  'raw pages': keys.rawPagesKey(raw),
  quarantine: keys.quarantineKey(run, range, 'xattempt'),
  next: keys.nextKey(run, range, 'xattempt'),
  observations: keys.observationsKey(run, range, 'xattempt'),
  dead: keys.deadKey(run, range),
  'given up': keys.givenUpKey(run, range),
  look: keys.lookKey(run, 7),
  'part of a manifest': keys.manifestPartKey(run, 'xpart'),
  manifest: keys.manifestKey(run),
  verification: keys.verificationKey(run),
  ending: keys.endingKey(run),
  expiring: keys.expiringKey(run),
  enqueued: keys.enqueuedKey(run, 7),
  redriven: keys.redrivenKey(run, 7),
  blocked: keys.blockedKey(run, 'xblockage'),
  owed: keys.owedKey(run, 'xdebt'),
  progress: keys.progressKey(run),
  report: keys.reportKey(run),
  curated: keys.curatedKey(run),
  'merged file': `${keys.curatedPrefix(run, 'xattempt')}part-00007.parquet`,
  pointer: keys.pointerKey(run),
  watermark: keys.watermarkKey(run),
  expected: keys.expectedKey(run),
};

/** The names of all kinds. */
export const lakeKinds = Object.keys(examples);

/** A key of a kind, of some run of a source. */
export function exampleOf(kind: string, source: string): string {
  return (examples[kind] ?? '').replace('xsource', source);
}

/** Names of runs, ranges and the like as any text, in folders of looks too. */
const patterns = Object.entries(examples).map(([kind, key]) => {
  const segments = key.split('/').map((segment) => {
    const named = segment.replace(/^[^.]*\bx[a-z]+[^.]*/, '*').replace(/\d+/g, '#');
    return named.replaceAll('.', '\\.').replace('*', '[^/.]+').replace('#', '\\d+');
  });
  const last = segments.pop();
  return { kind, expression: new RegExp(`^${segments.join('/')}/(look-\\d+/)?${last}$`) };
});

/** Which kind of object a key is of; throws for a key that the lake has no place for. */
export function kindOf(key: string): string {
  const found = patterns.filter(({ expression }) => expression.test(key));
  const [only] = found;
  if (only && found.length === 1) return only.kind;
  throw new Error(
    `${key} is of ${found.length} kinds: ${found.map(({ kind }) => kind).join(', ') || 'none'}`,
  );
}

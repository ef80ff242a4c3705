import { type DriftCase, DriftWorld } from './drift-world';

const base = { records: 163, pageSize: 5, pagesPerRange: 4, lanes: 2, looks: 3, isSortedByKey: true };
async function many(
  name: string,
  c: Omit<DriftCase, 'seed' | keyof typeof base> & Partial<DriftCase>,
  n = 300,
) {
  const out: Record<string, number> = {};
  let missing = 0,
    dup = 0,
    inexact = 0,
    req = 0;
  const bad: string[] = [];
  for (let seed = 1; seed <= n; seed++) {
    const w = new DriftWorld({ ...base, ...c, seed });
    const own = w.requests;
    const done = await w.run();
    const rows = w.rows(done);
    const set = new Set(rows);
    const miss = [...w.lasting].filter((k) => !set.has(k)).length;
    const o = done.drift?.outcome ?? 'none';
    out[o] = (out[o] ?? 0) + 1;
    if (o !== 'open' && miss > 0) {
      missing++;
      bad.push(`${seed}:${o}:${miss}`);
    }
    if (o === 'open' && miss > 0) out.openMissing = (out.openMissing ?? 0) + 1;
    if (o === 'settled' && set.size !== rows.length) dup++;
    if (o === 'settled' && done.total !== undefined && done.total !== set.size) inexact++;
    req += w.requests;
    void own;
  }
  console.log(
    name,
    JSON.stringify(out),
    { missing, dup, inexact, req: Math.round(req / n) },
    bad.slice(0, 5).join(' '),
  );
}
const any = { where: 'anywhere' as const };
it.skip('simulates', async () => {
  for (const kind of ['counted', 'uncounted'] as const) {
    const n = 600;
    await many(`${kind} calm`, { kind, churn: { ...any, perRequest: 0, inserts: 0.5, until: 0 } }, 20);
    await many(`${kind} mixed until 60`, {
      kind,
      churn: { ...any, perRequest: 0.3, inserts: 0.5, until: 60 },
    });
    await many(`${kind} mixed slow until 60`, {
      kind,
      churn: { ...any, perRequest: 0.05, inserts: 0.5, until: 60 },
    });
    await many(`${kind} deletes until 60`, {
      kind,
      churn: { ...any, perRequest: 0.3, inserts: 0, until: 60 },
    });
    await many(`${kind} slow deletes until 40`, {
      kind,
      churn: { ...any, perRequest: 0.03, inserts: 0, until: 40 },
    });
    await many(`${kind} inserts until 60`, {
      kind,
      churn: { ...any, perRequest: 0.3, inserts: 1, until: 60 },
    });
    await many(`${kind} slow inserts until 40`, {
      kind,
      churn: { ...any, perRequest: 0.03, inserts: 1, until: 40 },
    });
    await many(`${kind} tail growth`, {
      kind,
      churn: { where: 'end', perRequest: 0.3, inserts: 1, until: 1e9 },
    });
    await many(`${kind} tail growth until 45`, {
      kind,
      churn: { where: 'end', perRequest: 0.3, inserts: 1, until: 45 },
    });
    await many(`${kind} mixed forever`, {
      kind,
      churn: { ...any, perRequest: 0.3, inserts: 0.5, until: 1e9 },
    });
    await many(`${kind} mixed slow forever`, {
      kind,
      churn: { ...any, perRequest: 0.03, inserts: 0.5, until: 1e9 },
    });
    await many(`${kind} deletes forever`, {
      kind,
      churn: { ...any, perRequest: 0.1, inserts: 0, until: 1e9 },
    });
  }
}, 600000);
it('traces', async () => {
  for (const [seed, c] of [
    ...[1,2,3,4,5].map((n) => [n, { kind: 'uncounted' as const, churn: { where: 'end', perRequest: 0.3, inserts: 1, until: 1e9 } }] as const),
    [249, { kind: 'uncounted' as const, churn: { ...any, perRequest: 0.03, inserts: 0.5, until: 1e9 } }],
  ] as const) {
    const w = new DriftWorld({ ...base, ...c, seed });
    const done = await w.run();
    const set = new Set(w.rows(done));
    if (c.churn.where === 'end' && done.drift?.outcome !== 'open') continue;
    console.log(
      seed,
      [...w.lasting].filter((k) => !set.has(k)),
      JSON.stringify(done.drift),
      w.log.join('\n'),
    );
    for (const k of w.objects.keys('runs/')) if (/look-\d+.json/.test(k)) console.log(k, w.objects.text(k));
  }
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { temporaryFolder } from '../support/baseload-process';

const projectRoot = join(__dirname, '..', '..');
const work = temporaryFolder();
afterAll(() => work.remove());

test('nothing is synthesized of a source whose SQL cannot be used', async () => {
  const core = (file: string) => JSON.stringify(join(projectRoot, 'core', 'source', file));
  writeFileSync(
    join(work.path, 'shop.ts'),
    `import { defineSource } from ${core('define-source')};
     import { bigint, varchar } from ${core('columns')};
     export default defineSource({
       name: 'shop', baseUrl: 'https://shop.example', auth: { type: 'none' }, limits: { requestsPerSecond: 10 },
       datasets: [{ name: 'orders', request: { path: '/orders' }, records: 'data', key: ['id'], pagination: { type: 'single' },
         columns: { id: bigint(), name: varchar({ sql: 'nofn(value)' }) } }],
     });`,
  );
  const outDirectory = join(work.path, 'out');
  const app = spawn(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
    cwd: projectRoot,
    env: {
      ...process.env,
      CDK_OUTDIR: outDirectory,
      CDK_CONTEXT_JSON: JSON.stringify({ sources: work.path }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, [code]] = await Promise.all([text(app.stderr), once(app, 'close')]);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /shop\.ts: source 'shop' has 1 problem:\n +datasets\[0\]\.columns\.name\.sql .*nofn does not exist/,
  );
  expect(readdirSync(outDirectory)).toEqual([]);
}, 60_000);

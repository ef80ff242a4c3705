import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lakeFolder } from '../../local/lake-folder';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'lake-folder-'));
});
afterEach(() => rmSync(data, { recursive: true }));

test('is there only when something was loaded', () => {
  expect(lakeFolder(data)).toBeUndefined();
  mkdirSync(join(data, 's3', '.uploads'), { recursive: true });
  expect(lakeFolder(data)).toBeUndefined();
});

test('is the one bucket, or among several the lake', () => {
  mkdirSync(join(data, 's3', 'baseload-local-catalogqueriesresults'), { recursive: true });
  expect(lakeFolder(data)).toBe(join(data, 's3', 'baseload-local-catalogqueriesresults'));
  mkdirSync(join(data, 's3', 'baseload-local-lakebucket'));
  expect(lakeFolder(data)).toBe(join(data, 's3', 'baseload-local-lakebucket'));
});

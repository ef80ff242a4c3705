import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/baseload-process';

const text = readFileSync(join(__dirname, '..', '..', 'docs', 'deploy.md'), 'utf8');
const [, snippet = ''] = /^(if query=\$\(aws athena[\s\S]*?^fi)$/m.exec(text) ?? [];

const bin = temporaryFolder();
afterAll(() => bin.remove());

/** Runs the guide's lines in a shell whose `aws` answers each command by these lines of shell, and whose `sleep` does not. */
function ask(answers: Readonly<Record<string, string>>): { status: number | null; asked: readonly string[] } {
  const log = join(bin.path, 'asked');
  writeFileSync(log, '');
  const cases = Object.entries(answers).map(([command, answer]) => `${command}) ${answer} ;;`);
  const commands = {
    aws: `echo "$2" >> '${log}'\ncase $2 in\n${cases.join('\n')}\nesac`,
    sleep: ':',
  };
  for (const [name, body] of Object.entries(commands)) {
    writeFileSync(join(bin.path, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin.path, name), 0o755);
  }
  const env = { PATH: `${bin.path}:${process.env.PATH}` };
  const { status } = spawnSync('sh', ['-c', snippet], { env, timeout: 20_000 });
  return { status, asked: readFileSync(log, 'utf8').trim().split('\n') };
}

describe('the query of Athena in the guide', () => {
  const start = 'start-query-execution';
  const look = 'get-query-execution';
  const results = 'get-query-results';

  it('is there', () => {
    expect(snippet).toContain(start);
  });

  it('waits for its end, and shows what came of it', () => {
    const file = join(bin.path, 'looked');
    const states = `if [ -e '${file}' ]; then echo SUCCEEDED; else touch '${file}'; echo RUNNING; fi`;
    expect(ask({ [start]: 'echo q-1', [look]: states, [results]: 'exit 0' })).toEqual({
      status: 0,
      asked: [start, look, look, results],
    });
  });

  it('ends where it cannot be started', () => {
    expect(ask({ [start]: 'exit 254' }).asked).toEqual([start]);
  });

  it.each([
    ['it failed', 'echo FAILED'],
    ['nobody says how it is', 'exit 254'],
  ])('ends where %s', (_, answer) => {
    const { status, asked } = ask({ [start]: 'echo q-1', [look]: answer, [results]: 'exit 254' });
    expect({ status, asked }).toEqual({ status: 254, asked: [start, look, results] });
  });
});

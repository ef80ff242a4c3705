import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The one file that reads the project's cdk.json, to leave out what somebody has set there. */
const reader = join('support', 'without-settings.ts');

const texts = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.[jt]s$/.test(name) && join(__dirname, name) !== __filename)
  .map((name) => [name, readFileSync(join(__dirname, name), 'utf8')] as const);
const namesWhere = (isSo: (text: string) => boolean) =>
  texts.filter(([, text]) => isSo(text)).map(([name]) => name);

describe('the tests pass whatever somebody sets in the project: no test', () => {
  test('takes an environment from lib/environments.ts: lib/usual-environments.ts has them as they come', () => {
    const taken = /import \{[^}]*(?<!type )\benvironments\b[^}]*\} from '[^']*\/lib\/environments'/;
    // But for the one that asks whether each is there.
    expect(namesWhere((text) => taken.test(text))).toEqual([join('lib', 'environments.test.ts')]);
  });

  test('reads cdk.json but with the helper', () => {
    const readsIt = /require\('[^']*cdk\.json'\)|readFile(Sync)?\(\s*(join|resolve)\([^;]*'cdk\.json'/;
    expect(namesWhere((text) => readsIt.test(text))).toEqual([reader]);
  });

  test('runs the app on the folder of sources that somebody adds to: it names its own', () => {
    const calls = texts.flatMap(([name, text]) =>
      [...text.matchAll(/\b(?:startLocalMode|synthesize)\((\{[^;]*?\})\)/g)]
        .map(([, options = '']) => [name, options] as const)
        .filter(([, options]) => /[{,]\s*projectRoot(,|: resolve\()/.test(options)),
    );
    expect(calls.length).toBeGreaterThan(3);
    const unnamed = calls.filter(([, options]) => !/\bsources\b/.test(options)).map(([name]) => name);
    expect(unnamed).toEqual([]);
  });
});

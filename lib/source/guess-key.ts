import { closest } from '../../core/source/closest';
import { settingNames } from '../../core/source/settings/set-source';
import { readSettingKey } from '../../core/source/settings/setting-key';
import { environmentNames } from '../../lambda/environment';
import { ownKeys, perEnvironment } from './own-keys';

/** What other tools call what we call otherwise. */
const otherWords: Readonly<Record<string, string>> = {
  email: perEnvironment,
  mail: perEnvironment,
  env: 'environment',
  stage: 'environment',
  sourcefolder: 'sources',
};

/** What a part of a key is the name of. */
interface Part {
  readonly kind: 'environment' | 'source' | 'setting';
  readonly name: string;
}

/** The key that a wrong one most likely means, whatever its order, its capitals and what is between its parts; undefined where that cannot be told. */
export function guessKey(key: string, sources: readonly string[]): string | undefined {
  const plain = key.trim();
  const own = Object.hasOwn(otherWords, plain.toLowerCase())
    ? otherWords[plain.toLowerCase()]
    : closest(plain, ownKeys);
  if (own !== undefined) return own;
  const ofDataset = readSettingKey(`${plain}:schedule`);
  if (ofDataset?.dataset !== undefined && sources.includes(ofDataset.source)) return ofDataset.key;
  // A dash may be between parts, or in the name of a source.
  for (const separators of [/[:./_\s]+/, /[:./_\s-]+/]) {
    const parts = plain.split(separators).filter((part) => part !== '');
    const guess = compose(
      parts.map((part) => partOf(part, sources)),
      sources,
    );
    if (guess !== undefined) return guess;
  }
  return undefined;
}

function partOf(part: string, sources: readonly string[]): Part | undefined {
  const kinds: readonly [Part['kind'], readonly string[]][] = [
    ['environment', environmentNames],
    ['source', sources],
    ['setting', [...settingNames, 'schedule', perEnvironment]],
  ];
  for (const find of [same, closest]) {
    for (const [kind, names] of kinds) {
      const name = find(part, names);
      if (name !== undefined) return { kind, name };
    }
  }
  return undefined;
}

function same(part: string, names: readonly string[]): string | undefined {
  return names.find((name) => name.toLowerCase() === part.toLowerCase());
}

/** The key of parts that are of one kind each, in its order. */
function compose(parts: readonly (Part | undefined)[], sources: readonly string[]): string | undefined {
  const names = new Map(parts.flatMap((part) => (part ? [[part.kind, part.name]] : [])));
  const setting = names.get('setting');
  if (names.size < parts.length || setting === undefined) return undefined;
  const environment = names.get('environment');
  const source = names.get('source');
  const ofAll = setting === perEnvironment;
  if (ofAll && source !== undefined) return undefined;
  const whose = ofAll ? [] : [source ?? sources[0] ?? '<source>'];
  return [...(environment === undefined ? [] : [environment]), ...whose, setting].join(':');
}

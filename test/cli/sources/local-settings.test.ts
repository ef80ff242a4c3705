import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setLocally } from '../../../cli/sources/local-settings';
import { applySettings } from '../../../lib/source/source-settings';
import { usualEnvironments } from '../../../lib/usual-environments';
import { projectContext } from '../../../local/template/project-context';
import { fixtureSources } from '../../lib/fixtures/synthesize';
import { projectWithoutSettings } from '../../support/without-settings';

const sandbox = 'http://127.0.0.1:4011/v1';
const cases: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { 'local:harbour:baseUrl': sandbox, 'local:tides:lanes': '3', 'local:harbour:schedule': 'off' },
  {
    'harbour:baseUrl': 'https://api.example.com',
    'prod:harbour:lanes': 9,
    'dev:shop:lanes': 2,
    'shop:lanes': 3,
  },
  { 'local:harbor:baseUrl': sandbox },
  { 'local:harbour:baseUrls': sandbox },
  { 'locl:harbour:baseUrl': sandbox },
  { 'harbour:local:baseUrl': sandbox },
  { 'local-harbour:baseUrl': sandbox },
  { 'local:harbour:baseUrl': 'sandbox', 'local:harbour:lanes': 1 },
  { '@aws-cdk/core:x': true, 'aws:cdk:enable-path-metadata': 'true', alarmEmail: 'me@example.com' },
];

it.each(cases)(
  'asks a source as the template of a local run does, or refuses what that refuses: %j',
  (context) => {
    const { sources, problems } = applySettings(fixtureSources, context, usualEnvironments.local);
    expect(setLocally(fixtureSources, context)).toEqual({ sources, problems });
  },
);

it('asks at the address that is for this machine, and at no other that is set', () => {
  const context = { 'harbour:baseUrl': 'https://api.example.com', 'local:harbour:baseUrl': sandbox };
  const { sources } = setLocally(fixtureSources, context);
  expect(sources[0]?.source.baseUrl).toBe(sandbox);
  expect(cases.flatMap((one) => setLocally(fixtureSources, one).problems).length).toBeGreaterThan(5);
});

it.each(['local.harbour:baseUrl', 'Local harbour:baseUrl', 'local', 'local::harbour:baseUrl'])(
  'a key that was meant for this machine is refused: %s',
  (key) => {
    expect(setLocally(fixtureSources, { [key]: sandbox }).problems).toEqual([
      `context '${key}' means nothing: settings of this machine are such as 'local:harbour:baseUrl'`,
    ]);
  },
);

it('sources in another folder than cdk.json names are not what its local settings are of', () => {
  const project = projectWithoutSettings();
  const context = { 'local:shop:lanes': 3, 'shop:lanes': 2, alarmEmail: 'a@example.com' };
  const { 'local:shop:lanes': _, ...elsewhere } = context;
  const contextOf = (more: object, folder?: string) => {
    writeFileSync(join(project, 'cdk.json'), JSON.stringify({ context: { ...context, ...more } }));
    return projectContext(project, folder);
  };
  expect(contextOf({})).toEqual(context);
  expect(contextOf({}, join(project, 'sources'))).toEqual(context);
  expect(contextOf({}, '/of/others')).toEqual(elsewhere);
  expect(contextOf({ sources: 'ours' }, join(project, 'ours'))).toEqual({ ...context, sources: 'ours' });
  expect(contextOf({ sources: 'ours' }, join(project, 'sources'))).toEqual({ ...elsewhere, sources: 'ours' });
  rmSync(project, { recursive: true });
});

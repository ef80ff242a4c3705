import { environmentNames } from '../../lambda/environment';
import { environments, findEnvironment } from '../../lib/environments';
import { usualEnvironments } from '../../lib/usual-environments';

test('every name has an environment that is called so, and nothing else has', () => {
  for (const name of environmentNames) {
    expect(environments[name].name).toBe(name);
    expect(findEnvironment(name, environments)).toBe(environments[name]);
  }
  for (const name of ['production', '', undefined, 7])
    expect(findEnvironment(name, environments)).toBeUndefined();
});

test('as they come, staging and prod keep the lake and what is deleted, and prod alone loads by itself and cannot be deleted by mistake', () => {
  const told = environmentNames.map((name) => {
    const { lakeRemovalPolicy, undeleteWindow, schedulesEnabled, terminationProtection, network } =
      usualEnvironments[name];
    return [
      name,
      lakeRemovalPolicy,
      undeleteWindow?.toDays(),
      schedulesEnabled,
      terminationProtection,
      network,
    ];
  });
  expect(told).toEqual([
    ['local', 'destroy', undefined, false, false, undefined],
    ['dev', 'destroy', undefined, false, false, undefined],
    ['staging', 'retain-on-update-or-delete', 7, false, false, undefined],
    ['prod', 'retain-on-update-or-delete', 30, true, true, undefined],
  ]);
});

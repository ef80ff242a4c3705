import { z } from 'zod';
import { describe } from '../../core/source/describe';
import { environmentProblem } from '../../core/source/settings/setting-key';
import { environmentNames } from '../../lambda/environment';

/** Who is told of alarms, or what is wrong with them, a sentence each. */
export interface AlarmAddresses {
  readonly addresses: readonly string[];
  readonly problems: readonly string[];
}

const general = 'alarmEmail';

/** Reads the e-mail addresses that alarms of an environment go to: 'alarmEmail', or 'prod:alarmEmail', which wins; several are a list, or separated by commas. */
export function alarmAddresses(
  context: Readonly<Record<string, unknown>>,
  environment: string,
): AlarmAddresses {
  const own = `${environment}:${general}`;
  const key = Object.hasOwn(context, own) ? own : general;
  const value = context[key];
  const problems = Object.keys(context).flatMap(wrongEnvironment);
  if (value === undefined) return { addresses: [], problems };
  const parts = partsOf(value);
  const good = new Set<string>();
  for (const [index, part] of parts.entries()) {
    const address = z.email().safeParse(part);
    if (address.success) good.add(address.data);
    else {
      const what =
        part === '' ? `address ${index + 1} of ${parts.length} is empty` : `received ${describe(part)}`;
      problems.push(
        `context '${key}': ${what}, allowed: an e-mail address, or several, with commas between or as a list`,
      );
    }
  }
  return { addresses: [...good], problems };
}

/** The command line gives a text, cdk.json a text or a list of them. */
function partsOf(value: unknown): readonly unknown[] {
  const parts: readonly unknown[] = Array.isArray(value)
    ? value
    : typeof value === 'string'
      ? value.split(',')
      : [value];
  return parts.map((part) => (typeof part === 'string' ? part.trim() : part));
}

/** What is wrong with the environment of a key such as 'prod:alarmEmail', if it is such a key. */
function wrongEnvironment(key: string): string[] {
  const end = `:${general}`;
  const problem = key.endsWith(end)
    ? environmentProblem({ key, environment: key.slice(0, -end.length) }, environmentNames)
    : undefined;
  return problem === undefined ? [] : [problem];
}

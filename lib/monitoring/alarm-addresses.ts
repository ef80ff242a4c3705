import { z } from 'zod';
import { describe } from '../../core/source/describe';
import { environmentNames } from '../../lambda/environment';

/** Who is told of alarms, or what is wrong with them, a sentence each. */
export interface AlarmAddresses {
  readonly addresses: readonly string[];
  readonly problems: readonly string[];
}

const general = 'alarmEmail';

/** Reads the e-mail addresses that alarms of an environment go to: 'alarmEmail', or 'prod:alarmEmail', which wins; several are separated by commas. */
export function alarmAddresses(
  context: Readonly<Record<string, unknown>>,
  environment: string,
): AlarmAddresses {
  const own = `${environment}:${general}`;
  const key = Object.hasOwn(context, own) ? own : general;
  const value = context[key];
  const problems = Object.keys(context).filter(isOfNoEnvironment).map(noEnvironment);
  if (value === undefined) return { addresses: [], problems };
  const parts = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : [value];
  const good = new Set<string>();
  for (const part of parts) {
    const address = z.email().safeParse(part);
    if (address.success) good.add(address.data);
    else {
      problems.push(
        `context '${key}': received ${describe(part)}, allowed: an e-mail address, or several separated by commas`,
      );
    }
  }
  return { addresses: [...good], problems };
}

function isOfNoEnvironment(key: string): boolean {
  return key.endsWith(`:${general}`) && !environmentNames.some((name) => key === `${name}:${general}`);
}

function noEnvironment(key: string): string {
  return `context '${key}' names no environment: there is ${environmentNames.join(', ')}`;
}

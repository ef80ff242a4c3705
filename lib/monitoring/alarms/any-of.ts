import type { IAlarmRule } from 'aws-cdk-lib/aws-cloudwatch';

/** Alarms that a rule may name, and characters that it may have (CloudWatch, PutCompositeAlarm, AlarmRule). */
const mostNames = 100;
const longestRule = 10_240;

/** The rule that is true while any of these alarms is in ALARM. They are named, not referred to by ARN, so that a hundred have room. */
export function anyOf(names: readonly string[]): IAlarmRule {
  return { renderAlarmRule: () => ruleOf(names) };
}

/** The names in as few groups as rules can hold. */
export function groupsOf(names: readonly string[]): string[][] {
  const groups: string[][] = [[]];
  for (const name of names) {
    const last = groups.at(-1) ?? [];
    if (last.length < mostNames && ruleOf([...last, name]).length <= longestRule) last.push(name);
    else groups.push([name]);
  }
  return groups;
}

function ruleOf(names: readonly string[]): string {
  return names.map((name) => `ALARM("${name}")`).join(' OR ');
}

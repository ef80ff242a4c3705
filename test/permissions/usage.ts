import { Principal } from '../../local/aws/authorize';
import { describeGrant, type Grant } from '../../local/aws/grant';
import type { Decision } from '../../local/aws/usage-ledger';
import type { LocalMode } from '../../local/local-mode';

/** One thing that a function or a schedule is allowed, and what it was used for. */
export interface Usage {
  readonly principal: string;
  readonly grant: Grant;
  readonly calls: number;
  /** What was called, the first time. */
  readonly example: string | undefined;
}

/** What each principal of a stack was allowed, and how much of it was used. */
export function usageOf(local: Pick<LocalMode, 'grants' | 'decisions'>): Usage[] {
  const decisions = local.decisions();
  return [...local.grants()].flatMap(([principal, grants]) =>
    distinct(grants).map((grant) => {
      const uses = decisions.filter((decision) => decision.principal === principal && isBy(decision, grant));
      const calls = uses.reduce((sum, decision) => sum + decision.calls, 0);
      return { principal, grant, calls, example: uses[0] && (uses[0].context.prefix ?? uses[0].resource) };
    }),
  );
}

/** Whether any of the calls that were allowed would be refused without a grant: they are held against the others. */
export function isMissed(
  { principal, grant }: Usage,
  local: Pick<LocalMode, 'grants' | 'decisions'>,
): boolean {
  const others = (local.grants().get(principal) ?? []).filter(
    (one) => describeGrant(one) !== describeGrant(grant),
  );
  const without = new Principal(principal, others.map(statementOf));
  return local
    .decisions()
    .filter((decision) => decision.principal === principal && decision.allowed)
    .some(({ action, resource, context }) => !without.may(action, resource, context));
}

/** A table of who was allowed what, and how often it was used. */
export function usageTable(usages: readonly Usage[]): string {
  return table(
    usages.map(({ principal, grant, calls, example }) => [
      principal,
      String(calls),
      describeGrant(grant),
      example === undefined ? '' : `e.g. ${example}`,
    ]),
  );
}

/** A table of what was refused to whom, and how often. */
export function refusalTable(decisions: readonly Decision[]): string {
  return table(
    decisions
      .filter(({ allowed }) => !allowed)
      .map(({ principal, calls, action, resource, context }) => [
        principal,
        String(calls),
        `${action} on ${resource}`,
        Object.keys(context).length === 0 ? '' : `with ${JSON.stringify(context)}`,
      ]),
  );
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(([who = '', calls = '', what = '', more = '']) =>
      `${who.padEnd(widths[0] ?? 0)}  ${calls.padStart(widths[1] ?? 0)}  ${what}  ${more}`.trimEnd(),
    )
    .join('\n');
}

/** Whether the grant is one of those that allowed a call. */
export function isBy({ by }: Decision, grant: Grant): boolean {
  return by.some((one) => describeGrant(one) === describeGrant(grant));
}

function distinct(grants: readonly Grant[]): Grant[] {
  return [...new Map(grants.map((grant) => [describeGrant(grant), grant])).values()];
}

function statementOf({ action, resource, conditions }: Grant) {
  const Condition = Object.fromEntries(
    conditions.map(({ operator, key, value }) => [operator, { [key]: value }]),
  );
  return {
    Effect: 'Allow' as const,
    Action: action,
    Resource: resource,
    ...(conditions.length > 0 && { Condition }),
  };
}

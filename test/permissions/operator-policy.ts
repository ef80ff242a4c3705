import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const list = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const statementSchema = z.strictObject({
  Sid: z.string(),
  Effect: z.literal('Allow'),
  Action: list,
  Resource: list,
  // The local AWS has one account, and knows no other condition than s3:prefix.
  Condition: z
    .strictObject({
      StringEquals: z.strictObject({ 'aws:ResourceAccount': z.string() }),
    })
    .transform(() => undefined)
    .optional(),
});

export type OperatorStatement = Omit<z.infer<typeof statementSchema>, 'Condition'>;

/** Statements that every command needs, by the page: the first five. */
const forLooking = 5;

/** What docs/security.md gives an operator: all statements, and of each command those that it needs. */
export function operatorPolicy() {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'security.md'), 'utf8');
  const section = page.split('\n## What an operator needs\n')[1] ?? '';
  const [, json = ''] = /^```json\n([\s\S]*?)^```/m.exec(section) ?? [];
  const { Statement } = z
    .strictObject({ Version: z.literal('2012-10-17'), Statement: z.array(statementSchema) })
    .parse(JSON.parse(json));
  const statements = Statement.map(({ Condition: _, ...statement }): OperatorStatement => statement);
  const rows = [...(section.split('```')[0] ?? '').matchAll(/^\| (`.+?) \| (.+) \|$/gm)];
  const sids = new Map<string, readonly string[]>();
  for (const [, commands = '', needs = ''] of rows) {
    const own = [...needs.matchAll(/`([A-Z]\w+)`/g)].map(([, sid = '']) => sid);
    for (const [, command = ''] of commands.matchAll(/`([^`]+)`/g)) {
      const [bare = '', restart] = command.split(' --restart');
      sids.set(command, restart === undefined ? own : [...(sids.get(bare) ?? []), ...own]);
    }
  }
  return {
    statements,
    commands: sids,
    /** Those that a command needs, or without a command those for looking. */
    of(command?: string): OperatorStatement[] {
      const own = command === undefined ? [] : sids.get(command);
      if (!own) throw new Error(`docs/security.md does not say what ${command} needs`);
      return statements.filter(({ Sid }, index) => index < forLooking || own.includes(Sid));
    },
  };
}

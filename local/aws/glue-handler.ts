import type { z } from 'zod';
import { localAccount } from '../local-account';
import type { AwsCall } from './aws-call';
import { getTableInput, tableInput, updateOptions, writeTableInput } from './glue-requests';
import type { GlueTables } from './glue-tables';
import { type Answer, AwsError, notImplemented, readText } from './http-answer';
import { jsonAnswer } from './json-answer';
import { requireOrException } from './require-or-exception';
import { parseJson } from './sqs-requests';

/** A table of 127 columns of many parts stays far below. */
const maxRequestBytes = 4_000_000;

/**
 * Answers GetTable, CreateTable and UpdateTable (AWS JSON 1.1), the Glue calls that Baseload makes. Each is held against the caller's policy for the
 * catalog, the database and the table ("All operations performed on a Data Catalog resource require permission on the resource and all the
 * ancestors of that resource": "Specifying AWS Glue resource ARNs"). Stricter than Glue about names and types: see glue-requests.ts. Throws AwsErrors.
 */
export async function handleGlue(call: AwsCall, operation: string, tables: GlueTables): Promise<Answer> {
  const read = async () => parseJson(await readText(call.request, maxRequestBytes));
  switch (operation) {
    case 'GetTable':
      return getTable(call, await read(), tables);
    case 'CreateTable':
      return writeTable(call, operation, await read(), tables);
    case 'UpdateTable':
      return writeTable(call, operation, await read(), tables);
    default:
      throw notImplemented(`Glue ${operation}`);
  }
}

async function getTable(call: AwsCall, body: unknown, tables: GlueTables): Promise<Answer> {
  const { DatabaseName, Name, ...others } = parse(getTableInput, body);
  refuseUnknown('GetTable', others);
  authorize(call, 'glue:GetTable', DatabaseName, Name);
  return jsonAnswer('1.1', { Table: await tables.get(DatabaseName, Name) });
}

async function writeTable(
  call: AwsCall,
  operation: 'CreateTable' | 'UpdateTable',
  body: unknown,
  tables: GlueTables,
): Promise<Answer> {
  const { DatabaseName, TableInput, ...others } = parse(writeTableInput, body);
  const { VersionId, SkipArchive, ...unknown } = others;
  refuseUnknown(operation, operation === 'UpdateTable' ? unknown : others);
  authorize(call, `glue:${operation}`, DatabaseName, TableInput.Name);
  const input = parse(tableInput, TableInput);
  const writer = { account: localAccount, arn: call.principal.arn, now: Date.now() };
  if (operation === 'CreateTable') await tables.create(DatabaseName, input, writer);
  else await tables.update(DatabaseName, input, parse(updateOptions, { VersionId, SkipArchive }), writer);
  return jsonAnswer('1.1', {});
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [unknown] = parsed.error.issues.filter(({ code }) => code === 'unrecognized_keys');
  if (unknown) throw notImplemented(`Glue tables with ${[...unknown.path, unknown.message].join(': ')}`);
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  throw new AwsError('InvalidInputException', 400, problems.join('; '));
}

function refuseUnknown(operation: string, others: object): void {
  const unknown = Object.keys(others);
  if (unknown.length > 0) throw notImplemented(`Glue ${operation} with ${unknown.join(', ')}`);
}

function authorize(
  { principal, region }: AwsCall,
  action: 'glue:GetTable' | 'glue:CreateTable' | 'glue:UpdateTable',
  database: string,
  table: string,
): void {
  for (const resource of ['catalog', `database/${database}`, `table/${database}/${table}`]) {
    requireOrException(principal, action, `arn:aws:glue:${region}:${localAccount}:${resource}`);
  }
}

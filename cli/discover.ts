import { relative } from 'node:path';
import { Command } from 'commander';
import { systemClock } from '../core/clock';
import { findRecords } from '../core/discover/find-records';
import type { Look } from '../core/discover/look';
import { type Proposal, propose, type Wanted } from '../core/discover/propose';
import { datasetNameOf, sourceNameOf } from '../core/discover/source-names';
import { writeSource } from '../core/discover/write-source';
import { createAuthorizer } from '../core/extract/auth/authorizer';
import { createClient } from '../core/extract/http/client';
import { isBodyTooLarge } from '../core/extract/http/decode-body';
import type { Clock } from '../core/run/ports';
import { defineSource } from '../core/source/define-source';
import type { Source } from '../core/source/source';
import { secretName } from '../lambda/environment';
import { NoPageError, SourceAsker } from './discover/ask-source';
import { authForms, readAuthOption } from './discover/auth-option';
import { explainNoRecords, explainRefusal, explainTooLarge } from './discover/explain-answer';
import { checkSourceText, importsFrom, placeOf, realFolderOf, writeSourceFile } from './discover/place-file';
import { checkName, readHeaders, readUrl } from './discover/read-target';
import { countChecks, reportLines } from './discover/report';
import { counted } from './format';
import { projectRoot, sourcesFolder } from './project';
import { checkSecrets, localSecrets } from './sources/local-secrets';
import { atLeast } from './whole-number';

/** What the command line says. */
export interface DiscoverOptions {
  readonly auth?: string | undefined;
  readonly header?: readonly string[] | undefined;
  readonly name?: string | undefined;
  readonly dataset?: string | undefined;
  /** A file, or '-' for standard output. @default the source's name in the sources folder */
  readonly out?: string | undefined;
  readonly force?: boolean | undefined;
  /** Requests at most, the first included. @default 6 */
  readonly pages?: number | undefined;
}

/** What the command takes from its surroundings. */
export interface DiscoverServices {
  readonly clock: Clock;
  readonly secret: (secretId: string) => string | undefined;
  readonly folder: string;
}

const defaultPages = 6;

/** `baseload discover`: looks at a live answer and writes a source file. */
export function discoverCommand(): Command {
  return new Command('discover')
    .description('look at an API and write a source file for it, with what is sure and what to check')
    .argument('<url>', 'the URL of a list of records')
    .option('--auth <how>', `${authForms}; the credential comes from the environment or .env`)
    .option(
      '--header <header>',
      "a further header, such as 'Accept-Language: en'; may be repeated",
      collect,
      [],
    )
    .option('--name <source>', "name of the source (default: from the URL's host)")
    .option('--dataset <dataset>', "name of the dataset (default: the last part of the URL's path)")
    .option('--out <file>', "where to write it, '-' to print it (default: sources/<name>.ts)")
    .option('--force', 'write over a file that exists')
    .option('--pages <n>', `requests at most, one a second (default: ${defaultPages})`, atLeast(1))
    .addHelpText(
      'after',
      `
Examples:
  npx baseload discover https://api.example.com/v1/orders
  SHOP_TOKEN=… npx baseload discover https://api.example.com/v1/orders --name shop --auth bearer
  npx baseload discover 'https://api.example.com/v1/orders?status=open' --out -`,
    )
    .action(async (url: string, options: DiscoverOptions) => {
      await discover(url, options, { clock: systemClock, secret: localSecrets(), folder: sourcesFolder });
    });
}

/** Prints what was found and writes the file. Throws a ConfigurationError for wrong use, and a Finding for what the source answers. */
export async function discover(
  text: string,
  options: DiscoverOptions,
  services: DiscoverServices,
): Promise<void> {
  const url = readUrl(text);
  const name = options.name === undefined ? sourceNameOf(url) : checkName('--name', options.name);
  const datasetName =
    options.dataset === undefined ? datasetNameOf(url) : checkName('--dataset', options.dataset);
  const wanted: Wanted = {
    name,
    datasetName,
    url,
    auth: readAuthOption(options.auth, name),
    headers: readHeaders(options.header ?? []),
  };
  const source = bareSource(wanted);
  const file = placeOf(options, name, services.folder);
  checkSecrets(source, services.secret);
  const { proposal, redact } = await askAndPropose(wanted, source, options.pages ?? defaultPages, services);
  const write = (folder: string) => redact(writeSource(proposal, importsFrom(folder)));
  checkSourceText(write);
  const report = reportLines(proposal).map(redact);
  if (file === undefined) {
    for (const line of report) console.error(line);
    process.stdout.write(write(services.folder));
    return;
  }
  const written = write(realFolderOf(file));
  writeSourceFile(file, written, options.force ?? false);
  for (const line of [...report, '', ...nextSteps(proposal, file, countChecks(written))]) console.log(line);
}

/** As much of a source as letting somebody in needs. */
function bareSource({ name, url, auth }: Wanted): Source {
  const dataset = {
    name: 'any',
    request: { path: '/' },
    pagination: { type: 'single' },
    records: '',
    key: ['id'],
    columns: { id: { columnType: { type: 'json' }, options: {} } },
  } as const;
  return defineSource({
    name,
    baseUrl: url.origin,
    auth,
    limits: { requestsPerSecond: 1 },
    datasets: [dataset],
  });
}

async function askAndPropose(
  wanted: Wanted,
  source: Source,
  requests: number,
  { clock, secret }: DiscoverServices,
) {
  const client = createClient(source.http);
  const get = async (name: string) => secret(secretName('local', name)) ?? '';
  const secrets = { get, refresh: get, put: async () => {} };
  const authorizer = createAuthorizer(source, { secrets, client, clock });
  const said = (line: string) => console.error(line);
  const redact = (text: string) => authorizer.redact(text);
  const asker = new SourceAsker({ client, authorizer, clock, said }, wanted.headers, requests);
  try {
    const first = await firstLook(asker, wanted.url, source);
    const found = findRecords(first.body, wanted.datasetName);
    if (!('records' in found)) throw explainNoRecords(found, first, redact);
    const proposal = await answer(propose(wanted, first, found, clock.now()), asker);
    return { proposal, redact };
  } finally {
    await client.close();
  }
}

async function firstLook(asker: SourceAsker, url: URL, { auth }: Source): Promise<Look> {
  try {
    return await asker.look(url);
  } catch (error) {
    if (isBodyTooLarge(error)) throw explainTooLarge(url);
    throw error instanceof NoPageError ? explainRefusal(error, auth) : error;
  }
}

/** Asks what the reasoning wants to know until it is done. */
async function answer(inquiry: ReturnType<typeof propose>, asker: SourceAsker): Promise<Proposal> {
  let step = inquiry.next();
  while (!step.done) step = inquiry.next(await asker.reply(step.value.url));
  return step.value;
}

function nextSteps({ wanted, columns, seen }: Proposal, file: string, checks: number): readonly string[] {
  const dataset = `${wanted.name}/${wanted.datasetName}`;
  const shown = relative(process.cwd(), file);
  const declared = columns.filter(({ isEmpty }) => !isEmpty).length;
  const marks =
    checks === 0
      ? 'nothing in it needs a check'
      : `${counted(checks, 'thing')} in it marked 'check:' to look at`;
  const folder = relative(projectRoot, realFolderOf(file));
  const first =
    realFolderOf(file) === sourcesFolder
      ? ''
      : `BASELOAD_SOURCES=${folder.startsWith('..') ? realFolderOf(file) : folder} `;
  return [
    `✔ ${shown}  dataset '${dataset}': ${counted(declared, 'column')} by ${counted(seen.records, 'record')}; it is valid, ${marks}`,
    '',
    'Next:',
    `  ${first}npx baseload preview ${dataset}`,
    `  ${first}npx baseload run ${dataset}`,
  ];
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

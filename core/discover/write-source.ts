import { buildersOf, columnCode } from './column-code';
import type { Finding } from './look';
import { type Code, codeOf, type Member, print, quoted } from './print-code';
import type { Proposal } from './propose';

/**
 * The source file, laid out as the project's formatter would; whatever is not sure has a comment `check: …` above it.
 * `importsFrom` is the folder of columns and define-source, such as '../core/source'.
 */
export function writeSource(proposal: Proposal, importsFrom: string): string {
  const { wanted, seen } = proposal;
  const title = `${wanted.datasetName} of ${wanted.url.host}, as \`baseload discover\` saw them in ${seen.records} records of ${seen.pages} ${seen.pages === 1 ? 'page' : 'pages'}.`;
  const hint = 'What is marked `check:` could not be made sure: look at it, then delete the mark.';
  return `${imports(proposal, importsFrom)}
/**
 * ${title.replaceAll('*/', '* /')}
 * ${hint}
 */
export default defineSource(${print(sourceCode(proposal), 0, 0)});
`;
}

function imports({ columns, wanted }: Proposal, from: string): string {
  const kept = columns.filter(({ isEmpty }) => !isEmpty);
  const builders = [...new Set(kept.flatMap(({ type }) => buildersOf(type)))].sort();
  const names = JSON.stringify(wanted.auth).includes('"secret":')
    ? ['defineSource', 'secret']
    : ['defineSource'];
  return `${importLine(builders, quoted(`${from}/columns`))}${importLine(names, quoted(`${from}/define-source`))}`;
}

function importLine(names: readonly string[], from: string): string {
  const line = `import { ${names.join(', ')} } from ${from};\n`;
  return line.length <= 111
    ? line
    : `import {\n${names.map((name) => `  ${name},\n`).join('')}} from ${from};\n`;
}

function sourceCode(proposal: Proposal): Code {
  const { wanted, baseUrl, requestsPerSecond } = proposal;
  const limits = codeOf({ requestsPerSecond });
  return {
    isTall: true,
    members: [
      { name: 'name', value: quoted(wanted.name) },
      { name: 'baseUrl', value: quoted(baseUrl) },
      { name: 'auth', value: authCode(proposal) },
      { name: 'limits', value: limits, comments: commentsOn(proposal, ['limits']), isApart: true },
      { name: 'datasets', value: { list: [datasetCode(proposal)] }, isApart: true },
    ],
  };
}

/** Secrets are written as calls. */
function authCode({ wanted }: Proposal): Code {
  const members = Object.entries(wanted.auth).map(([name, value]): Member => {
    const isSecret = typeof value === 'object' && value !== null && 'secret' in value;
    return { name, value: isSecret ? `secret(${quoted(String(value.secret))})` : codeOf(value) };
  });
  return { members };
}

function datasetCode(proposal: Proposal): Code {
  const { wanted, path, query, pagination, records, key } = proposal;
  const { headers } = wanted;
  const request = {
    path,
    ...(Object.keys(query).length === 0 ? {} : { query }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  };
  return {
    isTall: true,
    members: [
      { name: 'name', value: quoted(wanted.datasetName) },
      { name: 'request', value: codeOf(request), isApart: true },
      {
        name: 'pagination',
        value: codeOf(pagination),
        comments: commentsOn(proposal, ['pages', 'page size', 'total']),
      },
      { name: 'records', value: quoted(records), comments: commentsOn(proposal, ['records']) },
      { name: 'key', value: codeOf(key), comments: commentsOn(proposal, ['key']), isApart: true },
      { name: 'columns', value: columnsCode(proposal), comments: leftOut(proposal) },
    ],
  };
}

function columnsCode({ columns }: Proposal): Code {
  return {
    isTall: true,
    members: columns.map((column) => ({
      name: column.name,
      value: columnCode(column),
      comments: column.checks.map((text) => `check: ${text}`),
      isOut: column.isEmpty,
    })),
  };
}

function leftOut({ leftOut: fields }: Proposal): readonly string[] {
  if (fields.length === 0) return [];
  const shown = [...new Set(fields)].slice(0, 10).join(', ');
  const many = fields.length === 1 ? '1 field was' : `${fields.length} fields were`;
  return [`check: ${many} left out: ${shown}${fields.length > 10 ? ' …' : ''}`];
}

/** What is sure is said, too: the reader wants to know how. */
function commentsOn({ findings }: Proposal, subjects: readonly Finding['subject'][]): readonly string[] {
  return findings
    .filter(({ subject }) => subjects.includes(subject))
    .filter(({ subject, sure }) => !sure || subject === 'pages' || subject === 'total')
    .map(({ sure, text }) => (sure ? text : `check: ${text}`));
}

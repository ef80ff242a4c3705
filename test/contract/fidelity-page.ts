import { allChecks, checkGroups } from './all-checks';
import type { Check } from './check';
import { motoDifferences, motoVersion } from './known-differences';
import { notSpoken } from './not-spoken';

/** How docs/fidelity.md is written anew. */
export const regenerate = 'REGENERATE=1 npx jest test/contract/fidelity-page';

/** The text of docs/fidelity.md: what the suite holds. */
export function fidelityPage(): string {
  const paragraphs = [
    '# How close the local AWS is to AWS',
    `<!-- Generated: ${regenerate} -->`,
    `\`npm start\`, \`baseload run\` and most tests use a small AWS on 127.0.0.1 that is part of Baseload. What Baseload relies on is
written down in [\`test/contract\`](../test/contract): ${allChecks.length} behaviours, each with AWS's own document, as checks that know nothing but an
endpoint. The same checks run against three:`,
    table(
      ['against', 'how', 'when', 'outcome'],
      [
        [
          'the local AWS',
          '`npx jest test/contract`',
          'with every `npm test`, in about 10 s',
          `all ${allChecks.length} hold`,
        ],
        [
          `[moto](https://github.com/getmoto/moto) ${motoVersion}, which is not ours`,
          '`test/independent/contract.sh`',
          'with `.ci/run`',
          `${allChecks.length - motoDifferences.length} hold; ${motoDifferences.length} it does otherwise than AWS's documents say, and it must go on to, or the list is mended`,
        ],
        [
          'AWS',
          '`npm run contract:aws`',
          'when you ask for it',
          'not recorded here: run it with an account of yours',
        ],
      ],
    ),
    `\`npm run contract:aws\` uses the credentials and the region of your shell. It makes a bucket, queues and secrets that are named
\`baseload-contract-<random>\`, removes them in every case, costs about one US cent, and does nothing before you say \`-- --yes\`. It needs
the right to create and delete them. It exits with 0 where everything holds, 1 where something does not, 2 without credentials.`,
    `A check accepts all that AWS documents: a 409 during a race is tried again, counts of messages may be late. Where documents name no error,
the check says only that the call is refused. Beyond the documents nothing is checked: whether a dead letter keeps its receive count, for
one, is nowhere said, and Baseload does not look at it.`,
    ...Object.entries(checkGroups).flatMap(([heading, checks]) => [`## ${heading}`, groupTable(checks)]),
    '## What the local AWS does not do',
    `On purpose it speaks only what Baseload calls; anything else is refused with 501 NotImplemented and the name of the call, so that code that
needs more fails at once, and not on AWS. These are tried with every \`npm test\`:`,
    table(
      ['call', 'why it is not needed'],
      notSpoken.map(({ call, because }) => [call, because]),
    ),
    'And in these it is stricter, or kinder, than AWS:',
    list([
      "Objects are plain files: a key cannot be another key's folder, begin or end with `/`, hold `//`, `.` or `..` as a part, a backslash or a control character, or have a part of more than 255 bytes. Such a PUT is refused with 400.",
      'Counts of messages are exact at once, a message comes once per visibility timeout, and mostly in order. On AWS counts are late, and a message may come twice and in any order; the tests of the worker and the reconciler bring that about themselves.',
      'Nothing is throttled, no call fails by chance, and no conditional write is answered 409; tests inject these.',
      'Buckets have no versions, no lifecycle and no encryption; a signature is read for who signed, and not verified.',
      'Messages are lost when it stops, except dead letters, which are kept in the data folder.',
    ]),
    'And two behaviours of queues no check holds against AWS, since its documents do not settle the one, and the other takes a minute at least:',
    list([
      'ChangeMessageVisibility with the receipt handle of an earlier delivery: here it is refused, as for a message that is gone. Where it is refused the invocation fails, and the later delivery goes on; where it is not, the message comes back a little sooner or later.',
      'Retention: here a message is dropped once it is older than the `MessageRetentionPeriod` of its queue, whether anybody has received it or not, and one that a move task moves begins anew. Age while it is in flight or on its way to the DLQ is not compared with AWS.',
    ]),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

function groupTable(checks: readonly Check[]): string {
  return table(
    ['id', 'behaviour', 'local', 'moto', 'AWS'],
    checks.map(({ id, behaviour, document }) => [
      `\`${id}\``,
      behaviour,
      'holds',
      motoDifferences.find((difference) => difference.id === id)?.moto ?? 'holds',
      `[${document.replace(/^.*\//, '').replace(/\.html/, '')}](${document})`,
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

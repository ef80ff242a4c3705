import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../../cli/main';

const root = join(__dirname, '..', '..');

/** Every `npx baseload …` of a page, with its line. */
function commandsIn(file: string): [line: string, words: string[]][] {
  return readFileSync(join(root, file), 'utf8')
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/npx baseload ([^`#|;]*)/g)].map(([, text = '']): [string, string[]] => [
        `${file}:${index + 1}: ${text.trim()}`,
        text.trim().split(/\s+/),
      ]),
    );
}

const commands = new Map(program().commands.map((command) => [command.name(), command]));
const told = ['docs/operations.md', 'docs/deploy.md', 'README.md'].flatMap(commandsIn);

it('tells of commands at all, and of every one that an operator has', () => {
  const named = new Set(told.map(([, [name]]) => name));
  const all = [
    'run',
    'status',
    'runs',
    'verify',
    'open',
    'dlq',
    'redrive',
    'give-up',
    'replay',
    'rollback',
    'prune',
  ];
  expect(all.filter((name) => !named.has(name))).toEqual([]);
});

it.each(told)('%s is a command, with options that it has', (_, [name = '', ...words]) => {
  const command = commands.get(name);
  expect(command?.name()).toBe(name);
  const options = words.filter((word) => word.startsWith('--')).map((word) => word.replace(/[.,)]+$/, ''));
  const known = command?.options.map(({ long }) => long) ?? [];
  expect(options.filter((option) => !known.includes(option))).toEqual([]);
});

it('has every command in a group of --help', () => {
  const groups = new Set(program().commands.map((command) => command.helpGroup()));
  expect([...groups]).toEqual(['Try:', 'Run:', 'When something is wrong:', 'Keep house:']);
});

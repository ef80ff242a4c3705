import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { orders, serve, styles } from '../core/discover/api-styles';
import { baseload, temporaryFolder } from '../support/baseload-process';
import { type ScriptedApi, startScriptedApi } from '../support/scripted-api';

const data = temporaryFolder();
const sources = temporaryFolder();
const apis: ScriptedApi[] = [];
afterAll(async () => {
  await Promise.all(apis.map((api) => api.close()));
  data.remove();
  sources.remove();
});

const token = 'a-token-that-nobody-may-see';
const variables = { BASELOAD_SOURCES: sources.path, SPRING_TOKEN: token };

/** Discovers an API as its user would, then loads what it holds with the file as it was written. */
async function discoverAndLoad(style: string, name: string, ...options: string[]) {
  const known = styles[style];
  if (known === undefined) throw new Error(`no style ${style}`);
  const answer = serve(known);
  const api = await startScriptedApi((request) =>
    options.includes('bearer') && request.headers.authorization !== `Bearer ${token}`
      ? { status: 401, body: {} }
      : answer(request),
  );
  apis.push(api);
  const discovered = await baseload(
    data.path,
    ['discover', api.baseUrl + known.path, '--name', name, '--dataset', 'orders', ...options],
    variables,
  );
  expect(discovered).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`npx baseload run ${name}/orders`),
  });
  const validated = await baseload(data.path, ['validate', '--json'], variables);
  expect(JSON.parse(validated.stdout)).toMatchObject({ problems: [] });
  const ran = await baseload(data.path, ['run', `${name}/orders`, '--json'], variables);
  expect({ code: ran.code, stderr: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, stderr: '' });
  const file = readFileSync(join(sources.path, `${name}.ts`), 'utf8');
  return { loaded: JSON.parse(ran.stdout), file, said: discovered.stdout + discovered.stderr };
}

test.each([
  ['Spring Data page, counted from zero', 'spring', ['--auth', 'bearer']],
  ['next link in the body, as Django has it without a limit', 'django', []],
  ['keyset, as Stripe has it', 'stripe', []],
  ['JSON:API with page[number] and page[size]', 'json-api', []],
])(
  '%s: what discover writes loads every record',
  async (style, name, options) => {
    const { loaded, file, said } = await discoverAndLoad(style, name, ...options);
    expect(loaded).toMatchObject({ published: true, records: orders.length });
    expect(file + said).not.toContain(token);
  },
  60_000,
);

test.each<[string, object]>([
  ['total', { total: 47 }],
  ['cursor', { next_cursor: 'abc' }],
])(
  'a part is not published as all: %s',
  async (name, said) => {
    const body = { ...said, data: orders.slice(0, 10) };
    const api = await startScriptedApi([{ body }]);
    apis.push(api);
    const found = await baseload(
      data.path,
      ['discover', `${api.baseUrl}/orders`, '--name', `part-${name}`],
      variables,
    );
    expect(found).toMatchObject({ code: 0, stdout: expect.stringContaining('? pages') });
    expect(readFileSync(join(sources.path, `part-${name}.ts`), 'utf8')).toContain(
      'but no way was found to ask for more than these 10',
    );
    const ran = await baseload(data.path, ['run', `part-${name}/orders`, '--json'], variables);
    expect(ran.code).toBe(1);
    expect(ran.stdout).not.toContain('"published":true');
  },
  60_000,
);

test('wrong use and what the source answers have exit codes of their own', async () => {
  const api = await startScriptedApi([
    { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' }, body: {} },
  ]);
  apis.push(api);
  const wrong = await baseload(data.path, ['discover', 'nowhere'], variables);
  expect(wrong).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('the URL must be complete'),
  });
  const refused = await baseload(data.path, ['discover', `${api.baseUrl}/orders`], variables);
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('try --auth basic') });
});

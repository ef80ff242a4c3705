// npm run bench -- <name>: runs bench/<name>.ts, which prints one JSON line per figure.
const { existsSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

const [name = ''] = process.argv.slice(2);
const file = join(__dirname, `${name}.ts`);
if (!/^[a-z-]+$/.test(name) || !existsSync(file)) {
  const names = readdirSync(__dirname).filter((one) => one.endsWith('.ts'));
  console.error(
    `There is no benchmark '${name}': choose one of ${names.map((one) => one.slice(0, -3)).join(', ')}.`,
  );
  process.exit(2);
}
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
require('tsx/cjs');
require(file);

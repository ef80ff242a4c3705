// Installs the dependencies from the lockfile when they are missing or older than it. Runs before npm start
// and npm test, so it needs nothing but Node and npm.
const { spawnSync } = require('node:child_process');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { createHash } = require('node:crypto');
const { join } = require('node:path');

const root = join(__dirname, '..');
const stamp = join(root, 'node_modules', '.installed-lockfile');
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(`${process.platform}-${process.arch}-${process.versions.modules}`)
  .digest('hex');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Baseload needs Node 20.19 or later and this is ${process.versions.node}: install a newer Node.`);
}

const isStamped = existsSync(stamp);
if (isStamped ? readFileSync(stamp, 'utf8') !== wanted : !isInstalled()) {
  console.log('Installing dependencies from the lockfile (half a minute, once) …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0)
    fail('npm could not install the dependencies: see its message above, then run this again.');
}
writeFileSync(stamp, wanted);

/** Whether somebody has run npm ci by hand: npm writes down what it has installed, at the end. */
function isInstalled() {
  const packagesOf = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) return false;
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json')).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

function fail(sentence) {
  console.error(sentence);
  process.exit(2);
}

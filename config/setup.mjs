/** Installs the dependencies when they are missing or older than the lock file, so that the README's commands work on a fresh clone. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 18)) {
  console.error(`Stillmotion needs Node 20.18 or newer; this is ${process.version}. Install it from your distribution or nodejs.org.`);
  process.exit(1);
}

const stamp = `${root}node_modules/.stillmotion-lock`;
const lock = readFileSync(`${root}package-lock.json`, 'utf8');
const current = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;

/** Two commands started at once (`npm start` and `npm test`) must not install over each other. */
const withLock = (work) => {
  const folder = `${root}.install-lock`;
  const deadline = Date.now() + 10 * 60_000;
  for (;;) {
    try {
      mkdirSync(folder);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST' || Date.now() > deadline) throw error;
      if (Date.now() - statSync(folder, { throwIfNoEntry: false })?.mtimeMs > 10 * 60_000) rmSync(folder, { recursive: true, force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    }
  }
  try {
    work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

if (!current()) {
  withLock(() => {
    if (current()) return;
    console.error('Installing what Stillmotion needs (once; about 750 MB) …');
    const result = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] });
    if (result.status !== 0) {
      console.error('npm could not install the dependencies. Check the network and run the command again.');
      process.exit(1);
    }
    writeFileSync(stamp, lock);
  });
}

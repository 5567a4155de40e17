/** Installs the dependencies when they are missing or other than the lock file says, so that the README's commands work on a fresh clone. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 18)) {
  console.error(`Stillmotion needs Node 20.18 or newer; this is ${process.version}. Install it from your distribution or nodejs.org.`);
  process.exit(1);
}

const packagesIn = (path) => {
  try {
    return JSON.parse(readFileSync(root + path, 'utf8')).packages;
  } catch {
    return null;
  }
};

/** npm writes what it installed into node_modules/.package-lock.json, last of all. */
const isInstalled = () => {
  const [wanted, installed] = [packagesIn('package-lock.json'), packagesIn('node_modules/.package-lock.json')];
  return installed !== null && Object.entries(wanted).every(([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version);
};

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Two commands started at once (`npm start` and `npm test`) must not install over each other. */
const withLock = (work) => {
  const path = `${root}.install-lock`;
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      try {
        if (!isAlive(Number(readFileSync(path, 'utf8')))) rmSync(path, { force: true });
      } catch {
        // The other one has just finished.
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    }
  }
  try {
    work();
  } finally {
    rmSync(path, { force: true });
  }
};

if (!isInstalled()) {
  withLock(() => {
    if (isInstalled()) return;
    console.error('Installing what Stillmotion needs (once; about 750 MB) …');
    const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] });
    if (status === 0) return;
    rmSync(`${root}.install-lock`, { force: true });
    console.error('npm could not install the dependencies. Check the network and run the command again.');
    process.exit(1);
  });
}

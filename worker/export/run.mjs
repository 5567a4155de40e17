/** Makes the Python environment of the exporter on first use and runs export.py in it. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const venv = `${here}.venv`;
const python = process.platform === 'win32' ? `${venv}/Scripts/python.exe` : `${venv}/bin/python`;
const requirements = `${here}requirements.txt`;
const stamp = `${venv}/.requirements-sha256`;
const lock = `${venv}/.installing`;
const CPU_WHEELS = 'https://download.pytorch.org/whl/cpu';

/** Ends with words for a person: what is wrong and what to do. */
const stop = (words) => {
  rmSync(lock, { force: true });
  console.error(words);
  process.exit(1);
};

const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
const isInstalled = () => existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;

/** The newest usable of the names Python goes by here. */
const findPython = () => {
  for (const name of ['python3', 'python']) {
    const { status, stdout } = spawnSync(name, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], { encoding: 'utf8' });
    const [major = 0, minor = 0] = (stdout ?? '').trim().split('.').map(Number);
    if (status === 0 && major === 3 && minor >= 10) return name;
  }
  return stop('The exporter needs Python 3.10 or newer. Install it (Debian: apt install python3 python3-venv; macOS: brew install python) and run this again.');
};

/** CPU wheels are a tenth of the size; a machine with an NVIDIA GPU may as well have the others. */
const wantsCpuWheels = async () => {
  if (process.platform === 'darwin' || spawnSync('nvidia-smi').status === 0) return false;
  try {
    return (await fetch(`${CPU_WHEELS}/torch/`, { method: 'HEAD', signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
};

const pip = (...args) => spawnSync(python, ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', ...args], { stdio: ['ignore', 2, 2] }).status === 0;

/** Two exports started at once must not install over each other. */
const takeLock = () => {
  mkdirSync(venv, { recursive: true });
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
  } catch {
    const owner = Number(readFileSync(lock, 'utf8'));
    try {
      process.kill(owner, 0);
    } catch {
      return writeFileSync(lock, String(process.pid));
    }
    console.error(`Another export (process ${owner}) is installing right now. Wait until it is done and run this again.`);
    process.exit(1);
  }
};

const install = async () => {
  takeLock();
  const base = existsSync(python) ? null : findPython();
  console.error('Installing what the exporter needs into worker/export/.venv (once; 1 GB, with CUDA 5 GB) …');
  if (base && spawnSync(base, ['-m', 'venv', venv], { stdio: ['ignore', 2, 2] }).status !== 0) {
    stop('Python could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv. Then run this again.');
  }
  const torch = readFileSync(requirements, 'utf8').match(/^torch==\S+$/m)?.[0];
  if (await wantsCpuWheels()) pip(torch, '--index-url', CPU_WHEELS);
  if (!pip('-r', requirements)) {
    stop('pip could not install the requirements (see above). Check the network and the free space on the disk, then run this again.');
  }
  writeFileSync(stamp, wanted);
  rmSync(lock, { force: true });
};

if (!isInstalled()) await install();
const { status, signal, error } = spawnSync(python, [`${here}export.py`, ...process.argv.slice(2)], { stdio: 'inherit' });
if (error) stop(`The exporter's Python does not start (${error.message}). Remove worker/export/.venv and run this again.`);
if (signal === 'SIGKILL') console.error('The export was killed, most likely for memory. Use a machine with more, or --dtype fp16.');
process.exit(status ?? 1);

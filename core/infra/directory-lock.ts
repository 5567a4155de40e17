/** A pid lock on a folder that only one process may use. A lock left by a killed process is recognised and taken over. */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../errors.ts';

/** Which process a pid is: pids are reused, a pid with its start time and the boot is not. Null when it is gone or a zombie. */
export const identity = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return null;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[18] ?? ''}`;
  } catch {
    return null;
  }
};

/** Outside Linux there is no /proc; there a live pid has to be taken at its word. */
export const isAlive = (pid: number, owner: string): boolean => {
  if (owner !== UNKNOWN) return identity(pid) === owner;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Instead of an identity, where there is none to be had. */
export const UNKNOWN = '-';
/** A process that was just killed may take a moment to go. */
const PATIENCE_MS = 3_000;
const LOOK_EVERY_MS = 200;

/**
 * Takes the lock.
 * @returns a function that gives it back
 * @throws ConfigError DATA_DIR_IN_USE
 */
export const lockDirectory = async (directory: string): Promise<() => void> => {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'stillmotion.pid');
  const draft = `${path}.${process.pid}`;
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    try {
      // Written first and linked then, so that nobody ever reads half a lock.
      writeFileSync(draft, `${process.pid} ${identity(process.pid) ?? UNKNOWN}\n`);
      linkSync(draft, path);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    const [pidText = '', owner = UNKNOWN] = readFileSync(path, 'utf8').trim().split(' ');
    const pid = Number(pidText);
    if (!(pid > 0) || !isAlive(pid, owner)) rmSync(path, { force: true });
    else if (Date.now() > deadline) throw new AppError('DATA_DIR_IN_USE', { directory, pid });
    else await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
};

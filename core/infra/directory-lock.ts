/** A pid lock on a folder that only one process may use. A lock left by a killed process is recognised and taken over. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../errors.ts';

/** Pids are reused; the pid with the kernel's start time of that process and the boot is not. */
const identity = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${startTicks}`;
  } catch {
    return null;
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/**
 * Takes the lock.
 * @returns a function that gives it back
 * @throws ConfigError DATA_DIR_IN_USE
 */
export const lockDirectory = async (directory: string): Promise<() => void> => {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'stillmotion.pid');
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = openSync(path, 'wx');
      writeSync(file, `${process.pid} ${identity(process.pid) ?? '-'}\n`);
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const [pidText = '', owner = '-'] = readFileSync(path, 'utf8').trim().split(' ');
      const pid = Number(pidText);
      const sameProcess = identity(pid) === null || owner === '-' || identity(pid) === owner;
      if (pid > 0 && isAlive(pid) && sameProcess) throw new AppError('DATA_DIR_IN_USE', { directory, pid });
      rmSync(path, { force: true });
    }
  }
  throw new AppError('DATA_DIR_IN_USE', { directory, pid: 0 });
};

/** The lock on a folder that only one process may use. One left by a killed process does not count. */
import { AppError } from '../errors.ts';
import { takeLock } from './process-lock.ts';

/** A process that was just killed may take a moment to go. */
const PATIENCE_MS = 3_000;

/**
 * Takes the lock.
 * @returns a function that gives it back
 * @throws ConfigError DATA_DIR_IN_USE
 */
export const lockDirectory = (directory: string): Promise<() => void> => {
  const deadlineMs = performance.now() + PATIENCE_MS;
  const onBusy = (pid: number): void => {
    if (performance.now() > deadlineMs) throw new AppError('DATA_DIR_IN_USE', { directory, pid });
  };
  return takeLock({ folder: directory, name: 'stillmotion.pid', onBusy });
};

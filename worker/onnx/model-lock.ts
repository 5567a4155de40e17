/** One process at a time works on a model's folder; the others wait until it is done, or dead. */
import { rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { takeLock } from '../../core/infra/process-lock.ts';

export interface LockOptions {
  readonly modelsDir: string;
  readonly id: string;
  readonly signal: AbortSignal;
  /** Called once when another process is at it. */
  readonly onWait?: ((pid: number) => void) | undefined;
}

/**
 * Waits until no other process works on this model, then runs `work` and lets go, whatever comes of it.
 * @param work is told whether another process was waited for, and so may have done the same already
 * @throws CanceledError when the signal is given while waiting
 */
export const withModelLock = async <T>({ modelsDir, id, signal, onWait }: LockOptions, work: (waited: boolean) => Promise<T>): Promise<T> => {
  const folder = join(modelsDir, '.locks');
  let waited = false;
  const onBusy = (pid: number): void => {
    if (!waited) onWait?.(pid);
    waited = true;
  };
  const letGo = await takeLock({ folder, name: id, onBusy, signal }).catch((error: unknown) => {
    throw signal.aborted ? new AppError('CANCELED', {}, { cause: signal.reason }) : error;
  });
  try {
    return await work(waited);
  } finally {
    letGo();
    tidy(folder);
  }
};

/** An empty folder goes. */
const tidy = (folder: string): void => {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
};

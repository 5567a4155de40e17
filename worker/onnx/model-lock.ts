/** One process at a time works on a model's folder; a lock whose process is gone is taken over, by one of those who wait for it. */
import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../../core/errors.ts';
import { identity, isAlive, UNKNOWN } from '../../core/infra/directory-lock.ts';

export interface LockOptions {
  readonly modelsDir: string;
  readonly id: string;
  readonly signal: AbortSignal;
  /** Called once when another process is at it. */
  readonly onWait?: ((pid: number) => void) | undefined;
}

const LOOK_EVERY_MS = 200;
/** Taking a dead lock away is two calls to the file system; whoever died between them shall not block the others. */
const TAKEOVER_MS = 5_000;

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** A second name for a file, which is given only once. @returns false when somebody has it, or the file is gone */
const claim = (path: string, name: string): boolean => {
  try {
    linkSync(path, name);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  }
};

/** Takes a dead lock away, and never a live one that came in its place: only who holds the mark may, and the mark is a name of that very file. */
const removeDead = (path: string, content: string): void => {
  const mark = `${path}.dead`;
  if (!claim(path, mark)) {
    const since = statSync(mark, { throwIfNoEntry: false })?.ctimeMs;
    if (since !== undefined && Date.now() - since > TAKEOVER_MS) rmSync(mark, { force: true });
    return;
  }
  if (read(mark) === content) rmSync(path, { force: true });
  rmSync(mark, { force: true });
};

/**
 * Waits until no other process works on this model, then runs `work` and lets go, whatever comes of it.
 * @param work is told whether another process was waited for, and so may have done the same already
 * @throws CanceledError when the signal is given while waiting
 */
export const withModelLock = async <T>({ modelsDir, id, signal, onWait }: LockOptions, work: (waited: boolean) => Promise<T>): Promise<T> => {
  const folder = join(modelsDir, '.locks');
  const path = join(folder, id);
  const draft = `${path}.${process.pid}`;
  let waited = false;
  for (;;) {
    if (signal.aborted) throw new AppError('CANCELED', {}, { cause: signal.reason });
    mkdirSync(folder, { recursive: true });
    if (takes(draft, path)) break;
    const content = read(path);
    if (content === undefined) continue;
    const [pidText = '', owner = UNKNOWN] = content.trim().split(' ');
    const pid = Number(pidText);
    if (!(pid > 0) || !isAlive(pid, owner)) {
      removeDead(path, content);
    } else {
      if (!waited) onWait?.(pid);
      waited = true;
    }
    await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  try {
    return await work(waited);
  } finally {
    rmSync(path, { force: true });
    tidy(folder);
  }
};

/** Written first and named then, so that nobody ever reads half a lock. @returns false when another one has it, or tidied the folder away just now */
const takes = (draft: string, path: string): boolean => {
  try {
    writeFileSync(draft, `${process.pid} ${identity(process.pid) ?? UNKNOWN}\n`);
    return claim(draft, path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
};

/** An empty folder goes. */
const tidy = (folder: string): void => {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) throw error;
  }
};

/** A lock between the processes of one machine that outlives none of them: whoever wants it puts down a claim, an empty file whose name says who it is. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface LockRequest {
  /** Created when missing. */
  readonly folder: string;
  /** Several locks may lie in one folder. */
  readonly name: string;
  /** Told at every look whom the caller waits for; a throw gives up. */
  readonly onBusy: (pid: number) => void;
  readonly signal?: AbortSignal;
}

interface Claim {
  readonly file: string;
  readonly pid: number;
  readonly owner: string;
}

const LOOK_EVERY_MS = 200;
/** Instead of an identity, where there is none to be had. */
const UNKNOWN = '-';

/**
 * Waits for the lock.
 * @returns a function that gives it back
 * @throws whatever `onBusy` throws; the signal's reason
 */
export const takeLock = async ({ folder, name, onBusy, signal }: LockRequest): Promise<() => void> => {
  for (;;) {
    signal?.throwIfAborted();
    const taken = tryLock(folder, name);
    if (typeof taken === 'function') return taken;
    onBusy(taken);
    // Not in step with each other: two who claim at the same moment both step back.
    await wait(LOOK_EVERY_MS * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
  }
};

/**
 * Everybody claims first and looks at the others then, so that of two at least one sees the other, and steps back. No name is
 * given twice: a claim that was found dead can be removed at any later time by anybody, and it is never a living one that goes.
 * @returns how to let go, or the process that has it or wants it at this moment
 */
const tryLock = (folder: string, name: string): (() => void) | number => {
  mkdirSync(folder, { recursive: true });
  const held = livingClaim(folder, name, '');
  if (held !== null) return held;
  const mine = `${name}.${process.pid}.${identity(process.pid) ?? UNKNOWN}.${randomBytes(8).toString('hex')}`;
  const letGo = (): void => rmSync(join(folder, mine), { force: true });
  try {
    writeFileSync(join(folder, mine), '', { flag: 'wx' });
  } catch (error) {
    // Somebody tidied the folder away just now.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return tryLock(folder, name);
    throw error;
  }
  const other = livingClaim(folder, name, mine);
  if (other === null) return letGo;
  letGo();
  return other;
};

/** Removes the dead ones on its way. @returns a process with a claim besides one's own, or null */
const livingClaim = (folder: string, name: string, mine: string): number | null => {
  const others = claimsIn(folder, name).filter(({ file }) => file !== mine);
  for (const { file, pid, owner } of others)
    if (!isAlive(pid, owner)) rmSync(join(folder, file), { force: true });
    else return pid;
  return null;
};

const claimsIn = (folder: string, name: string): readonly Claim[] =>
  filesIn(folder).flatMap((file) => {
    if (!file.startsWith(`${name}.`)) return [];
    const [, pid, owner] = /^(\d+)\.([^.]+)\.[0-9a-f]{16}$/.exec(file.slice(name.length + 1)) ?? [];
    return pid === undefined || owner === undefined ? [] : [{ file, pid: Number(pid), owner }];
  });

const filesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

/** Which process a pid is: pids are reused, a pid with its start time and the boot is not. Null when it is gone or a zombie. */
const identity = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return null;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}_${fields[18] ?? ''}`;
  } catch {
    return null;
  }
};

/** Outside Linux there is no /proc; there a live pid has to be taken at its word. */
const isAlive = (pid: number, owner: string): boolean => {
  if (owner !== UNKNOWN) return identity(pid) === owner;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

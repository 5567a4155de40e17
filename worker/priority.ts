/** How the processes that make clips stand back behind those that answer people. */
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { Logger } from '../core/logger.ts';

/**
 * How far the inference process and every ffmpeg of it stand back behind the rest, so that on a machine whose cores all roles
 * share the chats are answered while a clip is made; with nothing else to do it loses nothing.
 */
export const INFERENCE_NICENESS = 5;

/**
 * Lowers the priority of a process that was just started: while it has one thread, because on Linux every thread has a niceness of
 * its own, which later ones inherit. Best effort; where the system does not let us, it is said at level debug.
 */
export const standBack = (pid: number, log: Logger): void => {
  const lower = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      log.debug({ err: error }, 'the inference process could not be given a lower priority');
    }
  };
  lower(() => setPriority(pid, INFERENCE_NICENESS));
  // A session of its own is a scheduling group of its own on desktop kernels, and niceness counts only within one (sched(7), autogroup).
  if (process.platform === 'linux') lower(() => writeFileSync(`/proc/${pid}/autogroup`, String(INFERENCE_NICENESS)));
};

/** Puts back in line whatever the database calls unfinished, so that a lost queue loses nothing. */
import type { Deps } from './deps.ts';

/** A running job that showed no sign of life for this long has no worker any more. */
const SILENT_MS = 60_000;

export interface Sweeper {
  stop(): Promise<void>;
}

/** @param everyMs how often the database is asked */
export const startSweeper = (deps: Pick<Deps, 'store' | 'queue' | 'log'>, everyMs = 10_000): Sweeper => {
  let stopped = false;
  let wake = (): void => undefined;
  const loop = (async () => {
    while (!stopped) {
      try {
        for (const id of await deps.store.jobs.undispatched(SILENT_MS)) await deps.queue.add(id);
      } catch (error) {
        deps.log.warn({ err: error }, 'sweeping failed; trying again');
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, everyMs).unref();
      });
    }
  })();
  return {
    async stop() {
      stopped = true;
      wake();
      await loop;
    },
  };
};

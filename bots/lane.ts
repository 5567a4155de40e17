/**
 * The way of requests through the bot: acknowledgements leave at once, and the work behind them waits in line until they are out, so
 * many at a time, so that nobody's flood holds back somebody else or fills the memory.
 */

export interface Lane {
  /** Counts a first answer while it is under way: no work begins meanwhile. */
  acknowledge<T>(answer: () => Promise<T>): Promise<T>;
  /** Runs `task` when there is room, at most `perKey` of the same key at a time; first come, first served otherwise. */
  run<T>(key: string, task: () => Promise<T>): Promise<T>;
}

export interface LaneOptions {
  readonly atOnce: number;
  readonly perKey: number;
  /** Work that has waited so long begins beside acknowledgements: a platform that hangs must not hold up everything. */
  readonly patienceMs?: number;
}

/** Photos fetched and checked at once, of everybody and of one person: 8 of the largest are 160 MB. */
export const usualLane: LaneOptions = { atOnce: 8, perKey: 2 };

const PATIENCE_MS = 1_000;

export const createLane = ({ atOnce, perKey, patienceMs = PATIENCE_MS }: LaneOptions): Lane => {
  const waiting: { readonly key: string; readonly sinceMs: number; readonly start: () => void }[] = [];
  const running = new Map<string, number>();
  let count = 0;
  let acknowledging = 0;
  let looksLater = false;

  /** Looks again when the first in line has waited long enough. */
  const lookLater = (first: { readonly sinceMs: number }): void => {
    if (looksLater) return;
    looksLater = true;
    setTimeout(
      () => {
        looksLater = false;
        admit();
      },
      Math.max(1, first.sinceMs + patienceMs - performance.now()),
    );
  };

  const admit = (): void => {
    while (count < atOnce) {
      const index = waiting.findIndex(({ key }) => (running.get(key) ?? 0) < perKey);
      const next = waiting[index];
      if (!next) return;
      if (acknowledging > 0 && performance.now() < next.sinceMs + patienceMs) {
        lookLater(next);
        return;
      }
      waiting.splice(index, 1);
      count += 1;
      running.set(next.key, (running.get(next.key) ?? 0) + 1);
      next.start();
    }
  };

  const leave = (key: string): void => {
    const left = (running.get(key) ?? 1) - 1;
    if (left > 0) running.set(key, left);
    else running.delete(key);
    count -= 1;
    admit();
  };

  return {
    async acknowledge(answer) {
      acknowledging += 1;
      try {
        return await answer();
      } finally {
        acknowledging -= 1;
        // Requests that have arrived already are read first; theirs may be the next acknowledgements.
        setImmediate(admit);
      }
    },
    async run(key, task) {
      await new Promise<void>((start) => {
        waiting.push({ key, sinceMs: performance.now(), start });
        admit();
      });
      try {
        return await task();
      } finally {
        leave(key);
      }
    },
  };
};

/** A queue in memory that outlives processes, as Redis does: at least once, and sometimes it forgets everything. */
import type { Queue } from '../../core/queue.ts';

export interface FaultQueue extends Queue {
  /** As when Redis lost its data. */
  forget(): void;
}

const TRIES = 3;

export const createFaultQueue = (): FaultQueue => {
  const waiting = new Map<string, number>();
  const running = new Set<string>();
  const wakes = new Set<() => void>();
  const wake = (): void => {
    for (const one of wakes) one();
  };
  return {
    async add(id) {
      if (!waiting.has(id) && !running.has(id)) waiting.set(id, TRIES);
      wake();
    },
    async remove(id) {
      waiting.delete(id);
    },
    consume(handler, { concurrency }) {
      let closed = false;
      let busy = 0;
      const next = (): void => {
        while (!closed && busy < concurrency) {
          const found = waiting.entries().next().value;
          if (!found) return;
          const [id, tries] = found;
          waiting.delete(id);
          running.add(id);
          busy++;
          handler(id)
            .then(
              () => undefined,
              () => {
                if (tries > 1) waiting.set(id, tries - 1);
              },
            )
            .finally(() => {
              running.delete(id);
              busy--;
              setTimeout(wake, 1);
            });
        }
      };
      wakes.add(next);
      next();
      return {
        async close() {
          closed = true;
          wakes.delete(next);
          while (busy > 0) await new Promise((resolve) => setTimeout(resolve, 1));
        },
      };
    },
    forget: () => waiting.clear(),
    close: async () => undefined,
  };
};

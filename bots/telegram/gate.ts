/** Bounds how many photos are fetched and checked at once, so that nobody's flood holds back somebody else or fills the memory. */

export interface Gate {
  /** Runs `task` when there is room, at most `perKey` of the same key at a time; first come, first served otherwise. */
  run<T>(key: string, task: () => Promise<T>): Promise<T>;
}

export const createGate = (atOnce: number, perKey: number): Gate => {
  const waiting: { readonly key: string; readonly start: () => void }[] = [];
  const running = new Map<string, number>();
  let count = 0;

  const admit = (): void => {
    while (count < atOnce) {
      const index = waiting.findIndex(({ key }) => (running.get(key) ?? 0) < perKey);
      const [next] = index < 0 ? [] : waiting.splice(index, 1);
      if (!next) return;
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
    async run(key, task) {
      await new Promise<void>((start) => {
        waiting.push({ key, start });
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

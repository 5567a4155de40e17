/** Work that is done again and again until it is stopped. */

export interface Loop {
  /** Resolves when a round that is under way has ended. Repeatable. */
  stop(): Promise<void>;
}

/** Works again and again, `everyMs` after the last time; a round that fails is not the last. */
export const repeat = (work: () => Promise<void>, everyMs: number, onError: (error: unknown) => void): Loop => {
  let stopped = false;
  let wake = (): void => undefined;
  const loop = (async () => {
    while (!stopped) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, everyMs).unref();
      });
      if (!stopped) await work().catch(onError);
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

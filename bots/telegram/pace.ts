/** Telegram takes about 30 new messages a second from a bot, whoever they are for; more are refused for a while. */

/** Room is left for clips and answers to commands. */
const PER_SECOND = 20;

export interface Pace {
  /** @returns false when there is no room for a new message right now */
  take(): boolean;
  /** Resolves when there is room, in the order of asking; false when it was stopped before. */
  turn(): Promise<boolean>;
  stop(): void;
}

/** @param perSecond so many at once, then evenly spread */
export const createPace = (perSecond = PER_SECOND): Pace => {
  const everyMs = 1_000 / perSecond;
  const timers = new Map<NodeJS.Timeout, () => void>();
  // The moment from which the whole burst is free again; each message pushes it further away.
  let fullAtMs = Number.NEGATIVE_INFINITY;
  let stopped = false;

  /** Books a message. @returns milliseconds until it may leave */
  const book = (nowMs: number): number => {
    fullAtMs = Math.max(fullAtMs, nowMs) + everyMs;
    return Math.max(0, fullAtMs - nowMs - 1_000);
  };

  return {
    take() {
      const nowMs = performance.now();
      if (stopped || fullAtMs + everyMs - nowMs > 1_000) return false;
      book(nowMs);
      return true;
    },
    async turn() {
      if (stopped) return false;
      const waitMs = book(performance.now());
      if (waitMs === 0) return true;
      return new Promise((resolve) => {
        const timer: NodeJS.Timeout = setTimeout(() => {
          timers.delete(timer);
          resolve(true);
        }, waitMs);
        timers.set(timer, () => resolve(false));
      });
    },
    stop() {
      stopped = true;
      for (const [timer, giveUp] of timers) {
        clearTimeout(timer);
        giveUp();
      }
      timers.clear();
    },
  };
};

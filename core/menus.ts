/** Keeps the command menus of platforms in step with what can be asked for: at leisure, rarely, and by one process of several. */
import type { Channel } from './channel.ts';
import type { Logger } from './logger.ts';
import type { ChoreStore } from './store.ts';
import type { Offer } from './workers.ts';

export interface MenuTiming {
  /** Workers that start or stop together change the menus once. */
  readonly settleMs: number;
  /** Of all processes together, one looks at a platform's menus this often at most. */
  readonly everyMs: number;
}

/** Discord takes 200 new commands a day, Telegram says nothing but “retry after”; engines come and go a few times a day. */
const usual: MenuTiming = { settleMs: 5_000, everyMs: 60_000 };

export interface MenuKeeper {
  /** Resolves when nothing of it is under way any more. */
  stop(): Promise<void>;
}

type Deps = { readonly store: { readonly chores: ChoreStore }; readonly log: Logger };

/** How long a platform asks to wait, if it does. */
const askedToWaitMs = (error: unknown): number =>
  typeof error === 'object' && error !== null && 'retryAfterMs' in error && typeof error.retryAfterMs === 'number' ? error.retryAfterMs : 0;

/**
 * Refreshes menus whenever the offer changes. Every process of several goes on until it has seen the menus right once: whoever
 * comes second finds nothing to write, and whoever dies over it leaves it to the next.
 */
export const startMenus = (
  channels: readonly Channel[],
  offer: Pick<Offer, 'onChange'>,
  { store, log }: Deps,
  { settleMs, everyMs }: MenuTiming = usual,
): MenuKeeper => {
  const timers = new Map<Channel, NodeJS.Timeout>();
  const underway = new Set<Promise<void>>();
  let stopped = false;

  const later = (channel: Channel, waitMs: number): void => {
    if (stopped || timers.has(channel)) return;
    const timer = setTimeout(() => {
      // What changes from here on is seen next time.
      timers.delete(channel);
      const work: Promise<void> = refresh(channel).finally(() => underway.delete(work));
      underway.add(work);
    }, waitMs);
    timers.set(channel, timer.unref());
  };

  const refresh = async (channel: Channel): Promise<void> => {
    try {
      const waitMs = await store.chores.take(`menus:${channel.name}`, everyMs);
      if (waitMs > 0) return later(channel, waitMs);
      await channel.refreshMenus?.();
    } catch (error) {
      log.warn({ err: error, channel: channel.name }, 'the command menus could not be changed; trying again');
      later(channel, Math.max(everyMs, askedToWaitMs(error)));
    }
  };

  const stopListening = offer.onChange(() => {
    for (const channel of channels) if (channel.refreshMenus) later(channel, settleMs);
  });

  return {
    async stop() {
      stopped = true;
      stopListening();
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      await Promise.all(underway);
    },
  };
};

/** Long polling that outlives conflicts, network faults and Telegram's own troubles. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Update } from 'telegraf/types';
import type { Logger } from '../../core/logger.ts';
import { type TelegramApi, TelegramFailure } from './api.ts';

/** The kinds of updates the bot asks for; the choice persists at Telegram until it is changed. */
export const allowedUpdates = ['message', 'callback_query'] as const;

const POLL_SECONDS = 50;
const BACKOFF_MS = [500, 1_000, 2_000, 5_000, 15_000] as const;

export interface Polling {
  /** Takes no more updates and tells Telegram which ones were taken. */
  stop(): Promise<void>;
}

/** @param keep resolves when the updates are safe; only then is Telegram told that they were taken. When it throws, they come again. */
export const startPolling = (api: TelegramApi, keep: (updates: readonly Update[]) => Promise<void>, log: Logger): Polling => {
  const halt = new AbortController();
  const { signal } = halt;
  let offset = 0;
  let failures = 0;

  const round = async (): Promise<void> => {
    const query = { offset, timeout: POLL_SECONDS, limit: 100, allowed_updates: allowedUpdates };
    const updates = await api.call<Update[]>('getUpdates', query, { timeoutMs: (POLL_SECONDS + 15) * 1000, signal });
    failures = 0;
    if (updates.length > 0) await keep(updates);
    for (const { update_id } of updates) offset = Math.max(offset, update_id + 1);
  };

  const recover = async (error: unknown): Promise<void> => {
    const waitMs = (error instanceof TelegramFailure ? error.retryAfterMs : null) ?? BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)] ?? 0;
    failures += 1;
    const hint =
      error instanceof TelegramFailure && error.status === 409
        ? 'another program polls with the same token; trying again'
        : 'Telegram could not be polled; trying again';
    log.warn({ err: error, waitMs }, hint);
    await sleep(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
  };

  const loop = (async () => {
    while (!signal.aborted) {
      try {
        await round();
      } catch (error) {
        if (!signal.aborted) await recover(error);
      }
    }
  })();

  return {
    async stop() {
      halt.abort();
      await loop;
      if (offset > 0) await api.call('getUpdates', { offset, timeout: 0, limit: 1 }, { timeoutMs: 3_000 }).catch(() => undefined);
    },
  };
};

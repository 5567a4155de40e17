/** “… is recording a video”: the first thing a person sees, and renewed while a job runs, for Telegram shows it for five seconds. */
import type { Clock } from '../../core/clock.ts';
import type { TelegramAddress } from './address.ts';
import type { TelegramApi } from './api.ts';

const RENEW_EVERY_MS = 4_500;
const MAX_REMEMBERED = 1_000;

/** @returns shows the action in a chat; best effort, at most one call per chat and renewal */
export const createChatAction = (api: TelegramApi, clock: Clock): ((address: Pick<TelegramAddress, 'chatId' | 'threadId'>) => Promise<void>) => {
  const shownAtMs = new Map<string, number>();
  return async ({ chatId, threadId }) => {
    const key = `${chatId}:${threadId ?? ''}`;
    const now = clock.nowMs();
    if (now - (shownAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < RENEW_EVERY_MS) return;
    if (shownAtMs.size >= MAX_REMEMBERED) shownAtMs.clear();
    shownAtMs.set(key, now);
    await api.call('sendChatAction', { chat_id: chatId, action: 'record_video', ...(threadId === null ? {} : { message_thread_id: threadId }) }).then(
      () => undefined,
      () => undefined,
    );
  };
};

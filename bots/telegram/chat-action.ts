/** “… is recording a video”: Telegram shows it for five seconds, so it is renewed while a job runs, once per chat. */
import type { Clock } from '../../core/clock.ts';
import type { TelegramAddress } from './address.ts';
import type { TelegramApi } from './api.ts';

const RENEW_EVERY_MS = 4_500;
const MAX_REMEMBERED = 1_000;

/** @returns shows the action in a job's chat; best effort, at most one call per chat and renewal */
export const createChatAction = (api: TelegramApi, clock: Clock): ((address: TelegramAddress) => void) => {
  const shownAtMs = new Map<string, number>();
  return ({ chatId, threadId }) => {
    const key = `${chatId}:${threadId ?? ''}`;
    const now = clock.nowMs();
    if (now - (shownAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < RENEW_EVERY_MS) return;
    if (shownAtMs.size >= MAX_REMEMBERED) shownAtMs.clear();
    shownAtMs.set(key, now);
    void api
      .call('sendChatAction', { chat_id: chatId, action: 'record_video', ...(threadId === null ? {} : { message_thread_id: threadId }) })
      .catch(() => undefined);
  };
};

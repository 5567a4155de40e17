/** What the status boards tell the metrics: which states were shown, and which never were. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createStatusBoard as createDiscordBoard } from '../../bots/discord/status-board.ts';
import { type TelegramApi, TelegramFailure } from '../../bots/telegram/api.ts';
import { createStatusBoard as createTelegramBoard } from '../../bots/telegram/status-board.ts';
import { systemClock } from '../../core/clock.ts';
import type { Job } from '../../core/job.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const job = {
  id: 'j1',
  state: 'waiting',
  request: { prompt: 'waves' },
  address: { chatId: 7, statusMessageId: 1, threadId: null, requestMessageId: 2, channelId: '7' },
} as unknown as Job;
const at = (position: number) => ({ position, secondsLeft: null });

it('Telegram: every state is shown, skipped or put off', async () => {
  const counts: string[] = [];
  let failure: TelegramFailure | null = null;
  const api: TelegramApi = {
    async call<T>(): Promise<T> {
      if (failure) throw failure;
      return true as T;
    },
    fileUrl: (path) => path,
  };
  const board = createTelegramBoard(api, systemClock, (outcome) => void counts.push(outcome));
  for (const position of [5, 4, 3]) board.show(job, at(position));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(counts.sort()).toEqual(['shown', 'shown', 'skipped']);
  failure = new TelegramFailure('editMessageText', 429, 'Too Many Requests: retry after 3', { retry_after: 3 });
  board.show(job, at(2));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(counts.at(-1)).toBe('later');
  board.stop();
});

it('Discord: a state that a newer one overtook was skipped', async () => {
  let skipped = 0;
  const edit = vi.fn(async () => ({ kind: 'shown' }) as const);
  const board = createDiscordBoard(
    edit,
    () => '7',
    () => Date.now(),
    () => void skipped++,
  );
  for (const position of [5, 4, 3, 3]) board.show(job, at(position));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(edit).toHaveBeenCalledTimes(2);
  expect(skipped).toBe(1);
  board.stop();
});

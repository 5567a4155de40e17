/** The pace of status edits on Telegram: per job, per chat, and when Telegram asks to wait. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Payload, type TelegramApi, TelegramFailure } from '../../bots/telegram/api.ts';
import { createStatusBoard, type StatusBoard } from '../../bots/telegram/status-board.ts';
import { systemClock } from '../../core/clock.ts';
import type { Job } from '../../core/job.ts';

let edits: { readonly atMs: number; readonly messageId: unknown; readonly text: string }[];
let answer: (text: string) => Promise<void>;
let board: StatusBoard;

beforeEach(() => {
  vi.useFakeTimers();
  edits = [];
  answer = async () => undefined;
  const api: TelegramApi = {
    async call<T>(_method: string, payload: Payload = {}): Promise<T> {
      edits.push({ atMs: Date.now(), messageId: payload.message_id, text: String(payload.text) });
      await answer(String(payload.text));
      return true as T;
    },
    fileUrl: (path) => path,
  };
  board = createStatusBoard(api, systemClock);
});
afterEach(() => {
  board.stop();
  vi.useRealTimers();
});

const running = (id: string, chatId: number, done: number, statusMessageId: number | null = Number(id.slice(1))): Job =>
  ({
    id,
    state: 'running',
    cancelRequested: false,
    address: { chatId, statusMessageId, threadId: null, requestMessageId: 1 },
    progress: { stage: 'render', done, total: 10_000, fraction: 0 },
  }) as unknown as Job;
const standing = { position: 0, secondsLeft: null };

/** Several jobs report progress ten times a second. */
const work = async (jobs: readonly string[], chatId: number, seconds: number): Promise<void> => {
  for (let tick = 0; tick < seconds * 10; tick++) {
    for (const id of jobs) board.show(running(id, chatId, tick), standing);
    await vi.advanceTimersByTimeAsync(100);
  }
};
/** The most edits in any minute. */
const busiestMinute = (): number => Math.max(...edits.map(({ atMs }) => edits.filter((other) => other.atMs >= atMs && other.atMs < atMs + 60_000).length));

describe('the status board', () => {
  it('edits at most 18 times in any minute of a group, however many jobs it has, and lets them take turns', async () => {
    await work(['j1', 'j2', 'j3', 'j4', 'j5'], -100, 240);
    expect(busiestMinute()).toBeLessThanOrEqual(18);
    const perJob = [1, 2, 3, 4, 5].map((id) => edits.filter(({ messageId }) => messageId === id).length);
    expect(Math.max(...perJob) - Math.min(...perJob)).toBeLessThanOrEqual(2);
    expect(edits.length).toBeGreaterThan(40);
  });

  it('edits one job at most every 1.5 seconds, always with the newest state', async () => {
    await work(['j1'], 100, 10);
    const gaps = edits.slice(1).map(({ atMs }, index) => atMs - (edits[index]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_500);
    expect(edits[1]?.text).toContain('frame 14 of');
  });

  it('shows nothing more of a job that has ended, and waits for the edit under way all the same', async () => {
    const done = (id: string): Job => ({ ...running(id, 100, 9), state: 'done' });
    board.show(running('j1', 100, 1), standing);
    board.show(running('j1', 100, 2), standing);
    board.show(done('j1'), standing);
    await vi.advanceTimersByTimeAsync(10_000);
    board.show(running('j1', 100, 3), standing);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(edits.map(({ text }) => text)).toEqual([expect.stringContaining('frame 1 of')]);

    let arrive = (): void => undefined;
    answer = () => new Promise((resolve) => (arrive = resolve));
    board.show(running('j2', 100, 1), standing);
    board.show(done('j2'), standing);
    let closed = false;
    const closing = board.close(done('j2')).then(() => (closed = true));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(closed).toBe(false);
    arrive();
    await closing;
  });

  it('does not let one busy group hold back another', async () => {
    await work(['j1', 'j2'], -100, 60);
    edits = [];
    board.show(running('j9', -200, 1), standing);
    expect(edits).toHaveLength(1);
  });

  it('sends nothing to a chat before the time that Telegram asked for has passed', async () => {
    answer = async () => Promise.reject(new TelegramFailure('editMessageText', 429, 'Too Many Requests', { retry_after: 60 }));
    board.show(running('j1', -100, 1), standing);
    await vi.advanceTimersByTimeAsync(0);
    answer = async () => undefined;
    await work(['j1', 'j2'], -100, 59);
    expect(edits).toHaveLength(1);
    await work(['j1', 'j2'], -100, 2);
    expect(
      edits
        .slice(1)
        .map(({ messageId }) => messageId)
        .sort(),
    ).toEqual([1, 2]);
  });

  it('ends with the outcome: waits for the edit under way and lets nothing follow', async () => {
    let arrived = (): void => undefined;
    answer = () => new Promise((resolve) => (arrived = resolve));
    board.show(running('j1', 100, 1), standing);
    board.show(running('j1', 100, 2), standing);
    let closed = false;
    const closing = board.close(running('j1', 100, 2)).then(() => (closed = true));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(closed).toBe(false);
    arrived();
    await closing;
    board.show(running('j1', 100, 3), standing);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(edits).toHaveLength(1);
  });

  it('costs no edit when the words stay the same or there is no message to edit', async () => {
    for (let i = 0; i < 5; i++) {
      board.show(running('j1', 100, 1), standing);
      board.show(running('j2', 100, i, null), standing);
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(edits).toHaveLength(1);
  });

  it('gives up on a message that cannot be edited any more', async () => {
    answer = async () => Promise.reject(new TelegramFailure('editMessageText', 400, 'Bad Request: message to edit not found'));
    await work(['j1'], 100, 10);
    expect(edits).toHaveLength(1);
  });
});

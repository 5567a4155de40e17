/** Shows how jobs stand with few edits: the newest state wins, all jobs of a chat share one budget, and an outcome ends it. */
import type { Clock } from '../../core/clock.ts';
import { isFinal, type Job, type Standing } from '../../core/job.ts';
import type { EditOutcome } from '../../core/metrics.ts';
import { readAddress, type TelegramAddress } from './address.ts';
import type { TelegramApi } from './api.ts';
import { type EditBudget, groupBudget, privateBudget } from './edit-budget.ts';
import { asFailure, kindOf, waitMs } from './failure.ts';
import { statusMessage, type TextMessage } from './messages.ts';

/** One job is not edited more often than this. */
const JOB_EVERY_MS = 1_500;
/** How many ended jobs are remembered against stragglers, and how many idle chats are kept. */
const MAX_REMEMBERED = 1_000;

export interface StatusBoard {
  /**
   * Takes a state to show and returns at once; a job without a status message is left alone, and one that has ended is shown no
   * more, whichever process sends its outcome.
   */
  show(job: Job, standing: Standing): void;
  /** No more edits of this job; resolves when one that is under way has ended. */
  close(job: Job): Promise<void>;
  stop(): void;
}

interface Entry {
  readonly jobId: string;
  address: TelegramAddress;
  message: TextMessage;
  /** What the chat shows, so that a change nobody can see costs no edit. */
  shown: string;
  notBeforeMs: number;
  sending: Promise<void> | null;
}

interface Chat {
  readonly budget: EditBudget;
  /** The next to be edited first. */
  readonly entries: Map<string, Entry>;
  notBeforeMs: number;
  timer: NodeJS.Timeout | null;
}

/** @param count told what became of every state that was to be shown */
export const createStatusBoard = (api: TelegramApi, clock: Clock, count: (outcome: EditOutcome) => void = () => undefined): StatusBoard => {
  const chats = new Map<number, Chat>();
  const closed = new Set<string>();
  const ended = new Set<string>();

  const chatOf = (chatId: number): Chat => {
    const known = chats.get(chatId);
    if (known) return known;
    const chat: Chat = { budget: chatId < 0 ? groupBudget() : privateBudget(), entries: new Map(), notBeforeMs: 0, timer: null };
    if (chats.size >= MAX_REMEMBERED) {
      for (const [id, idle] of chats) if (idle.entries.size === 0 && idle.budget.isFull(clock.nowMs())) chats.delete(id);
    }
    chats.set(chatId, chat);
    return chat;
  };

  const remember = (jobs: Set<string>, jobId: string): void => {
    jobs.add(jobId);
    if (jobs.size > MAX_REMEMBERED) jobs.delete(jobs.values().next().value as string);
  };

  const forget = (chat: Chat, jobId: string): void => {
    chat.entries.delete(jobId);
    remember(closed, jobId);
  };

  /** No more edits; one that is under way stays known until it has ended, so that `close` can wait for it. */
  const retire = (chat: Chat | undefined, jobId: string): void => {
    remember(ended, jobId);
    if (!chat?.entries.get(jobId)?.sending) chat?.entries.delete(jobId);
  };

  const edit = async (chat: Chat, entry: Entry): Promise<void> => {
    const { address, jobId, message } = entry;
    try {
      await api.call('editMessageText', { chat_id: address.chatId, message_id: address.statusMessageId, ...message });
      count('shown');
    } catch (error) {
      const failure = asFailure(error);
      const kind = kindOf(failure);
      if (kind === 'later') {
        count('later');
        entry.shown = '';
        chat.notBeforeMs = clock.nowMs() + waitMs(failure);
      } else if (kind !== 'unchanged') {
        // No edit of this message will succeed any more; the outcome finds its own way.
        count('dead');
        forget(chat, jobId);
      }
    }
    entry.sending = null;
    if (ended.has(jobId)) chat.entries.delete(jobId);
    advance(chat);
  };

  const advance = (chat: Chat): void => {
    if (chat.timer) clearTimeout(chat.timer);
    chat.timer = null;
    const now = clock.nowMs();
    let wakeAtMs = Number.POSITIVE_INFINITY;
    for (const entry of [...chat.entries.values()]) {
      if (entry.sending || entry.shown === entry.message.text || ended.has(entry.jobId)) continue;
      const atMs = Math.max(entry.notBeforeMs, chat.notBeforeMs, chat.budget.freeAtMs());
      if (atMs > now) {
        wakeAtMs = Math.min(wakeAtMs, atMs);
        continue;
      }
      chat.budget.take(now);
      entry.shown = entry.message.text;
      entry.notBeforeMs = now + JOB_EVERY_MS;
      // To the end of the line, so that several jobs of a chat take turns.
      chat.entries.delete(entry.jobId);
      chat.entries.set(entry.jobId, entry);
      entry.sending = edit(chat, entry);
    }
    if (wakeAtMs < Number.POSITIVE_INFINITY) chat.timer = setTimeout(() => advance(chat), wakeAtMs - now).unref();
  };

  return {
    show(job, standing) {
      const address = readAddress(job.address);
      if (isFinal(job.state)) return retire(chats.get(address.chatId), job.id);
      if (closed.has(job.id) || ended.has(job.id) || address.statusMessageId === null) return;
      const chat = chatOf(address.chatId);
      const message = statusMessage(job, standing);
      const entry = chat.entries.get(job.id);
      if (entry && entry.shown !== entry.message.text && entry.message.text !== message.text) count('skipped');
      if (entry) Object.assign(entry, { address, message });
      else chat.entries.set(job.id, { jobId: job.id, address, message, shown: '', notBeforeMs: 0, sending: null });
      advance(chat);
    },
    async close({ id, address }) {
      const chat = chatOf(readAddress(address).chatId);
      const underway = chat.entries.get(id)?.sending;
      // The outcome waits for no budget, and the edits after it make room for it.
      if (!closed.has(id)) chat.budget.take(clock.nowMs());
      forget(chat, id);
      await underway;
    },
    stop() {
      for (const chat of chats.values()) if (chat.timer) clearTimeout(chat.timer);
      chats.clear();
    },
  };
};

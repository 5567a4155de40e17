/** Shows how jobs stand with few edits: the newest state wins, paced per job and per channel, and silent once the outcome is sent. */
import { isFinal, type Job, type Standing } from '../../core/job.ts';
import { type OutgoingMessage, statusMessage } from './messages.ts';

const EVERY_MS = 2_500;
const MAX_EDITS_PER_MINUTE = 12;
const MINUTE_MS = 60_000;
/** How many closed jobs are remembered against stragglers. */
const MAX_CLOSED = 1_000;

/** How an edit ended; `dead`: no edit of this job will ever succeed again. */
export type EditResult = { readonly kind: 'shown' } | { readonly kind: 'wait'; readonly retryAfterMs: number } | { readonly kind: 'dead' };

export interface StatusBoard {
  /** Takes a state to show; returns at once. A job that has ended is shown no more, whichever process sends its outcome. */
  show(job: Job, standing: Standing): void;
  /** No more edits of this job; resolves when one that is under way has ended. */
  close(jobId: string): Promise<void>;
  stop(): void;
}

interface Entry {
  job: Job;
  message: OutgoingMessage;
  /** The words last sent, so that a change nobody can see costs no edit. */
  sent: string;
  nextAtMs: number;
  timer: NodeJS.Timeout | null;
  editing: Promise<void> | null;
}

/**
 * @param edit sends one message; must not throw
 * @param channelOf the channel whose budget an edit uses
 * @param onSkipped a state was never shown, because a newer one came first
 */
export const createStatusBoard = (
  edit: (job: Job, message: OutgoingMessage) => Promise<EditResult>,
  channelOf: (job: Job) => string,
  nowMs: () => number,
  onSkipped: () => void = () => undefined,
): StatusBoard => {
  const entries = new Map<string, Entry>();
  const closed = new Set<string>();
  const editsAtMs = new Map<string, number[]>();

  const recentEdits = (channel: string): number[] => {
    // What lies ahead was sent before the clock was set back.
    const recent = (editsAtMs.get(channel) ?? []).filter((atMs) => atMs > nowMs() - MINUTE_MS && atMs <= nowMs());
    if (recent.length > 0) editsAtMs.set(channel, recent);
    else editsAtMs.delete(channel);
    return recent;
  };

  const channelFreeAtMs = (channel: string): number => {
    const recent = recentEdits(channel);
    return recent.length < MAX_EDITS_PER_MINUTE ? 0 : (recent[0] as number) + MINUTE_MS;
  };

  /** No more edits; one that is under way stays known until it has ended, so that `close` can wait for it. */
  const retire = (jobId: string): void => {
    const entry = entries.get(jobId);
    if (entry?.timer) clearTimeout(entry.timer);
    if (!entry?.editing) entries.delete(jobId);
    closed.add(jobId);
    if (closed.size > MAX_CLOSED) closed.delete(closed.values().next().value as string);
  };

  const forget = (jobId: string): void => {
    retire(jobId);
    entries.delete(jobId);
  };

  const send = async (entry: Entry): Promise<void> => {
    const { job, message } = entry;
    entry.sent = message.body.content;
    entry.nextAtMs = nowMs() + EVERY_MS;
    const channel = channelOf(job);
    editsAtMs.set(channel, [...recentEdits(channel), nowMs()]);
    const result = await edit(job, message);
    entry.editing = null;
    if (result.kind === 'dead' || closed.has(job.id)) return forget(job.id);
    if (result.kind === 'wait') {
      entry.sent = '';
      entry.nextAtMs = Math.max(entry.nextAtMs, nowMs() + result.retryAfterMs);
    }
    advance(entry);
  };

  const advance = (entry: Entry): void => {
    if (entry.sent === entry.message.body.content || entry.editing || closed.has(entry.job.id)) return;
    // Timers run on the machine's clock; what is due is asked of ours.
    if (entry.timer) clearTimeout(entry.timer);
    entry.timer = null;
    const waitMs = Math.max(entry.nextAtMs, channelFreeAtMs(channelOf(entry.job))) - nowMs();
    if (waitMs <= 0) {
      entry.editing = send(entry);
      return;
    }
    entry.timer = setTimeout(() => {
      entry.timer = null;
      advance(entry);
    }, waitMs);
    entry.timer.unref();
  };

  return {
    show(job, standing) {
      if (isFinal(job.state)) return retire(job.id);
      if (closed.has(job.id)) return;
      const message = statusMessage(job, standing);
      const known = entries.get(job.id);
      if (known && known.sent !== known.message.body.content && known.message.body.content !== message.body.content) onSkipped();
      const entry = known ?? { job, message, sent: '', nextAtMs: 0, timer: null, editing: null };
      Object.assign(entry, { job, message });
      entries.set(job.id, entry);
      advance(entry);
    },
    async close(jobId) {
      const underway = entries.get(jobId)?.editing;
      forget(jobId);
      await underway;
    },
    stop() {
      for (const jobId of [...entries.keys()]) forget(jobId);
    },
  };
};

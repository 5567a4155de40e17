/** The pace of status edits, on a clock of its own: per job, per channel, and after a rate limit. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStatusBoard, type EditResult } from '../../bots/discord/status-board.ts';
import type { Job } from '../../core/job.ts';
import { sampleDraft } from '../support/jobs.ts';

const jobIn = (channelId: string): Job => ({
  ...sampleDraft('discord:user:1', 'discord:guild:1', { address: { channelId } }),
  state: 'waiting',
  progress: null,
  attempt: 0,
  cancelRequested: false,
  clip: null,
  error: null,
  notes: [],
  delivery: 'none',
  createdAtMs: 0,
  startedAtMs: null,
  finishedAtMs: null,
  deleted: false,
  revision: 0,
});
const at = (position: number) => ({ position, secondsLeft: null });

describe('the status board', () => {
  let edits: { readonly jobId: string; readonly text: string; readonly atMs: number }[];
  let answer: () => EditResult | Promise<EditResult>;
  const open = () =>
    createStatusBoard(
      async (job, { body }) => {
        edits.push({ jobId: job.id, text: body.content, atMs: Date.now() });
        return answer();
      },
      (job) => String(job.address.channelId),
      () => Date.now(),
    );

  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    edits = [];
    answer = () => ({ kind: 'shown' });
  });
  afterEach(() => void vi.useRealTimers());

  it('edits one job at most every 2.5 s and ends on the newest state', async () => {
    const board = open();
    const job = jobIn('1');
    for (let position = 100; position > 0; position--) {
      board.show(job, at(position));
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(10_000);
    const gaps = edits.slice(1).map(({ atMs }, index) => atMs - (edits[index]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_500);
    expect(edits.length).toBeGreaterThanOrEqual(4);
    expect(edits.at(-1)?.text).toContain('You are next');
  });

  it('edits a channel at most 12 times in any minute, whatever the number of jobs', async () => {
    const board = open();
    const jobs = Array.from({ length: 8 }, () => jobIn('1'));
    for (let second = 0; second < 180; second++) {
      for (const job of jobs) board.show(job, at(500 - second));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const busiest = Math.max(...edits.map(({ atMs }) => edits.filter((e) => e.atMs >= atMs && e.atMs < atMs + 60_000).length));
    expect(busiest).toBe(12);
    expect(edits.length).toBeGreaterThanOrEqual(36);
    const elsewhere = jobIn('2');
    board.show(elsewhere, at(1));
    expect(edits.at(-1)?.jobId).toBe(elsewhere.id);
  });

  it('shows nothing more of a job that has ended, and waits for the edit under way all the same', async () => {
    const board = open();
    const [job, other] = [jobIn('1'), jobIn('1')];
    board.show(job, at(3));
    board.show(job, at(2));
    board.show({ ...job, state: 'done' }, at(0));
    // what another process delivers must not be overwritten by an edit that was still waiting for its turn
    await vi.advanceTimersByTimeAsync(10_000);
    board.show(job, at(1));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(edits.map(({ text }) => text)).toEqual([expect.stringContaining('Number 3')]);

    let arrive = (): void => undefined;
    answer = () => new Promise((resolve) => (arrive = () => resolve({ kind: 'shown' })));
    board.show(other, at(3));
    board.show({ ...other, state: 'done' }, at(0));
    let closed = false;
    const closing = board.close(other.id).then(() => (closed = true));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(closed).toBe(false);
    arrive();
    await closing;
  });

  it('waits as long as it is told to', async () => {
    const board = open();
    const job = jobIn('1');
    answer = () => ({ kind: 'wait', retryAfterMs: 60_000 });
    board.show(job, at(3));
    await vi.advanceTimersByTimeAsync(59_000);
    expect(edits).toHaveLength(1);
    answer = () => ({ kind: 'shown' });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(edits).toHaveLength(2);
  });

  it('costs no edit when the words are the same', async () => {
    const board = open();
    const job = jobIn('1');
    board.show(job, at(3));
    await vi.advanceTimersByTimeAsync(5_000);
    board.show(job, at(3));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(edits).toHaveLength(1);
  });

  it('is silent after closing, and closing waits for the edit under way', async () => {
    const board = open();
    const job = jobIn('1');
    let finish = (_result: EditResult): void => undefined;
    answer = () => new Promise((resolve) => (finish = resolve));
    board.show(job, at(3));
    let closed = false;
    const closing = board.close(job.id).then(() => (closed = true));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(closed).toBe(false);
    finish({ kind: 'shown' });
    await closing;
    board.show(job, at(2));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(edits).toHaveLength(1);
  });
});

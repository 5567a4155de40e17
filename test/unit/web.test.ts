/** The web channel's pure parts: byte ranges, languages, loopback names, and which status a failure gets. */
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { parseRange } from '../../bots/web/clip.ts';
import { streamJob } from '../../bots/web/events.ts';
import { isLoopback } from '../../bots/web/guard.ts';
import { localeOf } from '../../bots/web/intake.ts';
import { statusOf } from '../../bots/web/problem.ts';
import { AppError, catalogue, type ErrorCode } from '../../core/errors.ts';
import type { Follower } from '../../core/follow.ts';
import type { Job } from '../../core/job.ts';
import { sampleDraft } from '../support/jobs.ts';

describe('a byte range', () => {
  it('never leaves the file, whatever is asked', () => {
    const numbers = ['', '0', '1', '9', '10', '11', '999999999999999', '-1', 'x'];
    for (const sizeBytes of [1, 10]) {
      for (const from of numbers) {
        for (const to of numbers) {
          const range = parseRange(`bytes=${from}-${to}`, sizeBytes);
          if (range === null || range === 'unsatisfiable') continue;
          expect(range.first).toBeGreaterThanOrEqual(0);
          expect(range.last).toBeLessThan(sizeBytes);
          expect(range.first).toBeLessThanOrEqual(range.last);
        }
      }
    }
  });

  it('of the last bytes counts from the end', () => {
    expect(parseRange('bytes=-3', 10)).toEqual({ first: 7, last: 9 });
    expect(parseRange('bytes=-30', 10)).toEqual({ first: 0, last: 9 });
    expect(parseRange(undefined, 10)).toBeNull();
  });
});

it.each([
  ['de-AT, en;q=0.5', 'de-AT'],
  ['pt', 'pt'],
  ['zh-Hant-TW;q=0.9', 'zh-Hant-TW'],
  ['*', 'en'],
  ['', 'en'],
  ["en'; DROP TABLE job", 'en'],
  ['x'.repeat(5000), 'en'],
])('the language of “%.20s” is %s', async (header, expected) => {
  const app = new Hono().get('/', (c) => c.text(localeOf(c)));
  expect(await (await app.request('/', { headers: { 'Accept-Language': header } })).text()).toBe(expected);
});

it('only names of this machine are loopback', () => {
  for (const host of ['localhost', 'LocalHost', '127.0.0.1', '127.1.2.3', '::1', '[::1]']) expect(isLoopback(host)).toBe(true);
  for (const host of ['', '0.0.0.0', '::', '127.0.0.1.example.org', 'localhost.example.org', '1127.0.0.1', '10.0.0.1']) expect(isLoopback(host)).toBe(false);
});

it('every failure a person can mend is a 4xx, every other a 5xx', () => {
  for (const [code, line] of Object.entries(catalogue)) {
    const status = statusOf(new AppError(code as ErrorCode));
    const theirs = ['InputError', 'RefusedError', 'CanceledError'].includes(line.class);
    expect([code, Math.floor(status / 100)]).toEqual([code, theirs ? 4 : 5]);
  }
});

it('events look at a job anew after a silence, so that a change that was missed ends the waiting all the same', async () => {
  const job = { ...sampleDraft(), progress: null, attempt: 1, cancelRequested: false, clip: null, error: null, notes: [], createdAtMs: 0, deleted: false };
  const states = ['running', 'done'] as const;
  let asked = 0;
  const follower: Follower = {
    subscribe(_jobId, listener) {
      const state = states[asked++] ?? 'done';
      queueMicrotask(() => listener({ ...job, state } as unknown as Job, { position: 0, secondsLeft: null }));
      return () => undefined;
    },
    stop: async () => undefined,
  };
  const app = new Hono().get('/', (c) => streamJob(c, job.id, follower, new AbortController().signal, 20));
  const lines = (await (await app.request('/')).text()).split('\n').filter((line) => line.startsWith('data: '));
  expect(lines.map((line) => JSON.parse(line.slice(6)).state)).toEqual([...states]);
});

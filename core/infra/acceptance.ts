/** The way of a request into the database: what decides about it is read together, and what makes it a job is written together. */
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { jobsBefore, join } from '../fairness.ts';
import type { Job } from '../job.ts';
import { type Quote, usualQuote } from '../prediction.ts';
import { defaultSettings } from '../settings.ts';
import type { Accepted, Circumstances, DailyLimit, JobDraft, Seen, WaitingCaps } from '../store.ts';
import { type Desk, decide, flowOf, look, type Promised, type Request, write } from './accept-desk.ts';
import type { Database, Queryable } from './database.ts';
import { toJob } from './job-row.ts';
import { payersOf } from './ledger-store.ts';
import { countAhead, estimateAhead, PLAYED_THROUGH } from './line-store.ts';
import { toBan } from './place-store.ts';
import { type Expectation, expect, expectWaiting, type Outlook, readOutlook } from './standing.ts';

export interface Acceptance {
  circumstances(requestKey: string, place: string, user: string): Promise<Circumstances>;
  accept(draft: JobDraft, limit: DailyLimit, caps: WaitingCaps, seen?: Seen): Promise<Accepted>;
  /** To be called when this process has changed the line in any other way than by accepting. */
  lineChanged(): void;
}

/** When a photo took longer to come, the desk is read anew: the older it is, the likelier it is that something on it has changed. */
const DESK_LIVES_MS = 1_000;

/**
 * What is told about the wait may be this old. It is a forecast of minutes, shown to a person who reads it a second later and looked
 * at anew by `startFollower` several times a second; jobs that this process accepted meanwhile are in it, so of one's own jobs none
 * is missing. Nothing else is decided by it: quota, caps and turns are read under locks.
 */
const OUTLOOK_LIVES_MS = 250;

export const createAcceptance = (database: Database, clock: Clock): Acceptance => {
  // The age is told by the machine: a clock that tests hold still would keep it young for ever.
  let recent: { readonly outlook: Promise<Outlook>; readonly readAtMs: number } | null = null;

  const lookOutAnew = (source: Queryable): Promise<Outlook> => {
    const outlook = readOutlook(source, clock.nowMs());
    const mine = { outlook, readAtMs: performance.now() };
    recent = mine;
    outlook.catch(() => {
      if (recent === mine) recent = null;
    });
    return outlook;
  };

  /** Read once for all who ask meanwhile. Not to be waited for within a transaction: who reads it may be waiting for that to end. */
  const lookOut = (): Promise<Outlook> => (recent && performance.now() - recent.readAtMs < OUTLOOK_LIVES_MS ? recent.outlook : lookOutAnew(database));

  const desks = new WeakMap<Seen, Desk>();

  /** What a new job can expect, and puts it into the line that later ones are told about; null when the line is too long for that. */
  const forecast = (outlook: Outlook, draft: JobDraft, quote: Quote, desk: Desk, nowMs: number): Expectation | null => {
    const { line } = outlook;
    outlook.waiting += 1;
    if (!line || outlook.waiting > PLAYED_THROUGH) return null;
    const { id, origin, request } = draft;
    const { predictedMs, weight } = quote;
    const home = flowOf(desk.home);
    const kept = { place: home && { ...home, virtualMs: desk.home?.virtual_ms ?? 0 }, user: flowOf(desk.person) };
    const job = { id, place: origin.place, user: origin.user, createdAtMs: nowMs, predictedMs, weight };
    join(line, job, desk.settings?.queuePolicy ?? defaultSettings.queuePolicy, nowMs, kept);
    return expectWaiting(outlook, { engine: request.engine, predicted_ms: predictedMs }, countAhead(jobsBefore(line, id, nowMs), origin.user), nowMs);
  };

  /** What a job at the far end of a long line can expect; only a job that is in it can be estimated. */
  const estimate = async (tx: Queryable, outlook: Outlook, draft: JobDraft, quote: Quote, nowMs: number): Promise<Expectation> => {
    const { id, origin, request } = draft;
    const job = { id, place: origin.place, user_id: origin.user, created_at_ms: nowMs, predicted_ms: quote.predictedMs, weight: quote.weight };
    const expected = expectWaiting(outlook, { engine: request.engine, predicted_ms: quote.predictedMs }, await estimateAhead(tx, job), nowMs);
    const { eta_ms, eta_low_ms, eta_high_ms, eta_ahead } = promiseOf(expected);
    if (eta_ms !== null)
      await tx.query('UPDATE stillmotion.job SET eta_ms = $2, eta_low_ms = $3, eta_high_ms = $4, eta_ahead = $5 WHERE id = $1', [
        id,
        eta_ms,
        eta_low_ms,
        eta_high_ms,
        eta_ahead,
      ]);
    return expected;
  };

  /** Accepts a draft as its desk says, or not at all. @returns null when that has changed; under its locks it cannot */
  const acceptOn = async (source: Queryable, desk: Desk, request: Request, nowMs: number, locked: boolean): Promise<Accepted | null> => {
    if (desk.known) return { job: toJob(desk.known), standing: (await expect(source, desk.known.id, nowMs)).standing, created: false };
    const { draft, caps } = request;
    const { quote = usualQuote } = draft;
    const decision = decide(request, quote, desk, nowMs);
    const outlook = await (locked ? lookOutAnew(source) : lookOut());
    const expected = forecast(outlook, draft, quote, desk, nowMs);
    const revision = await write(source, { draft, quote, promised: promiseOf(expected), caps, nowMs }, decision, desk, locked);
    if (revision === null) return null;
    const far = async (): Promise<Expectation> => {
      const estimated = estimate(source, outlook, draft, quote, nowMs);
      // Without a transaction the job is there by now, whatever becomes of what is told about it.
      return locked ? estimated : estimated.catch(() => ({ standing: { position: outlook.waiting, secondsLeft: null }, etaMs: null }));
    };
    const { standing } = expected ?? (await far());
    return { job: newJob(draft, revision, nowMs), standing, created: true };
  };

  /** On what was seen, without locks. @returns null when that was not enough to accept it, which need not mean that it cannot be */
  const acceptSeen = async (request: Request, seen: Desk | undefined): Promise<Accepted | null> => {
    const { draft, payers } = request;
    const { place, user } = draft.origin;
    const isFresh = seen && performance.now() - seen.readAtMs < DESK_LIVES_MS;
    const desk = isFresh ? seen : await look(database, clock, 'read_desk', [draft.requestKey, place, user]);
    if (!Object.values(payers).every((account) => desk.accounts.has(account))) return null;
    try {
      return await acceptOn(database, desk, request, clock.nowMs(), false);
    } catch (error) {
      // Somebody is refused only on what is certain.
      if (error instanceof AppError && error.name === 'RefusedError') return null;
      throw error;
    }
  };

  const acceptLocked = (request: Request): Promise<Accepted> =>
    database.transaction(async (tx) => {
      const { draft, limit } = request;
      const { place, user } = draft.origin;
      const desk = await look(tx, clock, 'read_locked_desk', [draft.requestKey, place, user], (limit.poolClips ?? 0) > 0);
      const accepted = await acceptOn(tx, desk, request, clock.nowMs(), true);
      if (!accepted) throw new AppError('INTERNAL');
      return accepted;
    });

  return {
    async circumstances(requestKey, place, user) {
      const looking = look(database, clock, 'read_desk', [requestKey, place, user]);
      // It is needed next; whoever needs it hears of it when it fails.
      lookOut().catch(() => undefined);
      const desk = await looking;
      const { ban, known, rates, settings } = desk;
      const seen = {};
      desks.set(seen, desk);
      return { known: known && toJob(known), settings: { ...defaultSettings, ...settings }, ban: ban && toBan(ban, place, user), rates, seen };
    },

    async accept(draft, limit, caps, seen) {
      const { place, user } = draft.origin;
      const request = { draft, limit, caps, payers: payersOf(user, place, limit, clock.nowMs()) };
      try {
        const accepted = await acceptSeen(request, seen && desks.get(seen));
        if (accepted) return accepted;
        recent = null;
        return await acceptLocked(request);
      } catch (error) {
        // The line that was looked at may hold a job that has not come into being.
        recent = null;
        throw error;
      }
    },

    lineChanged() {
      recent = null;
    },
  };
};

const NO_PROMISE: Promised = { eta_ms: null, eta_low_ms: null, eta_high_ms: null, eta_ahead: null };

const promiseOf = (expected: Expectation | null): Promised => {
  if (!expected?.standing.interval || expected.etaMs === null) return NO_PROMISE;
  const { interval, position } = expected.standing;
  return { eta_ms: expected.etaMs, eta_low_ms: interval.lowSeconds * 1000, eta_high_ms: interval.highSeconds * 1000, eta_ahead: position - 1 };
};

/** The job as `find` would return it. */
const newJob = (draft: JobDraft, revision: number, nowMs: number): Job => {
  const { channel, locale, place, room, user, userName } = draft.origin;
  return {
    id: draft.id,
    state: 'waiting',
    origin: { channel, place, room, user, userName, locale },
    address: draft.address,
    request: draft.request,
    photo: draft.photo,
    parentId: draft.parentId,
    maxClipBytes: draft.maxClipBytes,
    progress: null,
    attempt: 0,
    cancelRequested: false,
    clip: null,
    error: null,
    notes: [],
    delivery: 'none',
    createdAtMs: nowMs,
    startedAtMs: null,
    finishedAtMs: null,
    deleted: false,
    revision,
  };
};

/** The way of a request into the database: what decides about it is read together, and what makes it a job is written together. */
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { enter, type Flow, jobsBefore, join, type QueuePolicy, urgency } from '../fairness.ts';
import type { Job } from '../job.ts';
import type { Line as LedgerLine } from '../ledger.ts';
import { type Quote, usualQuote } from '../prediction.ts';
import { defaultSettings, type Settings } from '../settings.ts';
import type { Accepted, Circumstances, DailyLimit, JobDraft, WaitingCaps } from '../store.ts';
import type { Database, Queryable } from './database.ts';
import { type JobRow, toJob } from './job-row.ts';
import { holdFor, payersOf } from './ledger-store.ts';
import { checkRoom, countAhead, estimateAhead, PLAYED_THROUGH } from './line-store.ts';
import { type BanRow, toBan } from './place-store.ts';
import { type Expectation, expect, expectWaiting, type Outlook, readOutlook } from './standing.ts';

export interface Acceptance {
  circumstances(requestKey: string, place: string, user: string): Promise<Circumstances>;
  accept(draft: JobDraft, limit: DailyLimit, caps: WaitingCaps): Promise<Accepted>;
  /** To be called when this process has changed the line in any other way than by accepting. */
  lineChanged(): void;
}

interface CircumstancesRow {
  readonly known: JobRow | null;
  readonly settings: Partial<Settings> | null;
  readonly ban: BanRow | null;
  readonly rates: Circumstances['rates'];
}

interface FlowRow {
  readonly start_ms: number;
  readonly since_ms: number;
  readonly waiting: number;
}

/** What `open_desk` reads under its locks. */
interface Desk {
  /** Only this when the request was accepted before. */
  readonly known?: JobRow;
  readonly person: FlowRow | null;
  readonly home: (FlowRow & { readonly virtual_ms: number }) | null;
  readonly everywhere: number;
  readonly virtualMs: number;
  readonly policy: QueuePolicy | null;
  readonly sums: Readonly<Record<string, number>>;
}

/**
 * What is told about the wait may be this old. It is a forecast of minutes, shown to a person who reads it a second later and looked
 * at anew by `startFollower` several times a second; jobs that this process accepted meanwhile are in it, so of one's own jobs none
 * is missing. Nothing else is decided by it: quota, caps and turns are read under locks.
 */
const OUTLOOK_LIVES_MS = 250;

const flowOf = (row: FlowRow | null): Flow | null => row && { startMs: row.start_ms, sinceMs: row.since_ms };

export const createAcceptance = (database: Database, clock: Clock): Acceptance => {
  // The age is told by the machine: a clock that tests hold still would keep it young for ever.
  let recent: { readonly outlook: Outlook; readonly readAtMs: number } | null = null;

  const lookOut = async (tx: Queryable, nowMs: number): Promise<Outlook> => {
    if (recent && performance.now() - recent.readAtMs < OUTLOOK_LIVES_MS) return recent.outlook;
    const outlook = await readOutlook(tx, nowMs);
    recent = { outlook, readAtMs: performance.now() };
    return outlook;
  };

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
    join(line, job, desk.policy ?? defaultSettings.queuePolicy, nowMs, kept);
    return expectWaiting(outlook, { engine: request.engine, predicted_ms: predictedMs }, countAhead(jobsBefore(line, id, nowMs), origin.user), nowMs);
  };

  const write = async (tx: Queryable, columns: object, hold: readonly LedgerLine[], desk: Desk, nowMs: number): Promise<number> => {
    const home = enter(flowOf(desk.home), desk.virtualMs, nowMs);
    const person = enter(flowOf(desk.person), desk.home?.virtual_ms ?? 0, nowMs);
    const [row] = await tx.query<{ revision: number | string }>(
      'SELECT stillmotion.accept_job($1::jsonb, $2::jsonb, $3::jsonb, $4::jsonb) AS revision',
      [columns, hold, { ...person, urgency: urgency(person) }, { ...home, urgency: urgency(home) }].map((part) => JSON.stringify(part)),
    );
    return Number(row?.revision);
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

  return {
    async circumstances(requestKey, place, user) {
      const [row] = await database.query<{ found: CircumstancesRow }>('SELECT stillmotion.circumstances($1, $2, $3, $4) AS found', [
        requestKey,
        place,
        user,
        clock.nowMs(),
      ]);
      if (!row) throw new AppError('INTERNAL');
      const { ban, known, rates, settings } = row.found;
      return { known: known && toJob(known), settings: { ...defaultSettings, ...settings }, ban: ban && toBan(ban, place, user), rates };
    },

    accept: (draft, limit, caps) =>
      database
        .transaction(async (tx): Promise<Accepted> => {
          const nowMs = clock.nowMs();
          const { origin, quote = usualQuote } = draft;
          const { place, user } = origin;
          const payers = payersOf(user, place, limit, nowMs);
          const [row] = await tx.query<{ desk: Desk }>('SELECT stillmotion.open_desk($1, $2, $3, $4, $5, $6, $7) AS desk', [
            draft.requestKey,
            place,
            user,
            (limit.poolClips ?? 0) > 0,
            payers.own,
            payers.grants,
            payers.pool,
          ]);
          if (!row) throw new AppError('INTERNAL');
          const { desk } = row;
          if (desk.known) return { job: toJob(desk.known), standing: (await expect(tx, desk.known.id, nowMs)).standing, created: false };

          checkRoom({ here: desk.person?.waiting ?? 0, everywhere: desk.everywhere, all: desk.home?.waiting ?? 0 }, caps);
          const hold = holdFor(draft.id, quote.priceMs, payers, limit, desk.sums, nowMs);
          const outlook = await lookOut(tx, nowMs);
          const expected = forecast(outlook, draft, quote, desk, nowMs);
          const revision = await write(tx, columnsOf(draft, quote, expected, nowMs), hold, desk, nowMs);
          const { standing } = expected ?? (await estimate(tx, outlook, draft, quote, nowMs));
          return { job: newJob(draft, revision, nowMs), standing, created: true };
        })
        .catch((error: unknown) => {
          // The line that was looked at may hold a job that has not come into being.
          recent = null;
          throw error;
        }),

    lineChanged() {
      recent = null;
    },
  };
};

/** What is kept of what a new job is told about its wait, so that it can be held against what happens. */
const promiseOf = ({ etaMs, standing: { interval, position } }: Expectation) =>
  etaMs === null || !interval
    ? { eta_ms: null, eta_low_ms: null, eta_high_ms: null, eta_ahead: null }
    : { eta_ms: etaMs, eta_low_ms: interval.lowSeconds * 1000, eta_high_ms: interval.highSeconds * 1000, eta_ahead: position - 1 };

const columnsOf = (draft: JobDraft, quote: Quote, expected: Expectation | null, nowMs: number): object => ({
  id: draft.id,
  request_key: draft.requestKey,
  channel: draft.origin.channel,
  place: draft.origin.place,
  room: draft.origin.room,
  user_id: draft.origin.user,
  user_name: draft.origin.userName,
  locale: draft.origin.locale,
  address: draft.address,
  request: draft.request,
  photo: draft.photo,
  parent_id: draft.parentId,
  max_clip_bytes: draft.maxClipBytes,
  created_at_ms: nowMs,
  nominal_ms: quote.nominalMs,
  predicted_ms: quote.predictedMs,
  size_class: quote.size,
  weight: quote.weight,
  ...(expected ? promiseOf(expected) : {}),
});

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

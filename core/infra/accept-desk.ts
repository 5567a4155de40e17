/** What a request is decided upon, the decision, and its way back into the database; the SQL is in `accept-seen.ts`. */
import type { Clock } from '../clock.ts';
import { enter, type Flow, urgency } from '../fairness.ts';
import type { Line as LedgerLine } from '../ledger.ts';
import type { Quote } from '../prediction.ts';
import type { Settings } from '../settings.ts';
import type { Circumstances, DailyLimit, JobDraft, WaitingCaps } from '../store.ts';
import { arrayText, call, type Queryable } from './database.ts';
import type { JobRow } from './job-row.ts';
import { holdFor, type Payers, possiblePayers } from './ledger-store.ts';
import { checkRoom } from './line-store.ts';
import type { BanRow } from './place-store.ts';

interface FlowRow {
  readonly start_ms: number;
  readonly since_ms: number;
  readonly waiting: number;
}

/** What `desk` reads; see `accept-seen.ts`. */
interface DeskRow {
  readonly known: JobRow | null;
  readonly settings: Partial<Settings> | null;
  readonly ban: BanRow | null;
  readonly rates: Circumstances['rates'];
  readonly person: FlowRow | null;
  readonly home: (FlowRow & { readonly virtual_ms: number }) | null;
  readonly everywhere: number;
  readonly virtualMs: number;
  readonly sums: Readonly<Record<string, number>>;
}

/** What was read about a person's request, and when. */
export interface Desk extends DeskRow {
  /** The accounts that were looked at; those without a sum have 0. */
  readonly accounts: ReadonlySet<string>;
  readonly readAtMs: number;
}

/** What makes a draft a job: everything that is written with it. */
interface Decision {
  readonly hold: readonly LedgerLine[];
  /** The accounts that the hold depends on. */
  readonly payers: readonly string[];
  readonly person: Flow;
  readonly home: Flow;
}

export interface Request {
  readonly draft: JobDraft;
  readonly limit: DailyLimit;
  readonly caps: WaitingCaps;
  readonly payers: Payers;
}

export const flowOf = (row: FlowRow | null): Flow | null => row && { startMs: row.start_ms, sinceMs: row.since_ms };

/** @param asked `desk`, or `locked_desk` within a transaction, which then holds its locks to the end */
export const look = async (
  source: Queryable,
  clock: Clock,
  asked: string,
  params: readonly [key: string, place: string, user: string],
  ...more: readonly boolean[]
): Promise<Desk> => {
  const nowMs = clock.nowMs();
  const accounts = possiblePayers(params[2], params[1], nowMs);
  const readAtMs = performance.now();
  const row = await call<DeskRow>(source, asked, [...params, nowMs, arrayText(accounts), ...more]);
  return { ...row, accounts: new Set(accounts), readAtMs };
};

/** What becomes of a draft by what its desk says. Pure. @throws RefusedError */
export const decide = ({ draft, limit, caps, payers }: Request, quote: Quote, desk: Desk, nowMs: number): Decision => {
  checkRoom({ here: desk.person?.waiting ?? 0, everywhere: desk.everywhere, all: desk.home?.waiting ?? 0 }, caps);
  const hold = holdFor(draft.id, quote.priceMs, payers, limit, desk.sums, nowMs);
  const inOrder = [payers.own, payers.grants, payers.pool];
  // Had one of those who pay before the last more or less, others would pay.
  const drawn = new Set(hold.map(({ account }) => account));
  const last = inOrder.findLastIndex((payer) => drawn.has(payer));
  return {
    hold,
    payers: inOrder.slice(0, last + 1),
    person: enter(flowOf(desk.person), desk.home?.virtual_ms ?? 0, nowMs),
    home: enter(flowOf(desk.home), desk.virtualMs, nowMs),
  };
};

/** @returns the job's revision, or null when the desk was not locked and has changed */
export const write = async (tx: Queryable, columns: object, decision: Decision, desk: Desk, caps: WaitingCaps, locked: boolean): Promise<number | null> => {
  const { hold, home, payers, person } = decision;
  const revision = await call<number | string | null>(tx, 'accept_seen', [
    JSON.stringify(columns),
    arrayText(hold.map(({ account }) => account)),
    arrayText(hold.map(({ amountMs }) => String(amountMs))),
    arrayText(payers),
    arrayText(payers.map((account) => String(desk.sums[account] ?? 0))),
    payers.length === 3,
    caps.perPerson,
    caps.perPersonEverywhere ?? caps.perPerson,
    caps.perPlace,
    person.startMs,
    urgency(person),
    desk.person?.start_ms ?? null,
    home.startMs,
    urgency(home),
    desk.home?.start_ms ?? null,
    desk.home?.virtual_ms ?? 0,
    desk.virtualMs,
    locked,
  ]);
  return revision === null ? null : Number(revision);
};

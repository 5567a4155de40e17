/** What a request is decided upon, the decision, and its way back into the database; the SQL is in `accept-scalars.ts` and `accept-steady.ts`. */
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

/** What was read about a person's request, and when. */
export interface Desk {
  readonly known: JobRow | null;
  readonly settings: Partial<Settings> | null;
  readonly ban: BanRow | null;
  readonly rates: Circumstances['rates'];
  readonly person: FlowRow | null;
  readonly home: (FlowRow & { readonly virtual_ms: number }) | null;
  readonly everywhere: number;
  readonly virtualMs: number;
  readonly sums: Readonly<Record<string, number>>;
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

/** The list that `read_desk` answers with, in its order; a flow that is not there has nulls. */
type DeskList = readonly [
  known: JobRow | null,
  settings: Partial<Settings> | null,
  ban: BanRow | null,
  rates: readonly (readonly [engine: string, size: number, ratios: readonly number[]])[] | null,
  personStartMs: number | null,
  personSinceMs: number,
  personWaiting: number,
  homeStartMs: number | null,
  homeSinceMs: number,
  homeWaiting: number,
  homeVirtualMs: number,
  everywhere: number,
  virtualMs: number,
  sums: Readonly<Record<string, number>> | null,
];

const deskOf = (list: DeskList, accounts: ReadonlySet<string>, readAtMs: number): Desk => {
  const [known, settings, ban, rates, personStart, personSince, personWaiting, homeStart, homeSince, homeWaiting, homeVirtual, everywhere, virtualMs, sums] =
    list;
  return {
    known,
    settings,
    ban,
    rates: (rates ?? []).map(([engine, size, ratios]) => ({ engine, size, ratios })),
    person: personStart === null ? null : { start_ms: personStart, since_ms: personSince, waiting: personWaiting },
    home: homeStart === null ? null : { start_ms: homeStart, since_ms: homeSince, waiting: homeWaiting, virtual_ms: homeVirtual },
    everywhere,
    virtualMs,
    sums: sums ?? {},
    accounts,
    readAtMs,
  };
};

/** @param asked `read_desk`, or `read_locked_desk` within a transaction, which then holds its locks to the end */
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
  const list = await call<DeskList>(source, asked, [...params, nowMs, arrayText(accounts), ...more]);
  return deskOf(list, new Set(accounts), readAtMs);
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

/** What is kept of what a new job is told about its wait, so that it can be held against what happens; nulls when it is told nothing. */
export interface Promised {
  readonly eta_ms: number | null;
  readonly eta_low_ms: number | null;
  readonly eta_high_ms: number | null;
  readonly eta_ahead: number | null;
}

/** What is written of a request besides its decision. */
interface Columns extends Pick<Request, 'draft' | 'caps'> {
  readonly quote: Quote;
  readonly promised: Promised;
  readonly nowMs: number;
}

/** @returns the job's revision, or null when the desk was not locked and has changed */
export const write = async (tx: Queryable, columns: Columns, decision: Decision, desk: Desk, locked: boolean): Promise<number | null> => {
  const { caps, draft, nowMs, promised, quote } = columns;
  const { channel, locale, place, room, user, userName } = draft.origin;
  const { hold, home, payers, person } = decision;
  const revision = await call<number | string | null>(tx, 'write_accepted', [
    draft.id,
    draft.requestKey,
    channel,
    place,
    room,
    user,
    userName,
    locale,
    JSON.stringify(draft.address),
    JSON.stringify(draft.request),
    JSON.stringify(draft.photo),
    draft.parentId,
    draft.maxClipBytes,
    nowMs,
    quote.nominalMs,
    quote.predictedMs,
    quote.size,
    quote.weight,
    promised.eta_ms,
    promised.eta_low_ms,
    promised.eta_high_ms,
    promised.eta_ahead,
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

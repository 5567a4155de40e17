/** A person's allowance in words, and the use cases that look it up and explain it. */
import { formatTime } from './clock.ts';
import type { Deps } from './deps.ts';
import { creditsText } from './ledger.ts';
import { dailyLimit } from './policy.ts';
import type { Balance, DailyLimit, LedgerEntry } from './store.ts';

/** `in 5 h 12 min`, `in 3 min` */
export const formatIn = (ms: number): string => {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  const hours = Math.floor(minutes / 60);
  return hours > 0 ? `in ${hours} h ${minutes % 60} min` : `in ${minutes} min`;
};

/** `in 5 h 12 min (2026-11-22 00:00 UTC)` */
export const resetsText = (resetsAtMs: number, nowMs: number, zone = 'UTC'): string => `${formatIn(resetsAtMs - nowMs)} (${formatTime(resetsAtMs, zone)})`;

/** One line: what is left, of how many, and when it resets. */
export const quotaLine = (balance: Balance, nowMs: number): string => {
  const parts = [balance.granted > 0 ? `${balance.granted} granted extra` : '', balance.pool > 0 ? `${balance.pool} shared with everybody here` : ''].filter(
    Boolean,
  );
  const extra = parts.length > 0 ? `, of them ${parts.join(' and ')}` : '';
  const total = Math.round((balance.limit + balance.granted + balance.pool) * 100) / 100;
  return `${balance.left} of ${total} credits left today${extra}. The daily allowance resets ${resetsText(balance.resetsAtMs, nowMs, balance.zone)}.`;
};

const words: Readonly<Record<LedgerEntry['kind'], (entry: LedgerEntry) => string>> = {
  hold: () => 'set aside for a clip',
  settle: ({ usedMs }) => `clip ready, ${creditsText(usedMs)} used`,
  refund: ({ reason }) => `given back, no clip came of it (${reason})`,
  cancel: ({ usedMs }) => (usedMs > 0 ? `canceled, ${creditsText(usedMs)} had been used` : 'given back, canceled'),
  lost: ({ reason }) => `given back, the clip could not be brought to you (${reason})`,
  // Fifteen of them must fit into one message.
  grant: ({ actor, reason }) => `granted by ${actor}${reason ? `: ${reason.slice(0, 40)}` : ''}`,
  reset: ({ actor }) => `today’s use reset by ${actor}`,
  opening: () => 'brought over from before credits',
  moved: () => 'taken along when this place became another one',
};

const signed = (ms: number): string => (ms === 0 ? '±0 credits' : `${ms > 0 ? '+' : '−'}${creditsText(ms)}`);

/** What happened to somebody's credits, one line each: `2026-11-21 13:05 UTC  −1 credit  set aside for a clip` */
export const ledgerText = (entries: readonly LedgerEntry[], zone: string): string =>
  entries.length === 0
    ? 'Nothing has happened to your credits yet.'
    : entries.map((entry) => `${formatTime(entry.atMs, zone)}  ${signed(entry.amountMs)}  ${words[entry.kind](entry)}`).join('\n');

/** As many as fit into any chat's message. */
const SHOWN_ENTRIES = 15;

const limitOf = async (place: string, deps: Deps, roles: readonly string[]): Promise<DailyLimit> =>
  dailyLimit(await deps.store.places.settings(place), deps.quotaDaily, deps.quotaPlaceMax, roles);

/** Use case: how much a person may still make here today. @param roles ids of the person's roles in the place */
export const quota = async (user: string, place: string, deps: Deps, roles: readonly string[] = []): Promise<Balance> =>
  deps.store.ledger.balance(user, place, await limitOf(place, deps, roles));

/** Use case: what happened to somebody's credits lately, in words. */
export const quotaHistory = async (user: string, place: string, deps: Deps, roles: readonly string[] = []): Promise<string> => {
  const { scope, zone = 'UTC' } = await limitOf(place, deps, roles);
  // An allowance that all places share is explained by what happened in all of them.
  return ledgerText(await deps.store.ledger.entries(user, scope === 'personal' ? null : place, SHOWN_ENTRIES), zone);
};

/** Use case: the balance and, with `why`, how it came about, in words for the person alone. */
export const quotaText = async (user: string, place: string, deps: Deps, { roles = [], why = false }: { roles?: readonly string[]; why?: boolean } = {}) => {
  const line = quotaLine(await quota(user, place, deps, roles), deps.clock.nowMs());
  return why ? `${line}\n${await quotaHistory(user, place, deps, roles)}` : line;
};

/** A person's allowance in words, and the use case that looks it up. */
import type { Deps } from './deps.ts';
import { dailyLimit, formatUtc } from './policy.ts';
import type { Balance } from './store.ts';

/** `in 5 h 12 min`, `in 3 min` */
export const formatIn = (ms: number): string => {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  const hours = Math.floor(minutes / 60);
  return hours > 0 ? `in ${hours} h ${minutes % 60} min` : `in ${minutes} min`;
};

/** `in 5 h 12 min (2026-11-22 00:00 UTC)` */
export const resetsText = (resetsAtMs: number, nowMs: number): string => `${formatIn(resetsAtMs - nowMs)} (${formatUtc(resetsAtMs)})`;

/** One line: what is left, of how many, and when it resets. */
export const quotaLine = (balance: Balance, nowMs: number): string => {
  const granted = balance.granted > 0 ? `, of them ${balance.granted} granted extra` : '';
  return `${balance.left} of ${balance.limit + balance.granted} clips left today${granted}. The daily allowance resets ${resetsText(balance.resetsAtMs, nowMs)}.`;
};

/** Use case: how many clips a person may still make here today. */
export const quota = async (user: string, place: string, deps: Deps): Promise<Balance> =>
  deps.store.ledger.balance(user, place, dailyLimit(await deps.store.places.settings(place), deps.quotaDaily));

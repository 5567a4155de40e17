/** The rules of a place, pure: may this person make this clip here, how many a day, and how many may wait. */
import { formatTime } from './clock.ts';
import { AppError } from './errors.ts';
import type { Settings } from './settings.ts';
import type { Ban, DailyLimit, WaitingCaps } from './store.ts';

/** @throws RefusedError BANNED, PLACE_OFF, PLACE_NOT_ALLOWED */
export const checkPlace = (settings: Settings, ban: Ban | null, room: string): void => {
  if (ban) {
    const until = ban.untilMs === null ? '' : ` until ${formatUtc(ban.untilMs)}`;
    throw new AppError('BANNED', { until, reason: ban.reason || 'none given' });
  }
  if (!settings.enabled) throw new AppError('PLACE_OFF');
  if (settings.rooms.length > 0 && !settings.rooms.includes(room)) {
    throw new AppError('PLACE_NOT_ALLOWED', { places: settings.rooms.map((id) => `<#${id}>`).join(' ') });
  }
};

/** @throws RefusedError CLIP_TOO_LONG */
export const checkLength = (settings: Settings, seconds: number): void => {
  if (settings.maxSeconds !== null && seconds > settings.maxSeconds) {
    throw new AppError('CLIP_TOO_LONG', { max: settings.maxSeconds, got: seconds });
  }
};

/** How many times the usual allowance a person has here: the largest of their roles', 1 without any. */
export const roleMultiple = (settings: Settings, roles: readonly string[] = []): number => {
  const multiples = roles.flatMap((role) => settings.roles[role] ?? []);
  return multiples.length === 0 ? 1 : Math.max(...multiples);
};

/**
 * Whose pool a person's credits come from in a place, how large it is, and when it starts anew. A role's multiple makes the
 * allowance this place's own: what a moderator gives away must not come out of the pool that all places share.
 * @param maxClips the most a moderator may allow, roles included
 */
export const dailyLimit = (settings: Settings, quotaDaily: number, maxClips = Number.POSITIVE_INFINITY, roles: readonly string[] = []): DailyLimit => {
  const own = settings.dailyQuota;
  const usual = own ?? quotaDaily;
  const multiple = roleMultiple(settings, roles);
  return {
    clips: multiple === 1 ? usual : Math.min(usual * multiple, Math.max(maxClips, usual)),
    scope: own === null && multiple === 1 ? 'personal' : 'place',
    zone: settings.timezone,
    poolClips: settings.dailyPool ?? 0,
  };
};

/** What may wait where a place says nothing else; the operator's bounds. */
export const usualCaps: WaitingCaps = { perPerson: 50, perPlace: 1000 };

/** A place may be stricter than the operator, never looser. */
export const waitingCaps = (settings: Settings, operator: WaitingCaps): WaitingCaps => ({
  perPerson: Math.min(settings.maxWaiting ?? operator.perPerson, operator.perPerson),
  perPlace: Math.min(settings.maxWaitingTotal ?? operator.perPlace, operator.perPlace),
  perPersonEverywhere: operator.perPerson,
});

/** `2026-11-21 14:05 UTC` */
export const formatUtc = (atMs: number): string => formatTime(atMs);

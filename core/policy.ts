/** The rules of a place, pure: may this person make this clip here, and how many a day. */
import { AppError } from './errors.ts';
import type { Settings } from './settings.ts';
import type { Ban, DailyLimit } from './store.ts';

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

/** Whose pool a person's clips come from in a place, and how large it is. */
export const dailyLimit = (settings: Settings, quotaDaily: number): DailyLimit =>
  settings.dailyQuota === null ? { clips: quotaDaily, scope: 'personal' } : { clips: settings.dailyQuota, scope: 'place' };

/** `2026-11-21 14:05 UTC` */
export const formatUtc = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

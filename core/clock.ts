/** The port for time, so that tests can move it, and the calendar days of a place. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

/** Making one costs far more than using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(zone, format);
  return format;
};

const partsOf = (atMs: number, zone: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    formatOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  );

/** @returns the name in its usual spelling, or null when this machine knows no such time zone */
export const timeZoneOf = (name: string): string | null => {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    // Of two names of one zone the other one may be answered, such as Katmandu for Kathmandu.
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name.toLowerCase().replace(/(^|[/_-])[a-z]/g, (letter) => letter.toUpperCase());
  } catch {
    return null;
  }
};

const DAY_MS = 86_400_000;
/** The days that were asked for lately, by their number since the epoch: the same few, at every request. */
const utcDays = new Map<number, string>();

const utcDayOf = (atMs: number): string => {
  const number = Math.floor(atMs / DAY_MS);
  const known = utcDays.get(number);
  if (known) return known;
  if (utcDays.size >= 16) utcDays.clear();
  const day = new Date(atMs).toISOString().slice(0, 10);
  utcDays.set(number, day);
  return day;
};

/** The calendar day of a moment in a time zone as `YYYY-MM-DD`; allowances are counted per such day. */
export const dayOf = (atMs: number, zone: string): string => {
  if (zone === 'UTC') return utcDayOf(atMs);
  const { year, month, day } = partsOf(atMs, zone);
  return `${year}-${month}-${day}`;
};

/** No calendar day lasts longer, not even where a zone moved over the date line. */
const LONGEST_DAY_MS = 50 * 3_600_000;

/** The first moment after `atMs` at which another calendar day has begun in the zone; days there may last 23 or 25 hours. */
export const nextDayMs = (atMs: number, zone: string): number => {
  const today = dayOf(atMs, zone);
  let before = atMs;
  let after = atMs;
  while (dayOf(after, zone) === today && after < atMs + LONGEST_DAY_MS) {
    before = after;
    after += 3_600_000;
  }
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dayOf(middle, zone) === today) before = middle;
    else after = middle;
  }
  return after;
};

/** `2026-11-21 14:05 UTC`, `2026-11-21 15:05 Europe/Berlin` */
export const formatTime = (atMs: number, zone = 'UTC'): string => {
  const { year, month, day, hour, minute } = partsOf(atMs, zone);
  return `${year}-${month}-${day} ${hour}:${minute} ${zone}`;
};

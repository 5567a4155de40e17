/** The port for time, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

/** The UTC day of a moment as `YYYY-MM-DD`; allowances are counted per such day. */
export const utcDay = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** The first moment of the next UTC day, in milliseconds. */
export const nextUtcDayMs = (atMs: number): number => (Math.floor(atMs / 86_400_000) + 1) * 86_400_000;

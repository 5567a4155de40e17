/** How many status edits a chat may get: a bucket of tokens that refills steadily. Pure; the caller tells the time. */

export interface EditBudget {
  /** The moment from which one more edit is allowed, in milliseconds; it may lie in the past. */
  freeAtMs(): number;
  take(nowMs: number): void;
  /** True when nothing is owed any more, so that the budget may be forgotten. */
  isFull(nowMs: number): boolean;
}

/** At most `burst + perMinute` edits in any minute: `burst` at once, then evenly spread. */
const createEditBudget = (burst: number, perMinute: number): EditBudget => {
  const everyMs = 60_000 / perMinute;
  // The moment at which the bucket will be full again; each edit pushes it further away.
  let fullAtMs = 0;
  return {
    freeAtMs: () => fullAtMs - (burst - 1) * everyMs,
    take: (nowMs) => void (fullAtMs = Math.max(fullAtMs, nowMs) + everyMs),
    isFull: (nowMs) => fullAtMs <= nowMs,
  };
};

/** Telegram takes about 20 edits a minute in a group, and clips come as edits too; private chats are looser. */
export const groupBudget = (): EditBudget => createEditBudget(3, 12);
export const privateBudget = (): EditBudget => createEditBudget(10, 30);

/** The double-entry arithmetic of credits: which accounts pay for a clip, and who gets back what. Pure; amounts are render-milliseconds. */

/** One credit: the default clip of the default engine, whatever machine makes it, booked as ten seconds of rendering. */
export const CREDIT_MS = 10_000;

/** A part of a transaction; the lines of one transaction add up to 0. */
export interface Line {
  readonly account: string;
  /** Positive in the account's favour. */
  readonly amountMs: number;
}

/** What happened, by the word that is kept with it. */
export type EntryKind = 'hold' | 'settle' | 'refund' | 'cancel' | 'lost' | 'grant' | 'reset' | 'opening' | 'moved';

/** Where credits come from and go to when no person is on the other side. */
export const house = {
  used: 'house:used',
  grants: 'house:grants',
  resets: 'house:resets',
  opening: 'house:opening',
} as const;

/** A job's own account: what has been set aside for it; 0 before and after. */
export const holdAccount = (jobId: string): string => `hold:${jobId}`;

/** A person's account of one day, from 0 down to minus the allowance. With its own allowance a place has its own account. */
export const dayAccount = (user: string, place: string | null, day: string): string => `day:${place === null ? user : `${user}@${place}`}:${day}`;

/** What everybody in a place may use together on one day, from 0 down to minus the pool. */
export const poolAccount = (place: string, day: string): string => `pool:${place}:${day}`;

/** What a moderator gave a person in a place; it does not expire. */
export const grantAccount = (user: string, place: string): string => `grants:${user}@${place}`;

const DAY = /:\d{4}-\d{2}-\d{2}$/;

/** The account that takes over from another one when its place becomes another place; the same account when it is not of that place. */
export const accountAfterMove = (account: string, from: string, to: string): string => {
  const day = DAY.exec(account)?.[0] ?? '';
  const rest = account.slice(0, account.length - day.length);
  if (rest === `pool:${from}` && day !== '') return `pool:${to}${day}`;
  const ofPlace = (account.startsWith('grants:') && day === '') || (account.startsWith('day:') && day !== '');
  return ofPlace && rest.endsWith(`@${from}`) ? `${rest.slice(0, -from.length)}${to}${day}` : account;
};

/** An account that may pay, and how much it has. */
export interface Source {
  readonly account: string;
  readonly availableMs: number;
}

/**
 * Sets a price aside for a job, from the first sources first.
 * @param sources in the order in which they pay
 * @returns null when they do not have enough together
 */
export const hold = (jobId: string, priceMs: number, sources: readonly Source[]): readonly Line[] | null => {
  const lines: Line[] = [];
  let missingMs = priceMs;
  for (const { account, availableMs } of sources) {
    const takenMs = Math.min(missingMs, Math.max(0, availableMs));
    if (takenMs <= 0) continue;
    lines.push({ account, amountMs: -takenMs });
    missingMs -= takenMs;
  }
  return missingMs > 0 ? null : [...lines, { account: holdAccount(jobId), amountMs: priceMs }];
};

/** What a share of the work costs, in whole milliseconds, never more than was set aside. */
export const usedOf = (heldMs: number, share: number): number => Math.min(heldMs, Math.max(0, Math.ceil(heldMs * (Number.isFinite(share) ? share : 1))));

/**
 * Closes a job's hold: what was used goes to the house, the rest back to where it came from. Who paid last is repaid first, so
 * that grants, which do not expire, come back before today's allowance.
 * @param held the lines of the hold
 */
export const settle = (jobId: string, held: readonly Line[], usedMs: number): readonly Line[] => {
  const account = holdAccount(jobId);
  const heldMs = held.find((line) => line.account === account)?.amountMs ?? 0;
  const keptMs = Math.min(heldMs, Math.max(0, usedMs));
  const lines: Line[] = [{ account, amountMs: -heldMs }];
  if (keptMs > 0) lines.push({ account: house.used, amountMs: keptMs });
  let backMs = heldMs - keptMs;
  for (const line of held.filter((one) => one.account !== account).toReversed()) {
    const amountMs = Math.min(backMs, -line.amountMs);
    if (amountMs > 0) lines.push({ account: line.account, amountMs });
    backMs -= amountMs;
  }
  return lines;
};

/** Undoes whatever a job has cost so far: the opposite of all its lines, added up per account. */
export const undo = (lines: readonly Line[]): readonly Line[] => {
  const sums = new Map<string, number>();
  for (const { account, amountMs } of lines) sums.set(account, (sums.get(account) ?? 0) + amountMs);
  return [...sums].filter(([, sumMs]) => sumMs !== 0).map(([account, sumMs]) => ({ account, amountMs: -sumMs }));
};

/** Credits from milliseconds, rounded down to hundredths, so that nothing is promised that is not there. */
export const toCredits = (ms: number): number => Math.floor(ms / (CREDIT_MS / 100) + 1e-9) / 100;

/** `1 credit`, `0.33 credits` */
export const creditsText = (ms: number): string => {
  const credits = Math.round(Math.abs(ms) / (CREDIT_MS / 100)) / 100;
  return `${credits} credit${credits === 1 ? '' : 's'}`;
};

/** The arithmetic of credits: who pays, who gets back, and that every entry adds up to 0. */
import { describe, expect, it } from 'vitest';
import { CREDIT_MS, creditsText, hold, holdAccount, house, type Line, settle, toCredits, undo, usedOf } from '../../../core/ledger.ts';
import { ledgerText, quotaLine } from '../../../core/quota.ts';
import { seeded } from '../../support/seeded.ts';

const sum = (lines: readonly Line[]): number => lines.reduce((total, { amountMs }) => total + amountMs, 0);
const amount = (lines: readonly Line[] | null, account: string): number => lines?.find((line) => line.account === account)?.amountMs ?? 0;
const sources = [
  { account: 'day', availableMs: 400 },
  { account: 'grants', availableMs: 0 },
  { account: 'pool', availableMs: 1_000 },
];

describe('a hold', () => {
  it('is paid by the first sources first, and not at all when they have too little together', () => {
    const lines = hold('j', 1_000, sources);
    expect(lines).toEqual([
      { account: 'day', amountMs: -400 },
      { account: 'pool', amountMs: -600 },
      { account: holdAccount('j'), amountMs: 1_000 },
    ]);
    expect(hold('j', 1_401, sources)).toBeNull();
    expect(hold('j', 1, [{ account: 'day', availableMs: -5 }])).toBeNull();
  });

  it('gives back to the last source first what was not used', () => {
    const held = hold('j', 1_000, sources) ?? [];
    expect(settle('j', held, 700)).toEqual([
      { account: holdAccount('j'), amountMs: -1_000 },
      { account: house.used, amountMs: 700 },
      { account: 'pool', amountMs: 300 },
    ]);
    expect(amount(settle('j', held, 0), 'day')).toBe(400);
    expect(amount(settle('j', held, 5_000), house.used)).toBe(1_000);
  });

  it('adds up to 0 however much is used, and is undone to nothing', () => {
    const random = seeded(1);
    for (let round = 0; round < 500; round++) {
      const wallets = ['day', 'grants', 'pool'].map((account) => ({ account, availableMs: random.below(2_000) - 300 }));
      const held = hold('j', 1 + random.below(3_000), wallets);
      if (!held) continue;
      const settled = settle('j', held, random.below(4_000) - 500);
      const all = [...held, ...settled];
      expect([sum(held), sum(settled), sum(undo(all))]).toEqual([0, 0, 0]);
      expect(sum(all.filter(({ account }) => account === holdAccount('j')))).toBe(0);
      for (const { account, availableMs } of wallets) {
        const net = sum(all.filter((line) => line.account === account));
        expect(net).toBeLessThanOrEqual(0);
        expect(-net).toBeLessThanOrEqual(Math.max(0, availableMs));
      }
      const undone = [...all, ...undo(all)];
      for (const { account } of undone) expect(sum(undone.filter((line) => line.account === account))).toBe(0);
    }
  });
});

it('counts a share of the work, never more than was held', () => {
  expect([usedOf(1_000, 0.5), usedOf(1_000, 2), usedOf(1_000, -1), usedOf(1_000, Number.NaN), usedOf(3, 0.5)]).toEqual([500, 1_000, 0, 1_000, 2]);
});

it('writes credits', () => {
  expect([toCredits(CREDIT_MS), toCredits(9_999), toCredits(0)]).toEqual([1, 0.99, 0]);
  expect([creditsText(CREDIT_MS), creditsText(-3_333), creditsText(0)]).toEqual(['1 credit', '0.33 credits', '0 credits']);
});

it('says what is left and why', () => {
  const nowMs = Date.UTC(2026, 10, 21, 12);
  const resetsAtMs = Date.UTC(2026, 10, 21, 23);
  const balance = { limit: 10, used: 1.5, granted: 2, pool: 0, left: 10.5, resetsAtMs, zone: 'Europe/Berlin' };
  expect(quotaLine(balance, nowMs)).toBe(
    '10.5 of 12 credits left today, of them 2 granted extra. The daily allowance resets in 11 h 0 min (2026-11-22 00:00 Europe/Berlin).',
  );
  const entry = { atMs: nowMs, jobId: null, usedMs: 0, actor: 'mod', reason: '' };
  expect(
    ledgerText(
      [
        { ...entry, kind: 'cancel', amountMs: 6_000, usedMs: 4_000 },
        { ...entry, kind: 'hold', amountMs: -10_000 },
        { ...entry, kind: 'grant', amountMs: 20_000, reason: 'contest' },
        { ...entry, kind: 'settle', amountMs: 0, usedMs: 10_000 },
      ],
      'UTC',
    ).split('\n'),
  ).toEqual([
    '2026-11-21 12:00 UTC  +0.6 credits  canceled, 0.4 credits had been used',
    '2026-11-21 12:00 UTC  −1 credit  set aside for a clip',
    '2026-11-21 12:00 UTC  +2 credits  granted by mod: contest',
    '2026-11-21 12:00 UTC  ±0 credits  clip ready, 1 credit used',
  ]);
  expect(ledgerText([], 'UTC')).toBe('Nothing has happened to your credits yet.');
});

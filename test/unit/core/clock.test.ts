/** Calendar days in time zones: their names, their ends at both switches of daylight saving, and jumping clocks. */
import { describe, expect, it } from 'vitest';
import { dayOf, formatTime, nextDayMs, timeZoneOf } from '../../../core/clock.ts';

const at = (text: string): number => Date.parse(text);
const hours = (from: number, to: number): number => (to - from) / 3_600_000;

describe('the day of a place', () => {
  it.each([
    ['UTC', '2026-11-21T23:59:59.999Z', '2026-11-21', '2026-11-22T00:00:00Z'],
    ['Europe/Berlin', '2026-11-21T22:59:59Z', '2026-11-21', '2026-11-21T23:00:00Z'],
    ['Europe/Berlin', '2026-11-21T23:00:00Z', '2026-11-22', '2026-11-22T23:00:00Z'],
    ['Asia/Kathmandu', '2026-11-21T18:14:59Z', '2026-11-21', '2026-11-21T18:15:00Z'],
    ['America/St_Johns', '2026-11-21T12:00:00Z', '2026-11-21', '2026-11-22T03:30:00Z'],
  ])('in %s at %s', (zone, moment, day, next) => {
    expect(dayOf(at(moment), zone)).toBe(day);
    expect(nextDayMs(at(moment), zone)).toBe(at(next));
  });

  it.each([
    ['the clock goes forward: 23 hours', 'Europe/Berlin', '2026-03-28T23:00:00Z', 23],
    ['the clock goes back: 25 hours', 'Europe/Berlin', '2026-10-24T22:00:00Z', 25],
    ['forward in America', 'America/New_York', '2026-03-08T05:00:00Z', 23],
    ['back in America', 'America/New_York', '2026-11-01T04:00:00Z', 25],
    ['half an hour on Lord Howe Island', 'Australia/Lord_Howe', '2026-04-04T13:00:00Z', 24.5],
    ['midnight itself is skipped in Cairo', 'Africa/Cairo', '2026-04-23T22:00:00Z', 23],
  ])('%s', (_name, zone, start, length) => {
    expect(dayOf(at(start) - 1, zone)).not.toBe(dayOf(at(start), zone));
    expect(hours(at(start), nextDayMs(at(start), zone))).toBe(length);
  });

  it('is one day while the hour before midnight comes twice', () => {
    // In Beirut 24:00 becomes 23:00 again.
    const [first, second] = [at('2026-10-24T20:30:00Z'), at('2026-10-24T21:30:00Z')];
    expect(formatTime(first, 'Asia/Beirut')).toBe(formatTime(second, 'Asia/Beirut'));
    expect(dayOf(first, 'Asia/Beirut')).toBe(dayOf(second, 'Asia/Beirut'));
    expect(nextDayMs(first, 'Asia/Beirut')).toBe(at('2026-10-24T22:00:00Z'));
  });

  it('comes back by name when a clock jumps back, and a day that a zone left out is passed over', () => {
    const evening = at('2026-11-21T23:59:00Z');
    expect(dayOf(evening + 120_000, 'UTC')).toBe('2026-11-22');
    expect(dayOf(evening + 120_000 - 300_000, 'UTC')).toBe(dayOf(evening, 'UTC'));
    // Samoa had no 30 December 2011.
    const last = at('2011-12-30T09:00:00Z');
    expect(dayOf(last, 'Pacific/Apia')).toBe('2011-12-29');
    expect(dayOf(nextDayMs(last, 'Pacific/Apia'), 'Pacific/Apia')).toBe('2011-12-31');
  });

  it('ends where the next begins, in every zone and season', () => {
    for (const zone of ['UTC', 'Europe/London', 'America/Havana', 'Asia/Tehran', 'Pacific/Chatham', 'America/Asuncion', 'Pacific/Kiritimati'])
      for (let moment = at('2026-01-01T00:00:00Z'); moment < at('2027-01-01T00:00:00Z'); moment += 5.3 * 86_400_000) {
        const next = nextDayMs(Math.floor(moment), zone);
        expect(dayOf(next - 1, zone)).toBe(dayOf(Math.floor(moment), zone));
        expect(dayOf(next, zone)).not.toBe(dayOf(next - 1, zone));
      }
  });
});

it('knows time zones by name, and writes moments in them', () => {
  expect([timeZoneOf('europe/berlin'), timeZoneOf('UTC'), timeZoneOf('asia/kathmandu'), timeZoneOf('Mars/Olympus'), timeZoneOf('')]).toEqual([
    'Europe/Berlin',
    'UTC',
    'Asia/Kathmandu',
    null,
    null,
  ]);
  expect(formatTime(at('2026-11-21T23:05:00Z'), 'Europe/Berlin')).toBe('2026-11-22 00:05 Europe/Berlin');
  expect(formatTime(at('2026-11-21T23:05:00Z'))).toBe('2026-11-21 23:05 UTC');
});

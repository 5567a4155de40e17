/** The catalogue, settings, durations and texts people read. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { withTables } from '../../../config/readme.ts';
import { parseDuration } from '../../../core/admin.ts';
import { AppError, asAppError, catalogue, fromNote, noteText } from '../../../core/errors.ts';
import { createLogger, redactor } from '../../../core/infra/pino-logger.ts';
import { isFinal, type Job, type JobState, transitions } from '../../../core/job.ts';
import { checkLength, checkPlace, dailyLimit, roleMultiple, waitingCaps } from '../../../core/policy.ts';
import { formatIn } from '../../../core/quota.ts';
import { altText, progressBar, timeLeft } from '../../../core/render.ts';
import { changeSetting, defaultSettings, settingSpecs } from '../../../core/settings.ts';
import { sampleManifest } from '../../support/manifest.ts';

describe('the error catalogue', () => {
  it('is the table in the README, like the configuration', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    // When this fails: node --import tsx config/readme.ts
    expect(withTables(readme)).toBe(readme);
    expect(Object.keys(catalogue).filter((code) => !readme.includes(`| \`${code}\` |`))).toEqual([]);
  });
  it('crosses processes as a note', () => {
    const error = new AppError('PROMPT_TOO_LONG', { got: 301, max: 300 });
    expect(noteText(error.toNote())).toBe('Your description has 301 characters; I take up to 300. Please shorten it.');
    expect(fromNote(JSON.parse(JSON.stringify(error.toNote())))).toMatchObject({ name: 'InputError', code: 'PROMPT_TOO_LONG', retry: 'never' });
    expect(fromNote({ code: 'FROM_THE_FUTURE', params: {} }).code).toBe('INTERNAL');
    expect(asAppError(new Error('secret detail')).message).not.toContain('secret');
  });
});

describe('settings', () => {
  const change = (name: string, text: string) => changeSetting(defaultSettings, name, text, [sampleManifest]);
  it.each([
    ['enabled', 'off', { enabled: false }],
    ['DEFAULT_ENGINE', 'motion', { defaultEngine: 'motion' }],
    ['max_seconds', '4', { maxSeconds: 4 }],
    ['daily_quota', '0', { dailyQuota: 0 }],
    ['daily_quota', 'default', { dailyQuota: null }],
    ['channels', '<#12> 34', { rooms: ['12', '34'] }],
    ['channels', 'everywhere', { rooms: [] }],
    ['timezone', 'europe/berlin', { timezone: 'Europe/Berlin' }],
    ['timezone', 'default', { timezone: 'UTC' }],
    ['daily_pool', '50', { dailyPool: 50 }],
    ['roles', '<@&12>=2 34=x0.5', { roles: { 12: 2, 34: 0.5 } }],
    ['roles', 'none', { roles: {} }],
    ['queue_policy', 'First come', { queuePolicy: 'first-come' }],
    ['queue_policy', 'default', { queuePolicy: 'fair' }],
    ['max_waiting', '3', { maxWaiting: 3 }],
    ['max_waiting_total', '30', { maxWaitingTotal: 30 }],
  ])('%s = %s', (name, text, expected) => expect(change(name, text)).toEqual({ ...defaultSettings, ...expected }));
  it.each([
    ['enabled', 'maybe'],
    ['default_engine', 'sora'],
    ['max_seconds', '0'],
    ['max_seconds', '1.5'],
    ['daily_quota', '-1'],
    ['channels', '#general'],
    ['timezone', 'Mars/Olympus'],
    ['roles', '@Patrons=2'],
    ['roles', '12=101'],
    ['roles', '12=-1'],
    ['roles', '__proto__=2'],
    ['queue_policy', 'random'],
    ['max_waiting', '0'],
    ['colour', 'red'],
  ])('refuses %s = %s', (name, text) => expect(() => change(name, text)).toThrow(expect.objectContaining({ name: 'InputError' })));
  it('shows every setting it has', () =>
    expect(settingSpecs.map((spec) => spec.show(defaultSettings))).toEqual([
      'on',
      'default',
      'default',
      'default',
      'everywhere',
      'UTC',
      'default',
      'default',
      'fair',
      'default',
      'default',
    ]));
});

describe('rules of a place', () => {
  it('refuses the banned first, then switched-off places, then other rooms', () => {
    const ban = { user: 'u', place: 'p', reason: 'spam', untilMs: Date.UTC(2026, 0, 2), actor: 'm' };
    const off = { ...defaultSettings, enabled: false, rooms: ['1'] };
    expect(() => checkPlace(off, ban, '1')).toThrow('until 2026-01-02 00:00 UTC. Reason: spam');
    expect(() => checkPlace(off, null, '1')).toThrow(expect.objectContaining({ code: 'PLACE_OFF' }));
    expect(() => checkPlace({ ...off, enabled: true }, null, '2')).toThrow(expect.objectContaining({ code: 'PLACE_NOT_ALLOWED' }));
    expect(() => checkPlace({ ...off, enabled: true }, null, '1')).not.toThrow();
    expect(() => checkLength({ ...defaultSettings, maxSeconds: 2 }, 3)).toThrow(expect.objectContaining({ code: 'CLIP_TOO_LONG' }));
  });

  it('takes the allowance from the operator or the place, and its day from the place', () => {
    expect(dailyLimit({ ...defaultSettings, dailyQuota: 3 }, 10)).toEqual({ clips: 3, scope: 'place', zone: 'UTC', poolClips: 0 });
    expect(dailyLimit(defaultSettings, 10)).toEqual({ clips: 10, scope: 'personal', zone: 'UTC', poolClips: 0 });
    const kathmandu = { ...defaultSettings, timezone: 'Asia/Kathmandu', dailyPool: 5 };
    expect(dailyLimit(kathmandu, 10)).toEqual({ clips: 10, scope: 'personal', zone: 'Asia/Kathmandu', poolClips: 5 });
  });

  it('multiplies by the largest of the roles, out of the place’s own pocket and never beyond the operator’s bound', () => {
    const roles = { ...defaultSettings, roles: { patron: 3, silver: 2, muted: 0 } };
    expect(roleMultiple(roles, ['silver', 'patron', 'unknown'])).toBe(3);
    expect(dailyLimit(roles, 10, 100, ['silver', 'patron'])).toMatchObject({ clips: 30, scope: 'place' });
    expect(dailyLimit(roles, 50, 100, ['patron'])).toMatchObject({ clips: 100, scope: 'place' });
    expect(dailyLimit(roles, 10, 100, ['muted'])).toMatchObject({ clips: 0, scope: 'place' });
    expect(dailyLimit(roles, 10, 100, ['unknown'])).toMatchObject({ clips: 10, scope: 'personal' });
    expect(dailyLimit(roles, 10, 100)).toMatchObject({ clips: 10, scope: 'personal' });
  });

  it('bounds who may wait by the stricter of operator and place', () => {
    const operator = { perPerson: 5, perPlace: 50 };
    expect(waitingCaps(defaultSettings, operator)).toEqual({ ...operator, perPersonEverywhere: 5 });
    expect(waitingCaps({ ...defaultSettings, maxWaiting: 2, maxWaitingTotal: 900 }, operator)).toEqual({ perPerson: 2, perPlace: 50, perPersonEverywhere: 5 });
  });
});

it('understands lengths of time', () => {
  expect(['30m', '12H', '7 d', '2w', 'forever', ''].map((text) => parseDuration(text, 0))).toEqual([
    1_800_000,
    43_200_000,
    604_800_000,
    1_209_600_000,
    null,
    null,
  ]);
  for (const text of ['soon', '-1d', '0h', '5y', '1e9d']) expect(() => parseDuration(text, 0)).toThrow(expect.objectContaining({ code: 'DURATION_INVALID' }));
});

it('writes bars and times', () => {
  expect(progressBar(0.3)).toBe('▰▰▰▱▱▱▱▱▱▱ 30 %');
  expect(progressBar(7)).toBe('▰▰▰▰▰▰▰▰▰▰ 100 %');
  expect([timeLeft(0.2), timeLeft(89), timeLeft(120)]).toEqual(['about 1 s', 'about 89 s', 'about 2 min']);
  expect([formatIn(1), formatIn(3_600_000 * 5 + 60_000)]).toEqual(['in 1 min', 'in 5 h 1 min']);
});

it('has final states that nothing follows, and reaches each of them', () => {
  const states = Object.keys(transitions) as JobState[];
  expect(states.filter(isFinal)).toEqual(['done', 'failed', 'refused', 'canceled']);
  expect(new Set(states.flatMap((state) => transitions[state]))).toEqual(new Set(states));
});

it('removes secrets from whatever is logged', () => {
  const redact = redactor(['hunter2hunter2']);
  expect(redact('token=hunter2hunter2 https://api.telegram.org/file/bot123456789:AAbbCCddEEffGGhhIIjjKK/x.jpg ?ex=1&is=2&hm=abc"')).toBe(
    'token=[secret] https://api.telegram.org/file/bot[secret]/x.jpg ?ex=[secret]&is=[secret]&hm=[secret]"',
  );
});

it('an alternative text is cut between characters', () => {
  for (const before of ['', 'x']) {
    const text = altText({ request: { seconds: 3, prompt: `${before}${'🌊'.repeat(600)}` }, photo: null } as unknown as Job);
    expect([text.length > 990, text.length <= 1000, text.isWellFormed()]).toEqual([true, true, true]);
  }
});

it('the log does not tell with which password a login failed', () => {
  const written: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((line) => written.push(String(line)) > 0);
  const error = Object.assign(new Error('WRONGPASS'), { command: { name: 'hello', args: ['3', 'AUTH', 'default', 'hunter2'] } });
  const log = createLogger('info');
  log.warn({ err: error }, 'once');
  log.warn({ err: Object.assign(new Error('no node answers'), { lastNodeError: error }) }, 'inside another');
  log.warn({ err: new AggregateError([error], 'none answers') }, 'among others');
  write.mockRestore();
  expect(written.map((line) => [line.includes('hunter2'), line.includes('[hidden]')])).toEqual([1, 2, 3].map(() => [false, true]));
});

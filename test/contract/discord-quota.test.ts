/** Credits on Discord: /quota with its reasons, roles that come with an interaction, and the rules moderators set for both. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Bench, startBench } from '../support/fake-discord-bench.ts';
import { PATRON_ROLE } from '../support/fake-discord-payloads.ts';
import type { Where } from '../support/fake-discord-places.ts';
import type { FakeInteraction } from '../support/fake-discord-state.ts';
import { jpeg } from '../support/photos.ts';

const moderator: Where = { userId: '590', permissions: String(1n << 5n) };
let bench: Bench;
let photo: string;

beforeAll(async () => {
  bench = await startBench(inject('templateDirectory'));
  ({ id: photo } = bench.discord.addPhoto(await jpeg()));
});
afterAll(async () => {
  const { violations } = bench.discord;
  await bench.close();
  expect(violations).toEqual([]);
});

const answerOf = (asked: FakeInteraction): Promise<string> => bench.until(() => asked.original?.content);
const moderate = (line: string, values: Record<string, string | number | boolean> = {}): Promise<string> =>
  answerOf(bench.discord.slash(`stillmotion ${line}`, values, moderator));
const quota = (where: Where, why = false): Promise<string> => answerOf(bench.discord.slash('quota', why ? { why } : {}, where));
const animate = (where: Where): FakeInteraction => bench.discord.slash('animate', { image: photo, prompt: 'waves' }, where);

it('tells the balance, and with “why” what it went to, only to the person', async () => {
  const ann: Where = { userId: '571' };
  await bench.jobOf(animate(ann));
  expect(await quota(ann)).toMatch(/^99 of 100 credits left today\. The daily allowance resets in 12 h 0 min \(2026-11-22 00:00 UTC\)\.$/);
  const why = await quota(ann, true);
  expect(why.split('\n')).toHaveLength(2);
  expect(why).toContain('2026-11-21 12:00 UTC  −1 credit  set aside for a clip');
  expect(await moderate('quota show', { user: '571', why: true })).toContain('−1 credit  set aside for a clip');
});

it('gives a larger allowance to a role in its server, and nowhere else', async () => {
  await moderate('settings set', { setting: 'daily_quota', value: '1' });
  expect(await moderate('settings set', { setting: 'roles', value: `<@&${PATRON_ROLE}>=2` })).toContain(`roles is now ${PATRON_ROLE}=2`);
  const [patron, guest]: Where[] = [{ userId: '572', roles: [PATRON_ROLE] }, { userId: '573' }];
  expect(await quota(patron ?? {})).toContain('2 of 2 credits');
  for (let i = 0; i < 2; i++) await bench.jobOf(animate(patron ?? {}));
  expect(await answerOf(animate(patron ?? {}))).toContain('used all 2 credits');
  await bench.jobOf(animate(guest ?? {}));
  expect(await answerOf(animate(guest ?? {}))).toContain('used all 1 credits');
  expect(await quota({ ...patron, guildId: '2' })).toContain('100 of 100 credits');
  expect(await quota({ userId: '572', guildId: null })).toContain('100 of 100 credits');
  for (const setting of ['daily_quota', 'roles']) await moderate('settings set', { setting, value: 'default' });
});

it('resets at the midnight of the server', async () => {
  await moderate('settings set', { setting: 'timezone', value: 'america/new_york' });
  expect(await quota({ userId: '574' })).toContain('resets in 17 h 0 min (2026-11-22 00:00 America/New_York)');
  expect(await moderate('settings set', { setting: 'timezone', value: 'Mars' })).toContain('Write a time zone such as Europe/Berlin');
});

it('tells who waits how many are before them and whose those are', async () => {
  const [first, second]: Where[] = [
    { userId: '575', guildId: '2' },
    { userId: '576', guildId: '2' },
  ];
  await bench.jobOf(animate(first ?? {}));
  const asked = animate(second ?? {});
  const job = await bench.jobOf(asked);
  await bench.channel().showStatus(job, await bench.deps.store.jobs.standing(job));
  await bench.until(() => asked.original?.content.includes('of other people run'));
});

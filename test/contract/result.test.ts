/** `/result`: a finished clip comes to where its owner asks for it, and to nobody else. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Deliverer, startDeliverer } from '../../core/deliver.ts';
import { type Bench as DiscordBench, startBench as startDiscord } from '../support/fake-discord-bench.ts';
import { startBench as startTelegram, type Bench as TelegramBench } from '../support/fake-telegram-bench.ts';
import { jpeg } from '../support/photos.ts';

const HOUR_MS = 3_600_000;
const never = async (): Promise<never> => {
  throw new Error('nothing must be made smaller here');
};

describe('on Discord', () => {
  let bench: DiscordBench;
  let deliverer: Deliverer;
  beforeAll(async () => {
    bench = await startDiscord(inject('templateDirectory'));
    deliverer = startDeliverer([bench.channel()], { ...bench.deps, fit: never }, 20);
  });
  afterAll(async () => {
    await deliverer.stop();
    const { violations } = bench.discord;
    await bench.close();
    expect(violations).toEqual([]);
  });
  /** How often its delivery was put off. */
  const putOff = (id: string): number => bench.logged.filter((line) => line.includes(id) && line.includes('delivery: later')).length;
  const finished = async (userId: string): Promise<string> => {
    const image = bench.discord.addPhoto(await jpeg()).id;
    const { id } = await bench.jobOf(bench.discord.slash('animate', { image, prompt: 'waves' }, { userId }));
    await bench.deps.files.put(`clips/${id}.mp4`, new Uint8Array(2_000).fill(7));
    bench.clock.advance(1_000);
    await bench.finish(id);
    await bench.until(async () => (await bench.deps.store.jobs.find(id))?.delivery === 'delivered');
    return id;
  };

  it('brings the newest clip, and an older one by its code', async () => {
    const older = await finished('501');
    const newest = await finished('501');
    for (const [code, wanted] of [
      [undefined, newest],
      [older, older],
    ] as const) {
      const asked = bench.discord.slash('result', code === undefined ? {} : { code }, { userId: '501' });
      await bench.until(() => asked.original?.attachments[0]?.filename === `stillmotion-${wanted}.mp4`);
    }
  });

  it('brings what never arrived before what did', async () => {
    const lost = await finished('502');
    await finished('502');
    await bench.deps.store.jobs.saveDelivery(lost, 'lost', {});
    const asked = bench.discord.slash('result', {}, { userId: '502' });
    await bench.until(() => asked.original?.attachments[0]?.filename === `stillmotion-${lost}.mp4`);
  });

  it('brings a clip of three days ago although the platform asks to wait at first, and gives up a day after it was asked for', async () => {
    const { clock, deps, discord, until } = bench;
    const code = await finished('506');
    const delivery = async () => (await deps.store.jobs.find(code))?.delivery;
    const ask = async (): Promise<void> => {
      const before = putOff(code);
      discord.fault({ path: /webhooks|messages/, status: 429, retryAfterS: 1_800, times: 1_000 });
      discord.slash('result', { code }, { userId: '506' });
      await until(() => putOff(code) > before);
    };
    clock.advance(72 * HOUR_MS);
    await ask();
    expect(await delivery()).toBe('pending');
    discord.clearFaults();
    clock.advance(HOUR_MS);
    await until(async () => (await delivery()) === 'delivered');
    await ask();
    clock.advance(25 * HOUR_MS);
    await until(async () => (await delivery()) === 'lost');
    discord.clearFaults();
  });

  it('keeps one person’s clip from another, and says so when there is none', async () => {
    const code = await finished('503');
    const stranger = bench.discord.slash('result', { code }, { userId: '504' });
    const nobody = bench.discord.slash('result', {}, { userId: '505' });
    await bench.until(() => stranger.original?.content && nobody.original?.content);
    expect(stranger.original?.content).toContain('Only the person who asked');
    expect(nobody.original?.content).toContain('I do not know that clip');
    expect([stranger, nobody].flatMap(({ original }) => original?.attachments ?? [])).toEqual([]);
  });
});

describe('on Telegram', () => {
  let bench: TelegramBench;
  let deliverer: Deliverer;
  beforeAll(async () => {
    bench = await startTelegram(inject('templateDirectory'));
    await bench.channel().start();
    deliverer = startDeliverer([bench.channel()], { ...bench.deps, fit: never }, 20);
  });
  afterAll(async () => {
    await deliverer.stop();
    const { violations } = bench.telegram;
    await bench.close();
    expect(violations).toEqual([]);
  });

  it('brings a clip from a group that is gone into the private chat', async () => {
    const { telegram } = bench;
    const { user, chat: own } = telegram.person('Ada');
    const group = telegram.group('Gone');
    const request = telegram.sendPhoto(user, group, await jpeg(), { caption: '/animate waves' });
    const { id } = await bench.jobOf(request);
    telegram.state.obstacles.set(group.id, { kind: 'kicked' });
    telegram.state.obstacles.set(own.id, { kind: 'blocked' });
    const { clip } = await bench.finish(id);
    // the job is done already: whoever finds the clip must find its preview too
    await bench.deps.files.put(`clips/${id}.jpg`, clip.thumbnail ?? new Uint8Array());
    await bench.deps.files.put(`clips/${id}.mp4`, clip.bytes);
    await bench.until(async () => (await bench.deps.store.jobs.find(id))?.delivery === 'lost');
    telegram.state.obstacles.delete(own.id);
    telegram.sendText(user, own, '/result');
    await bench.until(() => telegram.messages(own).some(({ video }) => video));
  });
});

/** Command menus on both platforms while workers come and go: they follow, at leisure, and one process of several does the writing. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createDiscordChannel } from '../../bots/discord/channel.ts';
import { createTelegramChannel } from '../../bots/telegram/channel.ts';
import type { Channel } from '../../core/channel.ts';
import { type MenuKeeper, startMenus } from '../../core/menus.ts';
import { type Offer, startOffer } from '../../core/workers.ts';
import { type FaultWorld, openFaultWorld } from '../support/fault-world.ts';
import { sampleManifest, wordsManifest } from '../support/manifest.ts';

const EVERY_MS = 400;
const timing = { settleMs: 40, everyMs: EVERY_MS };
const longer = { ...sampleManifest, options: { ...sampleManifest.options, seconds: { ...sampleManifest.options.seconds, max: 20 } } };

let world: FaultWorld;
const bots: { readonly channels: readonly Channel[]; readonly offer: Offer; readonly menus: MenuKeeper }[] = [];

beforeAll(async () => {
  world = await openFaultWorld(inject('templateDirectory'));
});
beforeEach(async () => {
  await world.database.query('DELETE FROM stillmotion.worker');
  await world.database.query('DELETE FROM stillmotion.chore');
});
afterEach(async () => {
  for (const { channels, offer, menus } of bots.splice(0)) {
    await menus.stop();
    await offer.stop();
    await Promise.all(channels.map((channel) => channel.stop()));
  }
  expect([...world.discord.violations, ...world.telegram.violations]).toEqual([]);
});
afterAll(() => world.close());

/** A bot process: what workers announce is what it offers. */
const startBot = async (): Promise<void> => {
  const { discord, telegram } = world;
  const offer = await startOffer(world.deps, [sampleManifest], 10);
  const deps = { ...world.deps, manifests: offer.manifests };
  const channels = [
    createDiscordChannel({ deps, token: discord.token, apiUrl: discord.apiUrl, log: deps.log }),
    createTelegramChannel({
      deps,
      token: telegram.token,
      apiRoot: telegram.apiRoot,
      log: deps.log,
      webhook: { url: 'https://example.org/x', secretToken: 's' },
    }),
  ];
  bots.push({ channels, offer, menus: startMenus(channels, offer, deps, timing) });
  for (const channel of channels) await channel.start();
};
const announce = (...manifests: (typeof sampleManifest)[]): Promise<void> => world.deps.store.workers.announce({ id: 'gpu', manifests, provider: 'cpu' });

const onDiscord = (): readonly string[] => world.discord.commands().map(({ name }) => name);
const onTelegram = (): string => JSON.stringify(world.telegram.state.menus.get('{"type":"default"}'));
const longest = (): unknown => {
  const animate = world.discord.commands().find(({ name }) => name === 'animate');
  return animate?.options?.find(({ name }) => name === 'seconds');
};
const puts = (): number => world.discord.calls.filter(({ method, path }) => method === 'PUT' && path.endsWith('/commands')).length;
const sets = (): number => world.telegram.callsOf('setMyCommands').length;
/** The world's clock moves with the machine's, so that a chore is due again. */
const flow = (): NodeJS.Timeout => setInterval(() => world.clock.advance(10), 10);

describe('an engine that a worker announces', () => {
  it('appears in the menus without a restart, with its bounds, and goes with its last worker', async () => {
    const flowing = flow();
    await startBot();
    expect(onDiscord()).not.toContain('video');
    expect(onTelegram()).not.toContain('"video"');
    await announce(longer, wordsManifest);
    await expect.poll(onDiscord, { timeout: 5_000 }).toContain('video');
    await expect.poll(onTelegram, { timeout: 5_000 }).toContain('"video"');
    expect(longest()).toMatchObject({ max_value: 20 });
    await announce(sampleManifest);
    await expect.poll(onDiscord, { timeout: 5_000 }).not.toContain('video');
    await expect.poll(onTelegram, { timeout: 5_000 }).not.toContain('"video"');
    expect(longest()).toMatchObject({ max_value: 8 });
    clearInterval(flowing);
  });

  it('is written once by one of two processes, and several changes in a short time together', async () => {
    await startBot();
    await startBot();
    const before = { puts: puts(), sets: sets() };
    await announce(sampleManifest, wordsManifest);
    await expect.poll(onDiscord, { timeout: 5_000 }).toContain('video');
    await expect.poll(() => sets() - before.sets, { timeout: 5_000 }).toBe(3);
    // It comes and goes, and nothing is written before the time is over, whoever notices.
    for (let change = 0; change < 6; change++) {
      await announce(...(change % 2 === 0 ? [longer] : [longer, wordsManifest]));
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect({ puts: puts() - before.puts, sets: sets() - before.sets }).toEqual({ puts: 1, sets: 3 });
    const flowing = flow();
    await expect.poll(longest, { timeout: 5_000 }).toMatchObject({ max_value: 20 });
    // The other process looks as well, and finds everything right.
    await new Promise((resolve) => setTimeout(resolve, 3 * EVERY_MS));
    clearInterval(flowing);
    expect(onDiscord()).toContain('video');
    expect({ puts: puts() - before.puts, sets: sets() - before.sets }).toEqual({ puts: 2, sets: 3 });
  });

  it('appears also when the platform refused at first', async () => {
    const flowing = flow();
    await startBot();
    world.telegram.fault('setMyCommands', world.telegram.floodWait(1));
    const refusedAtMs = performance.now();
    await announce(sampleManifest, wordsManifest);
    await expect.poll(onTelegram, { timeout: 5_000 }).toContain('"video"');
    clearInterval(flowing);
    expect(performance.now() - refusedAtMs).toBeGreaterThanOrEqual(1_000);
    expect(world.logged.join()).toContain('the command menus could not be changed');
  });
});

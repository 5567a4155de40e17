/** Several connections to Discord: as many as it recommends in one process, or shared out over processes; every request is answered once. */
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { createDiscordChannel, type DiscordOptions } from '../../bots/discord/channel.ts';
import type { Channel } from '../../core/channel.ts';
import { type FakeDiscord, startFakeDiscord } from '../support/fake-discord.ts';
import { type Bench, startBench } from '../support/fake-discord-bench.ts';

/** Discord's rule puts it on the second of two shards. */
const SECOND_GUILD = String(1n << 22n);
let bench: Bench;
let discord: FakeDiscord;
let channels: Channel[] = [];

beforeAll(async () => {
  bench = await startBench(inject('templateDirectory'));
  discord = await startFakeDiscord({ nowMs: bench.clock.nowMs, shards: 2 });
});
afterEach(async () => {
  for (const channel of channels.splice(0)) await channel.stop();
  await bench.until(() => discord.gateway.connections() === 0);
});
afterAll(async () => {
  await discord.close();
  await bench.close();
  expect(discord.violations).toEqual([]);
});

const connect = async (shards: DiscordOptions['shards']): Promise<void> => {
  const { deps } = bench;
  const channel = createDiscordChannel({ deps, token: discord.token, apiUrl: discord.apiUrl, shards, log: deps.log });
  channels = [...channels, channel];
  await channel.start();
};
const isAnsweredOnce = async (guildId: string | null): Promise<void> => {
  const asked = discord.slash('quota', {}, { guildId });
  await bench.until(() => asked.original?.content);
  const callbacks = discord.calls.filter(({ path }) => path.includes(`/interactions/${asked.id}/`));
  expect(callbacks).toHaveLength(1);
};

it('opens as many connections as Discord recommends', async () => {
  await connect('auto');
  expect(discord.gateway.shards()).toEqual(['0/2', '1/2']);
  for (const guildId of ['1', SECOND_GUILD, null]) await isAnsweredOnce(guildId);
});

it('goes on with the shards it had after the connections broke', async () => {
  await connect('auto');
  discord.gateway.drop();
  await bench.until(() => discord.gateway.resumes() === 2 && discord.gateway.connections() === 2);
  expect(discord.gateway.shards()).toEqual(['0/2', '1/2']);
  await isAnsweredOnce(SECOND_GUILD);
});

it('shares them out over processes that are told which are theirs', async () => {
  await connect({ ids: [0], total: 2 });
  expect(discord.gateway.shards()).toEqual(['0/2']);
  await connect({ ids: [1], total: 2 });
  expect(discord.gateway.shards()).toEqual(['0/2', '1/2']);
  for (const guildId of ['1', SECOND_GUILD, null]) await isAnsweredOnce(guildId);
});

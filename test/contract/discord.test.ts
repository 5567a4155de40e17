/** Asking on Discord, against a protocol-true Discord: commands, forms, buttons, moderators, and what is refused in words. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createDiscordChannel } from '../../bots/discord/channel.ts';
import { type Bench, startBench } from '../support/fake-discord-bench.ts';
import { ALL_PERMISSIONS, type Where } from '../support/fake-discord-places.ts';
import type { FakeInteraction } from '../support/fake-discord-state.ts';
import { jpeg, svg } from '../support/photos.ts';

const MANAGE_GUILD = String(1n << 5n);
const MANAGE_MESSAGES = String(1n << 13n);
const moderator: Where = { userId: '590', permissions: MANAGE_GUILD };
let bench: Bench;
let photo: string;
let photoUrl: string;

beforeAll(async () => {
  bench = await startBench(inject('templateDirectory'));
  ({ id: photo, url: photoUrl } = bench.discord.addPhoto(await jpeg()));
});
afterAll(async () => {
  const { calls, violations } = bench.discord;
  await bench.close();
  expect(violations).toEqual([]);
  expect(calls.length).toBeGreaterThan(50);
});

/** The words of the answer, once it is more than “thinking …”. */
const answerOf = (asked: FakeInteraction): Promise<string> => bench.until(() => asked.original?.content);
const animate = (values: Record<string, string | number | boolean> = {}, where: Where = {}): FakeInteraction =>
  bench.discord.slash('animate', { image: photo, prompt: 'waves', ...values }, where);
const moderate = (line: string, values: Record<string, string | number> = {}, where: Where = moderator): Promise<string> =>
  answerOf(bench.discord.slash(`stillmotion ${line}`, values, where));
const left = async (where: Where): Promise<string> => answerOf(bench.discord.slash('quota', {}, where));

/** A finished clip in its message, asked for by user 501 unless said otherwise. */
const clipMessage = async (where: Where = {}) => {
  const asked = animate({}, where);
  const { job, clip } = await bench.finish((await bench.jobOf(asked)).id);
  await bench.until(() => asked.original?.content);
  await bench.channel().deliver(job, clip);
  if (!asked.original) throw new Error('there is no message');
  return { job, message: asked.original };
};

describe('connecting', () => {
  it('says as whom, and registers the commands only when they changed', async () => {
    const puts = () => bench.discord.calls.filter(({ method, path }) => method === 'PUT' && path.endsWith('/commands')).length;
    expect(puts()).toBe(1);
    await bench.restart();
    expect(puts()).toBe(1);
    expect(bench.discord.commands().map(({ name }) => name)).toEqual(['animate', 'Animate', 'quota', 'result', 'cancel', 'help', 'stillmotion']);
    await expect(bench.channel().start()).resolves.toBe('connected as Stillmotion#1234');
    await bench.until(() => bench.discord.gateway.connections() === 1);
  });

  it('reports a refused token and an unreachable Discord as errors of ours', async () => {
    const { deps, discord } = bench;
    const refused = createDiscordChannel({ deps, token: 'wrong', apiUrl: discord.apiUrl, log: deps.log });
    await expect(refused.start()).rejects.toMatchObject({ code: 'TOKEN_REFUSED', retry: 'never' });
    const unreachable = createDiscordChannel({ deps, token: 'wrong', apiUrl: 'http://127.0.0.1:9/api', log: deps.log });
    await expect(unreachable.start()).rejects.toMatchObject({ code: 'CHANNEL_FAILED', retry: 'later' });
    await refused.stop();
    await unreachable.stop();
  });

  it('goes on after the connection broke', async () => {
    const before = bench.discord.gateway.resumes();
    bench.discord.gateway.drop();
    await bench.until(() => bench.discord.gateway.resumes() > before && bench.discord.gateway.connections() === 1);
    expect(await left({})).toContain('credits left today');
  });
});

describe('/animate', () => {
  it('acknowledges at once, accepts with the options, and shows where the job stands', async () => {
    const asked = animate({ prompt: 'waves *slowly*', seconds: 2, fps: 12, seed: 7, motion: 1.5, format: 'gif', loop: true, engine: 'motion' });
    const job = await bench.jobOf(asked);
    expect(asked).toMatchObject({ answer: 5 });
    expect(asked.ackMs).toBeLessThan(3_000);
    expect(job.request).toMatchObject({ prompt: 'waves *slowly*', seconds: 2, fps: 12, seed: 7, motion: 1.5, format: 'gif', loop: true, engine: 'motion' });
    expect(job.origin).toMatchObject({ channel: 'discord', place: 'discord:guild:1', room: '11', user: 'discord:user:501', locale: 'en-US' });
    expect(await answerOf(asked)).toMatch(/^> waves \\\*slowly\\\*\n⏳ /);
    expect(JSON.stringify(asked.original?.components)).toContain(`"cancel:${job.id}"`);
  });

  it.each([
    ['what it may not post', {}, { appPermissions: '2048' }, 'Attach Files'],
    ['an engine that is not there', { engine: 'sora' }, {}, 'engine cannot be “sora”'],
    ['too many frames', { seconds: 8, fps: 30 }, {}, '240 frames; I make up to 200'],
  ])('refuses %s in words, without a charge', async (_name, values, where, words) => {
    const before = await left(where);
    expect(await answerOf(animate(values, where))).toContain(words);
    expect(await left(where)).toBe(before);
  });

  it('refuses a file that is no photo, whatever its name says', async () => {
    const disguised = bench.discord.addPhoto(svg(), 'photo.png', 'image/png').id;
    expect(await answerOf(animate({ image: disguised }))).toContain('I cannot read this kind of file');
  });

  it('makes one job of an interaction that comes twice', async () => {
    const asked = animate({}, { userId: '510' });
    await bench.jobOf(asked);
    bench.discord.redeliver(asked);
    await bench.until(() => bench.discord.calls.some(({ path, status }) => path.includes(asked.token) && status === 400));
    expect(await bench.deps.store.jobs.unfinishedOf('discord:user:510', 'discord:guild:1')).toHaveLength(1);
  });

  it('keeps the place’s file limit, and never believes a Nitro user’s', async () => {
    expect((await bench.jobOf(animate())).maxClipBytes).toBe(10 * 1024 * 1024);
    expect((await bench.jobOf(animate({}, { attachmentSizeLimit: 500 * 1024 * 1024 }))).maxClipBytes).toBe(25 * 1024 * 1024);
  });

  it('works in direct messages, and takes a thread for its channel', async () => {
    expect((await bench.jobOf(animate({}, { guildId: null, userId: '520' }))).origin).toMatchObject({ place: 'discord:dm:520', room: '7520' });
    bench.discord.addChannel('119', '1', '11');
    const inThread = await bench.jobOf(animate({}, { channelId: '119' }));
    expect(inThread.origin.room).toBe('11');
    expect(inThread.address.channelId).toBe('119');
  });

  it('suggests engines and completes the words', async () => {
    const engine = bench.discord.autocomplete('animate', { engine: 'mo' }, 'engine');
    expect(await bench.until(() => engine.choices)).toEqual([{ name: 'Motion: For tests', value: 'motion' }]);
    const words = bench.discord.autocomplete('animate', { prompt: 'smoke rises, slow zoom' }, 'prompt');
    expect(await bench.until(() => words.choices)).toContainEqual({ name: 'smoke rises, slow zoom in', value: 'smoke rises, slow zoom in' });
  });

  it('leaves unknown interactions alone', async () => {
    const { calls } = bench.discord;
    const asked = animate({}, { userId: '511' });
    await bench.until(() => asked.original?.content);
    const before = calls.length;
    const shared = {
      application_id: '1',
      version: 1,
      channel_id: '11',
      channel: { id: '11', type: 0 },
      user: { id: '5', username: 'x' },
      entitlements: [],
      authorizing_integration_owners: {},
      app_permissions: '0',
      locale: 'de',
    };
    bench.discord.dispatch('INTERACTION_CREATE', { ...shared, id: '1', type: 2, token: 'a', data: { id: '1', name: 'unheard-of', type: 1 } });
    bench.discord.dispatch('INTERACTION_CREATE', { ...shared, id: '2', type: 99, token: 'b', data: {} });
    bench.discord.dispatch('INTERACTION_CREATE', { ...shared, id: '3', type: 5, token: 'c', data: { custom_id: 'somebody else’s', components: [] } });
    bench.discord.dispatch('SOMETHING_NEW', {});
    await answerOf(bench.discord.slash('help'));
    expect(calls.slice(before).filter(({ path }) => !path.includes('/token') && !/callback|@original/.test(path))).toEqual([]);
    expect(calls.slice(before)).toHaveLength(2);
  });
});

describe('the message command Animate', () => {
  const attached = (url: string, name = 'photo.jpg') => ({
    id: String(Math.floor(Math.random() * 1e9)),
    filename: name,
    size: 10,
    url,
    proxy_url: url,
    content_type: 'image/jpeg',
  });

  it('opens a form that still works 20 minutes and a restart later', async () => {
    const asked = bench.discord.messageCommand('Animate', { attachments: [attached(photoUrl)] });
    const form = (await bench.until(() => asked.modal)) as { custom_id: string };
    await bench.until(() => bench.deps.files.get(`offers/${asked.id}.json`));
    bench.clock.advance(20 * 60_000);
    await bench.restart();
    const sent = bench.discord.modalSubmit(form.custom_id, { prompt: 'clouds drift' });
    expect((await bench.jobOf(sent)).request.prompt).toBe('clouds drift');
    expect(sent.ackMs).toBeLessThan(3_000);
  });

  it('lets choose among several photos, attached, forwarded or in a link', async () => {
    const other = bench.discord.addPhoto(await jpeg(128, 128)).url;
    const video = { ...attached('http://127.0.0.1:1/v.mp4', 'v.mp4'), content_type: 'video/mp4' };
    const asked = bench.discord.messageCommand('Animate', {
      attachments: [video, attached(photoUrl)],
      embeds: [{ type: 'image', url: 'https://example.com/x', thumbnail: { url: 'https://example.com/x.jpg', proxy_url: other } }],
    });
    const form = (await bench.until(() => asked.modal)) as { custom_id: string };
    expect(JSON.stringify(form)).toContain('2. picture in a link');
    await bench.until(() => bench.deps.files.get(`offers/${asked.id}.json`));
    const sent = bench.discord.modalSubmit(form.custom_id, { prompt: '', photo: ['1'] });
    expect((await bench.jobOf(sent)).photo).toMatchObject({ widthPx: 128, heightPx: 128 });
  });

  it('finds the photo of a forwarded message', async () => {
    const forwarded = {
      message_reference: { type: 1, channel_id: '12', message_id: '77' },
      message_snapshots: [
        {
          message: {
            type: 0,
            content: '',
            attachments: [attached(photoUrl)],
            embeds: [],
            mentions: [],
            mention_roles: [],
            timestamp: new Date(0).toISOString(),
            edited_timestamp: null,
            flags: 0,
            components: [],
          },
        },
      ],
    };
    const asked = bench.discord.messageCommand('Animate', forwarded);
    expect(await bench.until(() => asked.modal)).toMatchObject({ custom_id: `animate:${asked.id}` });
  });

  it('says what is missing when there is no photo, and when the form is older than its photo', async () => {
    expect(await answerOf(bench.discord.messageCommand('Animate', { content: 'just words' }))).toContain('I need a photo');
    expect(await answerOf(bench.discord.modalSubmit('animate:42', { prompt: 'waves' }))).toContain('I need a photo');
  });
});

describe('buttons', () => {
  it('make the same clip again and one with a new seed, for anybody, after a restart', async () => {
    const { job, message } = await clipMessage();
    await bench.restart();
    const again = await bench.jobOf(bench.discord.press(message, `again:${job.id}`, { userId: '530' }));
    expect(again).toMatchObject({ parentId: job.id, request: { seed: job.request.seed, prompt: 'waves' }, origin: { user: 'discord:user:530' } });
    const fresh = await bench.jobOf(bench.discord.press(message, `newSeed:${job.id}`));
    expect(fresh.request.seed).not.toBe(job.request.seed);
  });

  it('delete a clip for its owner and for moderators only', async () => {
    const mine = await clipMessage();
    const stranger = bench.discord.press(mine.message, `delete:${mine.job.id}`, { userId: '531' });
    expect(await bench.until(() => stranger.followUps[0]?.content)).toContain('Only the person who asked');
    expect(stranger.followUps[0]?.flags).toBe(64);
    expect(mine.message.deleted).toBe(false);
    bench.discord.press(mine.message, `delete:${mine.job.id}`);
    await bench.until(() => mine.message.deleted);
    expect(await bench.deps.store.jobs.find(mine.job.id)).toMatchObject({ deleted: true });
    const theirs = await clipMessage();
    bench.discord.press(theirs.message, `delete:${theirs.job.id}`, { userId: '532', permissions: MANAGE_MESSAGES });
    await bench.until(() => theirs.message.deleted);
  });

  it('give a moderator of one server no say in another', async () => {
    const { job, message } = await clipMessage();
    const elsewhere = bench.discord.press(message, `delete:${job.id}`, { guildId: '2', channelId: '21', userId: '533', permissions: ALL_PERMISSIONS });
    expect(await bench.until(() => elsewhere.followUps[0]?.content)).toContain('Only the person who asked');
  });

  it('cancel for the owner only', async () => {
    const asked = animate();
    const job = await bench.jobOf(asked);
    await bench.until(() => asked.original?.content);
    if (!asked.original) throw new Error('there is no message');
    const stranger = bench.discord.press(asked.original, `cancel:${job.id}`, { userId: '534' });
    expect(await bench.until(() => stranger.followUps[0]?.content)).toContain('Only the person who asked');
    bench.discord.press(asked.original, `cancel:${job.id}`);
    const canceled = await bench.until(async () => (await bench.deps.store.jobs.find(job.id))?.state === 'canceled' && bench.deps.store.jobs.find(job.id));
    await bench.channel().deliver(canceled, null);
    expect(asked.original).toMatchObject({ content: '> waves\n🛑 Canceled. Nothing was charged.', components: [] });
  });

  it('/cancel takes back the newest, and says when there is none', async () => {
    const where = { userId: '535' };
    await bench.jobOf(animate({}, where));
    expect(await answerOf(bench.discord.slash('cancel', {}, where))).toContain('Canceled');
    expect(await answerOf(bench.discord.slash('cancel', {}, where))).toContain('no clip in progress');
  });
});

describe('moderators', () => {
  it('are asked for their right on every call', async () => {
    expect(await moderate('settings show', {}, { userId: '590' })).toContain('Manage Server is needed');
    expect(await moderate('settings show', {}, { guildId: null, userId: '590' })).toContain('Manage Server is needed');
    expect(await moderate('settings show')).toContain('enabled: on');
  });

  it('change each rule for their server alone, from the next request on', async () => {
    expect(await moderate('settings set', { setting: 'enabled', value: 'off' })).toContain('enabled is now off');
    expect(await answerOf(animate())).toContain('switched off here');
    expect((await bench.jobOf(animate({}, { guildId: '2' }))).origin.place).toBe('discord:guild:2');
    await moderate('settings set', { setting: 'enabled', value: 'on' });
    await moderate('settings set', { setting: 'max_seconds', value: '2' });
    expect(await answerOf(animate({ seconds: 3 }))).toContain('up to 2 seconds');
    await moderate('settings set', { setting: 'max_seconds', value: 'default' });
    await moderate('settings set', { setting: 'channels', value: '<#12>' });
    expect(await answerOf(animate())).toContain('<#12>');
    await bench.jobOf(animate({}, { channelId: '12' }));
    await moderate('settings set', { setting: 'channels', value: 'everywhere' });
    expect(await moderate('settings set', { setting: 'default_engine', value: 'motion' })).toContain('default_engine is now motion');
    expect(await moderate('settings set', { setting: 'default_engine', value: 'sora' })).toContain('cannot be “sora”');
  });

  it('grant, reset and show quotas', async () => {
    const user = '540';
    await moderate('settings set', { setting: 'daily_quota', value: '1' });
    await bench.jobOf(animate({}, { userId: user }));
    expect(await answerOf(animate({}, { userId: user }))).toContain('used all 1 credits');
    expect(await moderate('quota grant', { user, clips: 2, reason: 'won a contest' })).toBe(
      `Granted 2 credits. ${(await moderate('quota show', { user })).trim()}`,
    );
    await bench.jobOf(animate({}, { userId: user }));
    expect(await moderate('quota reset', { user })).toContain('<@540>');
    await moderate('settings set', { setting: 'daily_quota', value: 'default' });
  });

  it('ban and unban, with a trail that names people and pings nobody', async () => {
    const user = '541';
    expect(await moderate('ban', { user, reason: 'spam', duration: '7d' })).toContain('<@541> cannot use Stillmotion here until');
    expect(await answerOf(animate({}, { userId: user }))).toContain('Reason: spam');
    await bench.jobOf(animate({}, { userId: user, guildId: '2' }));
    expect(await moderate('unban', { user })).toContain('may use Stillmotion here again');
    await bench.jobOf(animate({}, { userId: user }));
    expect(await moderate('ban', { user, duration: 'a while' })).toContain('not a length of time');
    expect(await moderate('audit')).toMatch(/<@590> .*ban.*<@541>/);
    const edits = bench.discord.calls.filter(({ method }) => method === 'PATCH');
    expect(edits.every(({ body }) => JSON.stringify((body as { allowed_mentions?: unknown }).allowed_mentions) === '{"parse":[]}')).toBe(true);
  });
});

describe('the log', () => {
  it('holds no token, no signed address and no words of people', () => {
    const tokens = bench.discord.calls.flatMap(({ path }) => /token\d+/.exec(path)?.[0] ?? []);
    const everything = bench.logged.join('\n');
    for (const secret of [bench.discord.token, 'hm=0a1b', 'waves', ...tokens]) expect(everything).not.toContain(secret);
    expect(tokens.length).toBeGreaterThan(10);
  });
});

/** Bringing clips home on Discord: every way back, dead tokens, limits, repetitions, and status edits that never get in the way. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ClipFile } from '../../core/channel.ts';
import type { Job } from '../../core/job.ts';
import { type Bench, startBench } from '../support/fake-discord-bench.ts';
import type { FakeMessage } from '../support/fake-discord-payloads.ts';
import type { Where } from '../support/fake-discord-places.ts';
import type { FakeInteraction } from '../support/fake-discord-state.ts';
import { jpeg } from '../support/photos.ts';

let bench: Bench;
let photo: string;

beforeAll(async () => {
  bench = await startBench(inject('templateDirectory'));
  photo = bench.discord.addPhoto(await jpeg()).id;
});
afterAll(async () => {
  const { violations } = bench.discord;
  await bench.close();
  expect(violations).toEqual([]);
});

interface Asked {
  readonly asked: FakeInteraction;
  readonly job: Job;
}

/** A job whose status is on show. */
const ask = async (values: Record<string, string | number | boolean> = {}, where: Where = {}): Promise<Asked> => {
  const asked = bench.discord.slash('animate', { image: photo, prompt: 'waves', ...values }, where);
  const { id } = await bench.jobOf(asked);
  const job = await bench.until(async () => {
    const found = await bench.deps.store.jobs.find(id);
    return found?.address.messageId ? found : null;
  });
  return { asked, job };
};

const deliver = (job: Job, clip: ClipFile | null) => bench.channel().deliver(job, clip);
/** The job as a later attempt would read it. */
const reread = async (job: Job): Promise<Job> => (await bench.deps.store.jobs.find(job.id)) as Job;
const originals = ({ asked }: Asked) => bench.discord.calls.filter(({ method, path }) => method === 'PATCH' && path.includes(asked.token));
const withClip = (jobId: string): readonly FakeMessage[] =>
  bench.discord.messages.filter((m) => !m.deleted && m.attachments.some(({ filename }) => filename.includes(jobId)));

describe('while the token lives', () => {
  it('puts the clip into the message that showed the job, once however often', async () => {
    const { asked, job } = await ask({ prompt: 'waves, *slowly* @everyone' });
    const finished = await bench.finish(job.id);
    const result = await deliver(finished.job, finished.clip);
    expect(result).toEqual({ kind: 'delivered', receipt: asked.original?.id });
    await deliver(finished.job, finished.clip);
    expect(withClip(job.id)).toHaveLength(1);
    const [file, ...more] = asked.original?.attachments ?? [];
    expect(more).toEqual([]);
    expect(file).toMatchObject({
      filename: `stillmotion-${job.id}.mp4`,
      contentType: 'video/mp4',
      size: 2_000,
      description: 'A 3-second clip made from a photo: waves, *slowly* @everyone',
    });
    expect(bench.discord.download(file?.url ?? '')).toEqual(finished.clip.bytes);
    expect(asked.original?.content).toBe(`> waves, \\*slowly\\* @everyone\n-# seed ${job.request.seed} · motion · 3 s · 24 fps`);
    const buttons = JSON.stringify(asked.original?.components);
    for (const action of ['again', 'newSeed', 'delete']) expect(buttons).toContain(`"${action}:${job.id}"`);
  });

  it('names a GIF a GIF', async () => {
    const { asked, job } = await ask({ format: 'gif' });
    const finished = await bench.finish(job.id);
    await deliver(finished.job, finished.clip);
    expect(asked.original?.attachments[0]).toMatchObject({ filename: `stillmotion-${job.id}.gif`, contentType: 'image/gif' });
  });

  it.each([
    ['ENGINE_FAILED', 'Something went wrong', true],
    ['MODEL_MISSING', 'is not installed', false],
  ])('says why there is no clip (%s), with Again where that helps', async (code, words, retryable) => {
    const { asked, job } = await ask();
    expect(await deliver(await bench.fail(job.id, code), null)).toMatchObject({ kind: 'delivered' });
    expect(asked.original?.content).toContain(words);
    expect(JSON.stringify(asked.original?.components).includes(`again:${job.id}`)).toBe(retryable);
  });

  it('asks for time when Discord does, and for some when Discord is ill', async () => {
    const { asked, job } = await ask();
    const finished = await bench.finish(job.id);
    bench.discord.fault({ method: 'PATCH', path: new RegExp(asked.token), status: 500 });
    expect(await deliver(finished.job, finished.clip)).toMatchObject({ kind: 'later', error: { code: 'CHANNEL_FAILED' } });
    bench.discord.fault({ method: 'PATCH', path: new RegExp(asked.token), status: 429, retryAfterS: 1 });
    const limited = await deliver(finished.job, finished.clip);
    expect(limited).toMatchObject({ kind: 'later', error: { code: 'CHANNEL_FAILED' } });
    if (limited.kind === 'later') expect(limited.retryAfterMs).toBeGreaterThanOrEqual(900);
    expect(withClip(job.id)).toHaveLength(0);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(await deliver(finished.job, finished.clip)).toMatchObject({ kind: 'delivered' });
  });

  it('says that a file is over the limit, once', async () => {
    const at = await ask();
    const finished = await bench.finish(at.job.id, { bytes: 40_000 });
    const before = originals(at).length;
    bench.discord.limitFiles(30_000);
    expect(await deliver(finished.job, finished.clip)).toMatchObject({ kind: 'too-large' });
    bench.discord.limitFiles(10 * 1024 * 1024);
    expect(originals(at).length).toBe(before + 1);
  });

  it('does not show a clip that its owner deleted meanwhile', async () => {
    const { asked, job } = await ask();
    const finished = await bench.finish(job.id);
    await deliver(finished.job, null);
    expect(asked.original?.content).toContain('may have been deleted');
  });
});

describe('when the token is dead', () => {
  it('posts as the bot after 15 minutes, replying, once however often', async () => {
    const at = await ask();
    const finished = await bench.finish(at.job.id);
    bench.clock.advance(15 * 60_000);
    const before = originals(at).length;
    const result = await deliver(await reread(at.job), finished.clip);
    expect(await deliver(await reread(at.job), finished.clip)).toEqual(result);
    expect(originals(at)).toHaveLength(before);
    expect(withClip(at.job.id)).toMatchObject([{ channelId: '11', nonce: at.job.id, replyTo: at.asked.original?.id }]);
  });

  it('still uses it a second earlier', async () => {
    const { asked, job } = await ask();
    const finished = await bench.finish(job.id);
    bench.clock.advance(15 * 60_000 - 1_000);
    expect(await deliver(await reread(job), finished.clip)).toEqual({ kind: 'delivered', receipt: asked.original?.id });
  });

  it.each([
    [401, 50027],
    [404, 10015],
    [404, 10062],
    [404, 10008],
    [404, 0],
  ])('tries a token that Discord refuses early (%i, %i) once and never again', async (status, code) => {
    const at = await ask();
    const finished = await bench.finish(at.job.id);
    bench.discord.fault({ method: 'PATCH', path: new RegExp(at.asked.token), status, code, times: 5 });
    const before = originals(at).length;
    expect(await deliver(finished.job, finished.clip)).toMatchObject({ kind: 'delivered' });
    expect(await deliver(await reread(at.job), finished.clip)).toMatchObject({ kind: 'delivered' });
    expect(originals(at)).toHaveLength(before + 1);
    expect(withClip(at.job.id)).toHaveLength(1);
  });

  it('keeps the clip while the bot’s own token is refused', async () => {
    const { job } = await ask();
    const finished = await bench.finish(job.id);
    bench.clock.advance(15 * 60_000);
    bench.discord.fault({ method: 'POST', path: /\/channels\//, status: 401 });
    expect(await deliver(await reread(job), finished.clip)).toMatchObject({ kind: 'later', retryAfterMs: 60_000 });
    expect(await deliver(await reread(job), finished.clip)).toMatchObject({ kind: 'delivered' });
  });

  it('goes to the person when the channel is closed or gone, and gives up when that fails too', async () => {
    bench.discord.addChannel('13', '1');
    const closed = await ask({}, { channelId: '13' });
    const gone = await ask({}, { channelId: '13' });
    const lost = await ask({}, { channelId: '13', userId: '550' });
    bench.clock.advance(15 * 60_000);
    bench.discord.refusePosts('13', { status: 403, code: 50013, message: 'Missing Permissions' });
    const first = await bench.finish(closed.job.id);
    expect(await deliver(first.job, first.clip)).toMatchObject({ kind: 'delivered' });
    expect(withClip(closed.job.id)).toMatchObject([{ channelId: '7501', nonce: closed.job.id }]);
    bench.discord.removeChannel('13');
    const second = await bench.finish(gone.job.id);
    expect(await deliver(second.job, second.clip)).toMatchObject({ kind: 'delivered' });
    expect(withClip(gone.job.id)).toMatchObject([{ channelId: '7501' }]);
    bench.discord.addChannel('7550', '');
    bench.discord.refusePosts('7550', { status: 403, code: 50007, message: 'Cannot send messages to this user' });
    const third = await bench.finish(lost.job.id);
    expect(await deliver(third.job, third.clip)).toMatchObject({
      kind: 'gone',
      error: { code: 'CHANNEL_GONE', params: { reason: expect.stringContaining('50007') } },
    });
  });

  it('posts even with the gateway away and the bot just restarted', async () => {
    const { job } = await ask();
    const finished = await bench.finish(job.id);
    bench.clock.advance(20 * 60_000);
    await bench.channel().stop();
    expect(await deliver(finished.job, finished.clip)).toMatchObject({ kind: 'delivered' });
    expect(withClip(job.id)).toHaveLength(1);
    await bench.restart();
  });
});

describe('status edits', () => {
  const running = (job: Job, done: number): Job => ({ ...job, state: 'running', progress: { stage: 'denoise', done, total: 30, fraction: done / 30 } });
  const standing = { position: 0, secondsLeft: 9 };

  it('coalesce: thirty steps at once make one edit, which shows the last', async () => {
    const at = await ask();
    const before = originals(at).length;
    for (let step = 1; step <= 30; step++) await bench.channel().showStatus(running(at.job, step), standing);
    bench.clock.advance(2_500);
    await bench.until(() => at.asked.original?.content.includes('step 30 of 30'));
    expect(originals(at)).toHaveLength(before + 1);
  });

  it('obey a rate limit, end with a dead token, and never throw', async () => {
    const limited = await ask();
    bench.clock.advance(2_500);
    bench.discord.fault({ method: 'PATCH', path: new RegExp(limited.asked.token), status: 429, retryAfterS: 3_600, times: 2 });
    const before = originals(limited).length;
    await bench.channel().showStatus(running(limited.job, 1), standing);
    await bench.until(() => originals(limited).length === before + 1);
    bench.clock.advance(10_000);
    await bench.channel().showStatus(running(limited.job, 2), standing);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(originals(limited)).toHaveLength(before + 1);
    // The clip does not wait an hour because its progress was shown too often.
    const clip = await bench.finish(limited.job.id);
    expect(await deliver(clip.job, clip.clip)).toMatchObject({ kind: 'delivered' });
    expect(withClip(limited.job.id)).toMatchObject([{ nonce: limited.job.id, replyTo: limited.asked.original?.id }]);

    const dead = await ask();
    bench.clock.advance(2_500);
    bench.discord.fault({ method: 'PATCH', path: new RegExp(dead.asked.token), status: 401, code: 50027, times: 9 });
    const earlier = originals(dead).length;
    await bench.channel().showStatus(running(dead.job, 1), standing);
    await bench.until(async () => (await reread(dead.job)).address.interactionToken === null);
    bench.clock.advance(2_500);
    await bench.channel().showStatus(running(dead.job, 2), standing);
    const finished = await bench.finish(dead.job.id);
    expect(await deliver(finished.job, finished.clip)).toMatchObject({ kind: 'delivered' });
    expect(originals(dead)).toHaveLength(earlier + 1);
    expect(withClip(dead.job.id)).toHaveLength(1);
  });

  it('never land on top of the clip', async () => {
    const at = await ask();
    bench.clock.advance(2_500);
    const finished = await bench.finish(at.job.id);
    await bench.channel().showStatus(running(at.job, 5), standing);
    await bench.channel().showStatus(running(at.job, 6), standing);
    await deliver(finished.job, finished.clip);
    bench.clock.advance(2_500);
    await bench.channel().showStatus(running(at.job, 7), standing);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(at.asked.original?.content).toContain('seed');
    expect(originals(at).at(-1)?.body).toHaveProperty('attachments');
  });
});

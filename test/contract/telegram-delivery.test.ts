/** How outcomes come home on Telegram: in place when possible, never lost and never doubled when not. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Job } from '../../core/job.ts';
import { type Bench, startBench } from '../support/fake-telegram-bench.ts';
import type { FakeChat, FakeMessage } from '../support/fake-telegram-state.ts';
import { jpeg } from '../support/photos.ts';

let bench: Bench;
let photo: Buffer;

beforeAll(async () => {
  bench = await startBench(inject('templateDirectory'));
  photo = await jpeg(320, 240);
  await bench.channel().start();
});
afterAll(async () => {
  await bench.close();
  expect(bench.telegram.violations).toEqual([]);
});

interface Asked {
  readonly chat: FakeChat;
  readonly request: FakeMessage;
  readonly status: FakeMessage;
  readonly job: Job;
}

/** A person has asked for a clip, and its status message is there. */
const ask = async (caption = 'waves & <b>wind</b>', where?: FakeChat, threadId?: number): Promise<Asked> => {
  const { telegram } = bench;
  const { user, chat: own } = telegram.person('Ada');
  const chat = where ?? own;
  const request = telegram.sendPhoto(user, chat, photo, { caption: where ? `/animate ${caption}` : caption, ...(threadId === undefined ? {} : { threadId }) });
  const status = await bench.replyTo(request);
  const job = await bench.jobOf(request);
  await bench.until(() => status.text?.includes('next') || status.text?.includes('in line'));
  return { chat, request, status, job };
};

/** The job as the database has it, with the address as it is now. */
const current = async (job: Job): Promise<Job> => (await bench.deps.store.jobs.find(job.id)) as Job;
const deliver = async (asked: Asked) => {
  const { job, clip } = await bench.finish(asked.job.id);
  return { job, clip, result: await bench.channel().deliver(job, clip) };
};

describe('a clip', () => {
  it('takes the place of the status message, with everything Telegram needs to play it', async () => {
    const { telegram } = bench;
    const asked = await ask('waves & <b>wind</b> --seed 7');
    const { clip, result } = await deliver(asked);
    expect(result).toEqual({ kind: 'delivered', receipt: String(asked.status.message_id) });
    expect(telegram.messages(asked.chat)).toHaveLength(1);
    const { caption, reply_markup, text, video } = asked.status;
    expect(video).toMatchObject({ width: asked.job.request.widthPx, height: asked.job.request.heightPx, duration: 3, thumbnail: { width: 96, height: 64 } });
    expect(telegram.bytesOf(video?.file_id ?? '').equals(clip.bytes)).toBe(true);
    expect(caption).toBe('<b>waves &amp; &lt;b&gt;wind&lt;/b&gt;</b>\nseed <code>7</code> · motion · 3 s · 24 fps');
    expect(text).toBeUndefined();
    expect(reply_markup?.inline_keyboard.flat().map((button) => button.text)).toEqual(['🔁 Again', '🎲 New seed', '🗑 Delete']);
  });

  it('is an animation when it is a GIF', async () => {
    const asked = await ask('waves --gif');
    await deliver(asked);
    expect(asked.status.animation).toMatchObject({ mime_type: 'image/gif', width: asked.job.request.widthPx });
    expect(asked.status.video).toBeUndefined();
  });

  it('may be delivered again after a crash without a second message', async () => {
    const asked = await ask();
    const { job, clip } = await deliver(asked);
    expect(await bench.channel().deliver(job, clip)).toMatchObject({ kind: 'delivered' });
    expect(bench.telegram.messages(asked.chat)).toHaveLength(1);
  });

  it('is not overwritten by a state that comes late', async () => {
    const asked = await ask();
    await deliver(asked);
    const editsBefore = bench.telegram.callsOf('editMessageText').length;
    await bench.channel().showStatus({ ...asked.job, state: 'running' }, { position: 0, secondsLeft: 1 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(bench.telegram.callsOf('editMessageText')).toHaveLength(editsBefore);
  });
});

describe('when the status message is gone', () => {
  it('comes as a reply to the request, and is edited there when it is delivered again', async () => {
    const { telegram } = bench;
    const asked = await ask();
    telegram.state.remove(asked.chat.id, asked.status.message_id);
    const { job, clip, result } = await deliver(asked);
    const [sent, ...others] = telegram.messages(asked.chat);
    expect(others).toEqual([]);
    expect(sent).toMatchObject({ video: { duration: 3 }, reply_to_message: { message_id: asked.request.message_id } });
    expect(result).toEqual({ kind: 'delivered', receipt: String(sent?.message_id) });
    await bench.channel().deliver(await current(job), clip);
    expect(telegram.messages(asked.chat)).toHaveLength(1);
  });

  it('comes as a message of its own when the request is gone too', async () => {
    const { telegram } = bench;
    const asked = await ask('waves --gif');
    for (const { message_id } of [asked.status, asked.request]) telegram.state.remove(asked.chat.id, message_id);
    expect((await deliver(asked)).result.kind).toBe('delivered');
    const [sent] = telegram.messages(asked.chat);
    expect(sent?.animation).toBeDefined();
    expect(sent?.reply_to_message).toBeUndefined();
  });

  it('is sent anew when the message cannot be edited, and the old one taken away', async () => {
    const { telegram } = bench;
    const asked = await ask();
    telegram.fault('editMessageMedia', { status: 400, description: 'Bad Request: MEDIA_NEW_INVALID' });
    expect((await deliver(asked)).result.kind).toBe('delivered');
    await bench.until(() => telegram.messages(asked.chat).length === 1 && telegram.messages(asked.chat)[0]?.video);
  });

  it('leaves a dead topic for the group', async () => {
    const { telegram } = bench;
    const group = telegram.group('Forum', [], true);
    const asked = await ask('waves', group, 31);
    for (const { message_id } of [asked.status, asked.request]) telegram.state.remove(group.id, message_id);
    telegram.state.deadThreads.add(`${group.id}:31`);
    expect((await deliver(asked)).result.kind).toBe('delivered');
    expect(telegram.messages(group)[0]?.message_thread_id).toBeUndefined();
  });

  it('follows a group that became a supergroup, and remembers where to', async () => {
    const { telegram } = bench;
    const asked = await ask('waves', telegram.group('Old'));
    const moved = telegram.migrate(asked.chat);
    const { job, result } = await deliver(asked);
    expect(result.kind).toBe('delivered');
    const [sent] = telegram.messages(moved);
    expect(sent?.video).toBeDefined();
    expect((await current(job)).address).toMatchObject({ chatId: moved.id, statusMessageId: sent?.message_id });
  });
});

describe('when Telegram refuses', () => {
  it('waits exactly as long as a flood wait asks, then edits', async () => {
    const { telegram } = bench;
    const asked = await ask();
    telegram.fault('editMessageMedia', telegram.floodWait(3_600));
    const { clip, job, result } = await deliver(asked);
    expect(result).toMatchObject({ kind: 'later', retryAfterMs: 3_600_000 });
    expect(telegram.messages(asked.chat)).toHaveLength(1);
    expect((await bench.channel().deliver(job, clip)).kind).toBe('delivered');
  });

  it.each([
    ['a server fault', { status: 500, description: 'Internal Server Error' } as const],
    ['a lost connection', 'hang-up' as const],
  ])('tries again later after %s', async (_what, fault) => {
    const asked = await ask();
    bench.telegram.fault('editMessageMedia', fault);
    expect((await deliver(asked)).result).toMatchObject({ kind: 'later', error: { code: 'CHANNEL_FAILED' } });
  });

  it.each([
    ['who blocked it', 'blocked' as const],
    ['that removed it', 'kicked' as const],
  ])('gives up on somebody %s', async (_what, kind) => {
    const { telegram } = bench;
    const asked = await ask();
    telegram.state.obstacles.set(asked.chat.id, { kind });
    expect((await deliver(asked)).result).toMatchObject({ kind: 'gone', error: { code: 'CHANNEL_GONE' } });
  });

  it('says so when the clip is too big', async () => {
    const asked = await ask();
    bench.telegram.fault('editMessageMedia', { status: 413, description: 'Request Entity Too Large' });
    expect((await deliver(asked)).result).toMatchObject({ kind: 'too-large' });
  });

  it('brings the clip to the person when the group is gone', async () => {
    const { telegram } = bench;
    const group = telegram.group('Lost');
    const { user, chat: own } = telegram.person('Ada');
    const request = telegram.sendPhoto(user, group, photo, { caption: '/animate waves' });
    const { id } = await bench.jobOf(request);
    telegram.state.obstacles.set(group.id, { kind: 'kicked' });
    const { job, clip } = await bench.finish(id);
    expect(await bench.channel().deliver(job, clip)).toMatchObject({ kind: 'delivered' });
    expect(telegram.messages(own).filter(({ video }) => video)).toHaveLength(1);
  });

  it('names a missing right once, and delivers when it is granted', async () => {
    const { telegram } = bench;
    const asked = await ask('waves', telegram.group('Strict'));
    telegram.fault('editMessageMedia', { status: 400, description: 'Bad Request: not enough rights to send videos to the chat' }, 2);
    const { clip, job, result } = await deliver(asked);
    expect(result).toMatchObject({ kind: 'later', error: { code: 'MISSING_PERMISSION' } });
    await bench.channel().deliver(job, clip);
    expect(telegram.messages(asked.chat).map(({ text }) => text)).toEqual([expect.stringContaining('sending videos')]);
    expect((await bench.channel().deliver(job, clip)).kind).toBe('delivered');
    expect(asked.status.video).toBeDefined();
  });
});

describe('an outcome without a clip', () => {
  it('turns the status message into the reason, with a way to try again', async () => {
    const asked = await ask();
    const job = await bench.end(asked.job.id, 'failed', { code: 'ENGINE_FAILED', params: {} });
    expect(await bench.channel().deliver(job, null)).toMatchObject({ kind: 'delivered' });
    expect(asked.status.text).toMatch(/Something went wrong while making your clip/);
    expect(asked.status.reply_markup?.inline_keyboard.flat().map((button) => button.text)).toEqual(['🔁 Again']);
    // The same words once more are no error.
    expect(await bench.channel().deliver(job, null)).toMatchObject({ kind: 'delivered' });
  });

  it('says that it was canceled, without buttons', async () => {
    const asked = await ask();
    await bench.channel().deliver(await bench.end(asked.job.id, 'canceled', { code: 'CANCELED', params: {} }), null);
    expect(asked.status.text).toBe('🛑 Canceled. Nothing was charged.');
    expect(asked.status.reply_markup).toBeUndefined();
  });

  it('is sent as a reply when the status message is gone', async () => {
    const { telegram } = bench;
    const asked = await ask();
    telegram.state.remove(asked.chat.id, asked.status.message_id);
    await bench.channel().deliver(await bench.end(asked.job.id, 'failed', { code: 'ENGINE_CRASHED', params: {} }), null);
    expect(telegram.messages(asked.chat)[0]?.text).toMatch(/stopped unexpectedly/);
  });
});

describe('progress', () => {
  it('is shown in the status message with the action of the bot, and never throws', async () => {
    const { telegram } = bench;
    const asked = await ask();
    const running = { ...asked.job, state: 'running' as const, progress: { stage: 'denoise' as const, done: 3, total: 12, fraction: 0.25 } };
    await bench.channel().showStatus(running, { position: 0, secondsLeft: 8 });
    await bench.until(() => asked.status.text?.includes('step 3 of 12'));
    expect(asked.status.text).toContain('about 8 s left');
    expect(telegram.callsOf('sendChatAction').at(-1)?.params).toEqual({ chat_id: asked.chat.id, action: 'record_video' });
    telegram.state.obstacles.set(asked.chat.id, { kind: 'blocked' });
    await bench.channel().showStatus({ ...running, progress: { ...running.progress, done: 4 } }, { position: 0, secondsLeft: 7 });
    await bench.until(() => telegram.callsOf('editMessageText').some(({ params }) => String(params.text).includes('step 4 of 12')));
  });

  it('goes on after a flood wait', async () => {
    const { telegram } = bench;
    const asked = await ask();
    const running = { ...asked.job, state: 'running' as const, progress: { stage: 'render' as const, done: 3, total: 12, fraction: 0.25 } };
    telegram.fault('editMessageText', telegram.floodWait(1));
    await bench.channel().showStatus(running, { position: 0, secondsLeft: null });
    await bench.until(() => asked.status.text?.includes('Drawing frame 3 of 12'));
    const [refused, shown] = telegram
      .callsOf('editMessageText')
      .filter(({ params }) => String(params.text).includes('Drawing frame 3') && params.chat_id === asked.chat.id);
    expect((shown?.atMs ?? 0) - (refused?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000);
  });
});

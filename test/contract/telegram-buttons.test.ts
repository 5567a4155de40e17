/** Buttons and moderators on Telegram: always answered, rights asked every time, nothing reaches another chat. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Job } from '../../core/job.ts';
import { type Bench, startBench } from '../support/fake-telegram-bench.ts';
import type { FakeChat, FakeMessage, FakeUser } from '../support/fake-telegram-state.ts';
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

const ask = async (user: FakeUser, chat: FakeChat): Promise<{ readonly status: FakeMessage; readonly job: Job }> => {
  const request = bench.telegram.sendPhoto(user, chat, photo, { caption: '/animate waves --seed 7' });
  const status = await bench.replyTo(request);
  return { status, job: await bench.jobOf(request) };
};
/** A clip that has been delivered. */
const clipOf = async (user: FakeUser, chat: FakeChat): Promise<{ readonly message: FakeMessage; readonly job: Job }> => {
  const asked = await ask(user, chat);
  const { job, clip } = await bench.finish(asked.job.id);
  await bench.channel().deliver(job, clip);
  return { message: asked.status, job };
};
const say = async (user: FakeUser, chat: FakeChat, text: string, sending = {}): Promise<string> =>
  (await bench.replyTo(bench.telegram.sendText(user, chat, text, sending))).text ?? '';

describe('Again and New seed', () => {
  it('repeat the recipe for whoever presses, also after a restart, with a status message of their own', async () => {
    const { telegram } = bench;
    const [owner, other] = [telegram.person('Ada').user, telegram.person('Bea').user];
    const chat = telegram.group('Lake');
    const { job, message } = await clipOf(owner, chat);
    await bench.restart();
    const same = await telegram.press(owner, message, { label: /Again/ });
    expect(same.show_alert).toBe(false);
    const again = await bench.until(async () => (await bench.deps.store.jobs.unfinishedOf(job.origin.user, job.origin.place))[0]);
    expect(again).toMatchObject({ parentId: job.id, request: { prompt: 'waves', seed: 7 } });
    await telegram.press(other, message, { label: /New seed/ });
    const fresh = await bench.until(async () => (await bench.deps.store.jobs.unfinishedOf(`telegram:user:${other.id}`, job.origin.place))[0]);
    expect(fresh.request.seed).not.toBe(7);
    expect(fresh.origin.userName).toBe('Bea');
    const shown = await bench.until(async () => (await bench.deps.store.jobs.find(fresh.id))?.address.statusMessageId);
    expect(telegram.state.find(chat.id, Number(shown))?.reply_to_message?.message_id).toBe(message.message_id);
  });

  it('tell a refusal to the person who pressed only', async () => {
    const { telegram } = bench;
    const { user } = telegram.person('Cem');
    const chat = telegram.group('Lake');
    const { job, message } = await clipOf(user, chat);
    const { places } = bench.deps.store;
    await places.changeSettings(job.origin.place, (settings) => ({ ...settings, enabled: false }), {
      actor: 'test',
      action: 'settings-set',
      target: 'enabled',
      detail: 'off',
    });
    expect(await telegram.press(user, message, { label: /Again/ })).toMatchObject({ show_alert: true, text: expect.stringContaining('switched off here') });
    expect(telegram.messages(chat)).toHaveLength(1);
  });

  it('work under a message that is too old to be shown', async () => {
    const { telegram } = bench;
    const { user } = telegram.person('Dov');
    const chat = telegram.group('Lake');
    const { job, message } = await clipOf(user, chat);
    await telegram.press(user, message, { data: `again:${job.id}` }, { tooOld: true });
    await bench.until(async () => (await bench.deps.store.jobs.unfinishedOf(job.origin.user, job.origin.place)).length === 1);
  });
});

describe('Cancel and Delete', () => {
  it('obey the owner', async () => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Eva');
    const waiting = await ask(user, chat);
    await bench.until(() => waiting.status.reply_markup);
    await telegram.press(user, waiting.status, { label: /Cancel/ });
    expect((await bench.deps.store.jobs.find(waiting.job.id))?.state).toBe('canceled');
    const { job, message } = await clipOf(user, chat);
    expect((await telegram.press(user, message, { label: /Delete/ })).text).toBe('Deleted.');
    await bench.until(() => !telegram.messages(chat).includes(message));
    expect((await bench.deps.store.jobs.find(job.id))?.deleted).toBe(true);
  });

  it('refuse everybody else, but obey an administrator of that chat', async () => {
    const { telegram } = bench;
    const [owner, stranger, boss] = [telegram.person('Fay').user, telegram.person('Gil').user, telegram.person('Hal').user];
    const chat = telegram.group('Lake', [boss]);
    const { job, status } = await ask(owner, chat);
    await bench.until(() => status.reply_markup);
    expect(await telegram.press(stranger, status, { label: /Cancel/ })).toEqual({
      text: 'Only the person who asked for this clip may do that.',
      show_alert: true,
    });
    await telegram.press(boss, status, { label: /Cancel/ });
    expect((await bench.deps.store.jobs.find(job.id))?.state).toBe('canceled');
  });

  it('take words and buttons from a clip that Telegram does not let a bot delete any more', async () => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Ida');
    const { message } = await clipOf(user, chat);
    telegram.fault('deleteMessage', { status: 400, description: "Bad Request: message can't be deleted for everyone" });
    await telegram.press(user, message, { label: /Delete/ });
    await bench.until(() => message.caption?.includes('Deleted') && !message.reply_markup);
  });

  it('do nothing from another chat, where the presser is an administrator, and answer foreign data', async () => {
    const { telegram } = bench;
    const [owner, boss] = [telegram.person('Jo').user, telegram.person('Kim').user];
    const { job } = await clipOf(owner, telegram.group('Lake'));
    const elsewhere = telegram.group('Elsewhere', [boss]);
    const { status } = await ask(boss, elsewhere);
    for (const data of [`delete:${job.id}`, `again:${job.id}`, `cancel:${job.id}`, 'again:nobody', 'x'.repeat(64), 'delete:../../etc']) {
      expect(await telegram.press(boss, status, { data })).toMatchObject({ text: expect.stringContaining('do not know that clip'), show_alert: true });
    }
    expect((await bench.deps.store.jobs.find(job.id))?.deleted).toBe(false);
  });

  it('are answered in time although the work takes longer, and the rest is still done', async () => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Lev');
    const { job, message } = await clipOf(user, chat);
    const { files } = bench.deps;
    const { remove } = files;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    Object.assign(files, { remove: async (key: string) => (await held, remove(key)) });
    expect(await telegram.press(user, message, { label: /Delete/ }, { withinMs: 10_000 })).toEqual({});
    expect(telegram.messages(chat)).toContain(message);
    release();
    await bench.until(() => !telegram.messages(chat).includes(message));
    Object.assign(files, { remove });
    expect((await bench.deps.store.jobs.find(job.id))?.deleted).toBe(true);
  });
});

describe('/stillmotion', () => {
  it('changes the settings of one group at once and of no other, for administrators only', async () => {
    const { telegram } = bench;
    const [boss, member] = [telegram.person('Mia').user, telegram.person('Nia').user];
    const [here, there] = [telegram.group('Here', [boss]), telegram.group('There', [boss])];
    expect(await say(member, here, '/stillmotion settings set max_seconds 2')).toMatch(/administrator of the group is needed/);
    expect(await say(boss, here, '/stillmotion settings set max_seconds 2')).toBe('max_seconds is now 2 s. It applies from the next request.');
    const refused = telegram.sendPhoto(member, here, photo, { caption: '/animate waves --seconds 3' });
    const answer = await bench.replyTo(refused);
    await bench.until(() => answer.text?.includes('up to 2 seconds'));
    expect((await bench.jobOf(telegram.sendPhoto(member, there, photo, { caption: '/animate waves --seconds 3' }))).request.seconds).toBe(3);
    expect(await say(boss, here, '/stillmotion settings')).toMatch(/max_seconds: 2 s/);
    expect(await say(boss, there, '/stillmotion settings show')).toMatch(/max_seconds: default/);
    expect(await say(boss, here, '/stillmotion audit')).toMatch(/settings-set max_seconds 2/);
  });

  it('asks for the right every time', async () => {
    const { telegram } = bench;
    const { user } = telegram.person('Oli');
    const chat = telegram.group('Lake', [user]);
    expect(await say(user, chat, '/stillmotion audit')).toMatch(/No moderator/);
    telegram.state.members.get(chat.id)?.set(user.id, 'member');
    expect(await say(user, chat, '/stillmotion audit')).toMatch(/is needed/);
    telegram.fault('getChatMember', { status: 500, description: 'Internal Server Error' });
    telegram.state.members.get(chat.id)?.set(user.id, 'administrator');
    expect(await say(user, chat, '/stillmotion audit')).toMatch(/did not say who is an administrator/);
  });

  it('trusts an anonymous administrator of this group, not somebody who writes as another chat', async () => {
    const { telegram } = bench;
    const { user } = telegram.person('Pia');
    const [chat, foreign] = [telegram.group('Lake'), telegram.group('Channel')];
    expect(await say(user, chat, '/stillmotion audit', { as: chat })).toMatch(/No moderator/);
    expect(await say(user, chat, '/stillmotion audit', { as: foreign })).toMatch(/is needed/);
  });

  it('bans and unbans whoever is replied to or named by id, here only', async () => {
    const { telegram } = bench;
    const [boss, pest] = [telegram.person('Quy').user, telegram.person('Ria').user];
    const [here, there] = [telegram.group('Here', [boss]), telegram.group('There')];
    const nuisance = telegram.sendText(pest, here, 'spam');
    expect(await say(boss, here, '/stillmotion ban 7d too many clips', { replyTo: nuisance })).toMatch(/^Ria cannot use Stillmotion here until/);
    const refused = await bench.replyTo(telegram.sendPhoto(pest, here, photo, { caption: '/animate waves' }));
    await bench.until(() => refused.text?.includes('Reason: too many clips'));
    await bench.jobOf(telegram.sendPhoto(pest, there, photo, { caption: '/animate waves' }));
    expect(await say(boss, here, `/stillmotion unban ${pest.id}`)).toMatch(/may use Stillmotion here again/);
    await bench.jobOf(telegram.sendPhoto(pest, here, photo, { caption: '/animate waves' }));
    expect(await say(boss, here, '/stillmotion ban')).toMatch(/whom you mean/);
    expect(await say(boss, here, `/stillmotion ban ${pest.id} soon`)).toMatch(/“soon” is not a length of time/);
  });

  it('grants and resets quotas', async () => {
    const { telegram } = bench;
    const [boss, member] = [telegram.person('Sol').user, telegram.person('Tom').user];
    const chat = telegram.group('Lake', [boss]);
    const theirs = telegram.sendText(member, chat, 'please');
    expect(await say(boss, chat, '/stillmotion settings set daily_quota 1')).toMatch(/daily_quota is now 1/);
    expect(await say(boss, chat, '/stillmotion quota grant 5 birthday', { replyTo: theirs })).toMatch(/^Granted 5 credits\. Tom: 6 of 6/);
    await bench.jobOf(telegram.sendPhoto(member, chat, photo, { caption: '/animate waves' }));
    expect(await say(boss, chat, `/stillmotion quota show ${member.id}`)).toMatch(/5 of 6/);
    expect(await say(boss, chat, `/stillmotion quota reset ${member.id}`)).toMatch(/6 of 6/);
    expect(await say(boss, chat, `/stillmotion quota grant ${member.id} many`)).toMatch(/clips must be between 1 and 1000/);
  });

  it('lets people shape their own chat, but not their own allowance', async () => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Udo');
    expect(await say(user, chat, '/stillmotion settings set max_seconds 2')).toMatch(/is now 2 s/);
    expect(await say(user, chat, '/stillmotion settings set daily_quota 1000')).toMatch(/is needed/);
    expect(await say(user, chat, `/stillmotion quota grant ${user.id} 100`)).toMatch(/is needed/);
    expect(await say(user, chat, `/stillmotion ban ${user.id}`)).toMatch(/is needed/);
    expect(await say(user, chat, '/stillmotion settings set colour red')).toMatch(/no setting called “colour”/);
  });

  it('shows its usage when nothing or something unknown follows', async () => {
    const { telegram } = bench;
    const { user, chat } = telegram.person('Val');
    for (const text of ['/stillmotion', '/stillmotion dance', '/stillmotion settings set max_seconds'])
      expect(await say(user, chat, text)).toMatch(/settings set NAME VALUE/);
  });
});

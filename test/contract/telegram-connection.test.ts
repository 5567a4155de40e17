/** How the Telegram channel connects: token, menus, webhook with its secret, and a stop that loses nothing. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { createTelegramChannel } from '../../bots/telegram/channel.ts';
import type { WebhookHandler } from '../../bots/telegram/webhook.ts';
import { type Bench, startBench } from '../support/fake-telegram-bench.ts';
import { jpeg } from '../support/photos.ts';

let bench: Bench | undefined;
afterEach(async () => {
  await bench?.close();
  expect(bench?.telegram.violations).toEqual([]);
});

const secretToken = 'a-secret_that-Telegram_sends';

/** A web server that hands what is posted to the channel of a bench, as the page's server does. */
const startDoor = async () => {
  let handler: WebhookHandler | undefined;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    response.writeHead(handler ? (await handler({ headers, body })).status : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/telegram/webhook`,
    open: (next: WebhookHandler | undefined) => void (handler = next),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
};

describe('connecting', () => {
  it('says who it is and sets the menus, the moderators’ one for administrators', async () => {
    bench = await startBench(inject('templateDirectory'));
    expect(await bench.channel().start()).toBe('connected as @stillmotion_bot');
    const menus = bench.telegram.callsOf('setMyCommands').map(({ params }) => params as { scope: { type: string }; commands: { command: string }[] });
    const named = Object.fromEntries(menus.map(({ scope, commands }) => [scope.type, commands.map(({ command }) => command)]));
    expect(named.default).toEqual(['animate', 'result', 'cancel', 'quota', 'help']);
    expect(named.all_chat_administrators).toContain('stillmotion');
    expect(bench.telegram.callsOf('deleteWebhook')).toHaveLength(1);
  });

  it.each([
    ['a revoked token', '900001:revoked', 'TOKEN_REFUSED', 'never'],
    ['something that is no token', 'hello', 'TOKEN_REFUSED', 'never'],
  ])('refuses %s in plain words', async (_what, token, code, retry) => {
    bench = await startBench(inject('templateDirectory'));
    const { deps, telegram } = bench;
    const channel = createTelegramChannel({ deps, token, apiRoot: telegram.apiRoot, log: deps.log });
    await expect(channel.start()).rejects.toMatchObject({ code, retry, params: { variable: 'TELEGRAM_TOKEN' } });
    await channel.stop();
  });

  it('may be tried again after Telegram was away', async () => {
    bench = await startBench(inject('templateDirectory'));
    bench.telegram.fault('getMe', 'hang-up');
    await expect(bench.channel().start()).rejects.toMatchObject({ code: 'CHANNEL_FAILED', retry: 'later' });
    expect(await bench.channel().start()).toMatch(/^connected/);
    const { user, chat } = bench.telegram.person('Ada');
    await bench.replyTo(bench.telegram.sendText(user, chat, '/help'));
  });

  it('begins again with what a dead process had taken, once', async () => {
    bench = await startBench(inject('templateDirectory'));
    const { deps, telegram } = bench;
    await bench.channel().start();
    const { user, chat } = telegram.person('Ada');
    const text = { message_id: 77, date: 1_800_000_000, chat, from: user, text: '/help' };
    // as a process leaves it that is killed after Telegram was told and before the answer
    await deps.store.inbox.put('telegram', `${telegram.bot.id}:4242`, { update_id: 4242, message: text }, -1);
    await deps.store.inbox.put('telegram', `${telegram.bot.id}:4243`, { update_id: 4243, message: { ...text, text: '/stillmotion quota grant 1 5' } }, -1);
    await bench.restart();
    const answers = () => telegram.messages(chat).filter(({ from }) => from?.is_bot);
    await bench.until(() => answers().length === 1);
    await bench.restart();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(answers()).toHaveLength(1);
    expect(await deps.store.inbox.abandoned('telegram', 1)).toEqual([]);
  });

  it('stops repeatably, and after what it had begun', async () => {
    bench = await startBench(inject('templateDirectory'));
    await bench.channel().start();
    const { user, chat } = bench.telegram.person('Ada');
    const request = bench.telegram.sendPhoto(user, chat, await jpeg(320, 240), { caption: 'waves' });
    await bench.replyTo(request);
    await bench.channel().stop();
    await bench.channel().stop();
    expect(await bench.findJob(request)).not.toBeNull();
  });
});

describe('the webhook', () => {
  it('takes updates with the right secret, once each, and polls no more', async () => {
    const door = await startDoor();
    bench = await startBench(inject('templateDirectory'), { url: door.url, secretToken });
    door.open(bench.channel().webhookHandler);
    await bench.channel().start();
    expect(bench.telegram.callsOf('setWebhook')[0]?.params).toEqual({
      url: door.url,
      secret_token: secretToken,
      allowed_updates: ['message', 'callback_query'],
    });
    const { user, chat } = bench.telegram.person('Ada');
    const request = bench.telegram.sendPhoto(user, chat, await jpeg(320, 240), { caption: 'waves' });
    bench.telegram.repeatLastUpdate();
    const job = await bench.jobOf(request);
    expect(job.request.prompt).toBe('waves');
    await bench.replyTo(bench.telegram.sendText(user, chat, '/quota'));
    expect(bench.telegram.callsOf('sendMessage')).toHaveLength(2);
    expect(bench.telegram.callsOf('getUpdates')).toEqual([]);
    await door.close();
  });

  it('turns away a wrong or missing secret and what is no update, and asks to come back while it is not connected', async () => {
    bench = await startBench(inject('templateDirectory'), { url: 'https://example.org/telegram/webhook', secretToken });
    const post = async (headers: Record<string, string>, body: string) => (await bench?.channel().webhookHandler?.({ headers, body }))?.status;
    const secret = { 'x-telegram-bot-api-secret-token': secretToken };
    const update = JSON.stringify({ update_id: 1 });
    expect(await post({}, update)).toBe(401);
    expect(await post({ 'x-telegram-bot-api-secret-token': `${secretToken}x` }, update)).toBe(401);
    expect(await post(secret, update)).toBe(503);
    await bench.channel().start();
    expect(await post(secret, update)).toBe(200);
    for (const body of ['', 'hello', '[]', 'null', '{"update_id":"1"}']) expect(await post(secret, body)).toBe(400);
  });
});

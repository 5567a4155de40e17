/** Negative controls: requests with one mistake each, every one of which the fake Discord must notice. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { commandDefinitions } from '../../bots/discord/commands.ts';
import { type FakeDiscord, startFakeDiscord } from '../support/fake-discord.ts';
import type { FakeInteraction } from '../support/fake-discord-state.ts';
import { fakeClock } from '../support/jobs.ts';
import { sampleManifest } from '../support/manifest.ts';

const clock = fakeClock();
let discord: FakeDiscord;
let socket: WebSocket;

const userAgent = 'DiscordBot (https://example.com, 1.0)';
const bot = () => ({ 'user-agent': userAgent, authorization: `Bot ${discord.token}` });
const anonymous = { 'user-agent': userAgent };
type Headers = Record<string, string>;

const send = async (method: string, path: string, body: unknown, headers: Headers): Promise<number> => {
  const json = body instanceof FormData ? {} : { 'content-type': 'application/json' };
  const response = await fetch(`${discord.apiUrl}/v10${path}`, {
    method,
    headers: { ...headers, ...json },
    body: body instanceof FormData ? body : JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
};
const multipart = (payload: object, ...parts: readonly string[]): FormData => {
  const form = new FormData();
  for (const part of parts) form.append(part, new Blob([new Uint8Array(9)], { type: 'video/mp4' }), 'clip.mp4');
  form.append('payload_json', JSON.stringify(payload));
  return form;
};
const ask = (): FakeInteraction => discord.slash('help');
const callback = ({ id, token }: FakeInteraction, body: unknown = { type: 5, data: { flags: 64 } }, headers: Headers = anonymous) =>
  send('POST', `/interactions/${id}/${token}/callback`, body, headers);
const original = async (body: unknown, headers: Headers = anonymous) => {
  const asked = ask();
  await callback(asked);
  return send('PATCH', `/webhooks/123456789012345678/${asked.token}/messages/%40original`, body, headers);
};
const post = (body: unknown, channelId = '11', headers: Headers = bot()) => send('POST', `/channels/${channelId}/messages`, body, headers);
const button = (customId: string) => [{ type: 1, components: [{ type: 2, style: 2, label: 'Again', custom_id: customId }] }];
const file = { id: '0', filename: 'clip.mp4', description: 'a clip' };

beforeAll(async () => {
  discord = await startFakeDiscord({ nowMs: clock.nowMs });
  socket = new WebSocket(`${discord.apiUrl.replace('http', 'ws').replace('/api', '')}/gateway`);
  await once(socket, 'open');
  socket.send(JSON.stringify({ op: 2, d: { token: discord.token, intents: 1, properties: {} } }));
  await send('PUT', '/applications/123456789012345678/commands', commandDefinitions([sampleManifest]), bot());
  while (discord.gateway.connections() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
});
afterAll(async () => {
  socket.close();
  await discord.close();
});

/** What is sent when nothing is wrong; each mistake below is one change to one of these. */
const correct: Readonly<Record<string, () => Promise<number>>> = {
  'an acknowledgement': () => callback(ask()),
  'a status edit': () => original({ content: 'next', components: button('cancel:1'), allowed_mentions: { parse: [] } }),
  'a clip': () => original(multipart({ content: 'done', attachments: [file] }, 'files[0]')),
  'a post': () => post({ content: 'done', nonce: 'job0000000000001', enforce_nonce: true, message_reference: { message_id: '1', fail_if_not_exists: false } }),
  'the commands': () => send('PUT', '/applications/123456789012345678/commands', commandDefinitions([sampleManifest]), bot()),
};

const mistakes: Readonly<Record<string, () => Promise<unknown>>> = {
  'a wrong type': () => original({ content: 7 }),
  'a misspelled field': () => original({ contnet: 'next' }),
  'a misspelled field deep inside': () =>
    original({ content: 'next', components: [{ type: 1, components: [{ type: 2, style: 2, lable: 'Again', custom_id: 'again:1' }] }] }),
  'a missing field': () => callback(ask(), { data: { flags: 64 } }),
  'content of 2001 characters in an edit': () => original({ content: 'x'.repeat(2001) }),
  'content of 2001 characters in a post': () => post({ content: 'x'.repeat(2001) }),
  'an attachment without its part': () => original(multipart({ content: 'done', attachments: [{ ...file, id: '1' }] }, 'files[0]')),
  'a part with a wrong name': () => original(multipart({ content: 'done' }, 'file')),
  'eleven files': () => original(multipart({ content: 'done' }, ...Array.from({ length: 11 }, (_, i) => `files[${i}]`))),
  'a description of 1025 characters in multipart': () => original(multipart({ attachments: [{ ...file, description: 'x'.repeat(1025) }] }, 'files[0]')),
  'a channel id that is none': () => post({ content: 'done' }, 'general'),
  'a nonce of 26 characters': () => post({ content: 'done', nonce: 'x'.repeat(26), enforce_nonce: true }),
  'enforce_nonce in an edit': () => original({ content: 'done', enforce_nonce: true }),
  'an embed of 4097 characters': () => original({ embeds: [{ description: 'x'.repeat(4097) }] }),
  'a custom_id of 101 characters': () => original({ content: 'x', components: button('x'.repeat(101)) }),
  'six buttons in a row': () =>
    original({ content: 'x', components: [{ type: 1, components: Array.from({ length: 6 }, (_, i) => button(`a${i}`)[0]?.components[0]) }] }),
  'the same custom_id twice': () => original({ content: 'x', components: [...button('again:1'), ...button('again:1')] }),
  'no authorization on a bot route': () => post({ content: 'done' }, '11', anonymous),
  'the bot’s token on a token route': () => original({ content: 'done' }, bot()),
  'a browser’s user agent': () => original({ content: 'done' }, { 'user-agent': 'Mozilla/5.0' }),
  'an unknown route': () => send('POST', '/channels/11/mesages', { content: 'x' }, bot()),
  'an acknowledgement after 3 seconds': async () => {
    const asked = ask();
    clock.advance(3_001);
    await callback(asked);
  },
  'a form with a title of 46 characters': () => callback(ask(), { type: 9, data: { custom_id: 'animate:1', title: 'x'.repeat(46), components: [] } }),
  'a command name in capitals': () => send('PUT', '/applications/123456789012345678/commands', [{ name: 'Animate', type: 1, description: 'x' }], bot()),
  'a required option after an optional one': () =>
    send(
      'PUT',
      '/applications/123456789012345678/commands',
      [
        {
          name: 'a',
          type: 1,
          description: 'x',
          options: [
            { type: 3, name: 'b', description: 'x' },
            { type: 3, name: 'c', description: 'x', required: true },
          ],
        },
      ],
      bot(),
    ),
};

describe('the contract', () => {
  it.each(Object.keys(correct))('accepts %s', async (name) => {
    const before = discord.violations.length;
    expect(await correct[name]?.()).toBeLessThan(300);
    expect(discord.violations.slice(before)).toEqual([]);
  });

  it('catches every mistake', async () => {
    const missed: string[] = [];
    for (const [name, make] of Object.entries(mistakes)) {
      const before = discord.violations.length;
      await make();
      if (discord.violations.length === before) missed.push(name);
    }
    console.info(`Discord negative controls: ${Object.keys(mistakes).length - missed.length} of ${Object.keys(mistakes).length} caught`);
    expect(missed).toEqual([]);
  });

  it('lets a token die after 15 minutes, and dedupes by nonce', async () => {
    const asked = ask();
    await callback(asked);
    clock.advance(15 * 60_000 + 1);
    expect(await send('PATCH', `/webhooks/123456789012345678/${asked.token}/messages/%40original`, { content: 'late' }, anonymous)).toBe(401);
    const before = discord.messages.length;
    for (let i = 0; i < 2; i++) await post({ content: 'once', nonce: 'job0000000000002', enforce_nonce: true });
    expect(discord.messages).toHaveLength(before + 1);
  });
});

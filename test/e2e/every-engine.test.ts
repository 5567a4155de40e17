/** Every family of models, installed as an operator would install them, makes a clip through the page's API and both chats. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { startChatsApp, until } from '../support/chats-app.ts';
import { hasEnded, type JobView, waitForJob } from '../support/rest.ts';

const families = readdirSync(fileURLToPath(new URL('../golden/bundles', import.meta.url))).sort();
const chats = await startChatsApp(Object.fromEntries(families.map((family) => [family, family])));
const { app, discord, facts, photo, telegram } = chats;
afterAll(async () => expect(await chats.close()).toEqual([]));

describe.each(families)('%s', (family) => {
  const takesPhoto = () => app.deps.manifests.find(({ id }) => id === family)?.inputs.image !== 'none';
  const aClip = { codec: 'h264', pixelFormat: 'yuv420p' };

  it('through the page’s API', async () => {
    const form = new FormData();
    if (takesPhoto()) form.set('image', new Blob([new Uint8Array(photo)]), 'photo.jpg');
    for (const [name, value] of Object.entries({ engine: family, prompt: 'a boat on the lake', seed: '7' })) form.set(name, value);
    const answer = await fetch(`${app.url}/v1/jobs`, { method: 'POST', body: form });
    const { id } = (await answer.json()) as JobView;
    expect(await waitForJob(app.url, id, hasEnded)).toMatchObject({ state: 'done', error: null, recipe: { engine: family, seed: 7 } });
    const clip = await facts(`${family}-page.mp4`, new Uint8Array(await (await fetch(`${app.url}/v1/jobs/${id}/clip`)).arrayBuffer()));
    expect(clip).toMatchObject(aClip);
    expect(clip.frameCount).toBeGreaterThan(1);
  });

  it('on Discord', async () => {
    const asked = takesPhoto()
      ? discord.slash('animate', { image: discord.addPhoto(photo).id, prompt: 'a boat on the lake', engine: family, seed: 7 })
      : discord.slash('video', { prompt: 'a boat on the lake', engine: family, seed: 7 });
    const file = await until(() => (asked.original?.content.includes('⚠️') ? { url: '', filename: asked.original.content } : asked.original?.attachments[0]));
    expect(await facts(file.filename, discord.download(file.url))).toMatchObject(aClip);
  });

  it('on Telegram', async () => {
    const { user, chat } = telegram.person('Ada');
    const words = `a boat on the lake --engine ${family} --seed 7`;
    if (takesPhoto()) telegram.sendPhoto(user, chat, photo, { caption: words });
    else telegram.sendText(user, chat, `/video ${words}`);
    const message = await until(() => telegram.messages(chat).find(({ video, text }) => video || text?.startsWith('⚠️')));
    expect(message.text ?? '').toBe('');
    expect(await facts(`${message.video?.file_id}.mp4`, telegram.bytesOf(message.video?.file_id ?? ''))).toMatchObject(aClip);
  });
});

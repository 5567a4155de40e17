/** The page with several engines installed, in a real Chromium over the real program: words alone, photos, and going from one to the other. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { installModels } from '../support/models.ts';
import { jpeg } from '../support/photos.ts';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const args =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(' ');
const name = 'the page with several engines in Chromium';
const suite = existsSync(executablePath) ? name : `${name} (skipped: no browser at ${executablePath})`;

let app: TestApp;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let modelsDir: string;
let photo: Buffer;
let complaints: string[];

const visit = async (options: Parameters<Browser['newContext']>[0] = { viewport: { width: 1280, height: 800 } }): Promise<void> => {
  await context?.close();
  context = await browser.newContext(options);
  context.setDefaultTimeout(30_000);
  page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && !/status of 4\d\d/.test(message.text()) && complaints.push(message.text()));
  await page.goto(app.url);
  await page.waitForSelector('#option-engine');
};
const choose = (engine: string) => page.selectOption('#option-engine', engine);
const addPhoto = async (): Promise<void> => {
  await page.setInputFiles('#file', { name: 'lake.jpg', mimeType: 'image/jpeg', buffer: photo });
  await page.waitForSelector('#chosen:not([hidden])');
};
/** Asks, and waits for a clip that plays. @returns its recipe */
const make = async (): Promise<string> => {
  const before = await page.textContent('#recipe');
  await page.click('#go');
  const done = `!document.querySelector('#result').hidden && document.querySelector('#video').readyState >= 2 && document.querySelector('#recipe').textContent !== ${JSON.stringify(before)}`;
  for (const deadline = Date.now() + 60_000; !(await page.evaluate(done)); await page.waitForTimeout(100)) {
    const problem = await page.locator('.problem:visible').allTextContents();
    if (problem.length > 0 || Date.now() > deadline) throw new Error(`no clip came; the page says “${problem.join(' ')}”`);
  }
  return (await page.textContent('#recipe')) ?? '';
};
const thumbs = (): Promise<string[]> => page.locator('.mini img').evaluateAll((images) => images.map((image: { src: string }) => new URL(image.src).pathname));
const sidewaysPx = (): Promise<number> => page.evaluate('document.documentElement.scrollWidth - innerWidth');

describe.skipIf(!existsSync(executablePath))(suite, { timeout: 180_000 }, () => {
  beforeAll(async () => {
    modelsDir = mkdtempSync(join(tmpdir(), 'stillmotion-models-'));
    installModels(modelsDir, { scenes: 'animatediff', moving: 'svd', either: 'ltx' });
    [app, browser, photo] = await Promise.all([startTestApp({ MODELS_DIR: modelsDir }), chromium.launch({ executablePath, args }), jpeg(480, 320)]);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
    rmSync(modelsDir, { recursive: true, force: true });
  });
  beforeEach(() => {
    complaints = [];
  });
  afterEach(() => expect(complaints).toEqual([]));

  it('makes a clip of words alone, shows it in the history, and makes it again', async () => {
    await visit();
    expect(await page.locator('#option-engine option').evaluateAll((options) => options.map((option: { value: string }) => option.value))).toEqual([
      'motion',
      'moving',
      'either',
      'scenes',
    ]);
    await choose('scenes');
    expect(await page.textContent('#prompt-label')).toBe('What should be seen?');
    expect(await page.textContent('.facts')).toMatch(/Takeswords alone.*Makesup to \d+ pixels a side, 2–24 frames, 8 a second/);
    expect(await page.isVisible('label[for="file"]')).toBe(false);
    await page.fill('#prompt', 'a red boat on a lake');
    await page.click('.more summary');
    await page.fill('#option-negative', 'blurry');
    expect(await make()).toMatch(/^seed \d+ · scenes · 0.5 s · 8 fps · 64 × 64 · without “blurry”$/);
    const [thumb] = await thumbs();
    expect(thumb).toMatch(/^\/v1\/jobs\/\w+\/thumbnail$/);
    expect((await fetch(new URL(thumb ?? '', app.url))).headers.get('content-type')).toBe('image/jpeg');
    await page.click('#new-seed');
    for (const deadline = Date.now() + 60_000; new Set(await thumbs()).size < 2 || (await thumbs()).includes('/icon.svg'); await page.waitForTimeout(100))
      if (Date.now() > deadline) throw new Error('no second clip came');
    await page.reload();
    await page.click('.mini >> nth=1');
    await page.waitForSelector('#result:not([hidden])');
    expect(await page.textContent('#result-prompt')).toBe('a red boat on a lake');
  });

  it('asks for a photo where one is needed, sets it aside where none is taken, and forgets it when told to', async () => {
    await visit();
    await choose('moving');
    expect(await page.isVisible('#prompt')).toBe(false);
    await page.click('#go');
    expect(await page.textContent('#photo-problem')).toContain('I need a photo first');
    await addPhoto();
    await choose('scenes');
    expect(await page.isVisible('#unused-hint')).toBe(true);
    await page.fill('#prompt', 'a fox in the snow');
    expect(await make()).toContain('scenes');
    const newest = (await thumbs())[0]?.split('/')[3] ?? '';
    expect(((await (await fetch(`${app.url}/v1/jobs/${newest}`)).json()) as { has_photo: boolean }).has_photo).toBe(false);

    await page.click('#start-over');
    await choose('moving');
    await addPhoto();
    expect(await make()).toMatch(/moving · 0\.57 s · 7 fps/);
    // The page no longer holds the photo, but the server does.
    await page.reload();
    await page.waitForSelector('#result:not([hidden])');
    await choose('moving');
    expect(await make()).toContain('moving');
    await page.click('#start-over');
    expect(await page.isVisible('#pick')).toBe(true);
    await page.click('#go');
    expect(await page.textContent('#photo-problem')).toContain('I need a photo first');
  });

  it('takes words with or without a photo where either will do, and makes of them what was given', async () => {
    const madeWithPhoto = async (): Promise<boolean> => {
      expect(await make()).toContain('either');
      const newest = (await thumbs())[0]?.split('/')[3] ?? '';
      return ((await (await fetch(`${app.url}/v1/jobs/${newest}`)).json()) as { has_photo: boolean }).has_photo;
    };
    await visit();
    await choose('either');
    expect(await page.textContent('#prompt-label')).toBe('What should happen?');
    expect(await page.textContent('.facts')).toContain('words, and a photo if you like');
    expect(await page.isVisible('.photo-optional')).toBe(true);
    await page.fill('#prompt', 'a red boat crosses the lake');
    expect(await madeWithPhoto()).toBe(false);
    await page.click('#start-over');
    await page.fill('#prompt', 'the boat turns around');
    await addPhoto();
    expect(await madeWithPhoto()).toBe(true);
    await page.click('#start-over');
    await addPhoto();
    await page.click('#leave-out');
    await page.fill('#prompt', 'the boat sinks');
    expect(await madeWithPhoto()).toBe(false);
    await page.click('#start-over');
    await page.fill('#prompt', '');
    await page.click('#go');
    await page.waitForSelector('#prompt-problem:visible');
    expect(await page.isHidden('#photo-problem')).toBe(true);
  });

  it('tells a refusal next to what it is about', async () => {
    await visit();
    await choose('scenes');
    await page.fill('#prompt', ' ');
    await page.click('#go');
    await page.waitForSelector('#prompt-problem:has-text("Tell me in a few words")');
    await page.fill('#prompt', 'a boat');
    await page.click('.more summary');
    await page.fill('#option-width', '70');
    await page.fill('#option-height', '64');
    await page.click('#go');
    await page.waitForSelector('#option-width-problem:has-text("cannot make a clip of 70×64 pixels")');
    expect(await thumbs()).toEqual([]);
  });

  it('fits on a phone with every engine and in every state', async () => {
    await visit({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    for (const engine of ['motion', 'moving', 'either', 'scenes']) {
      await choose(engine);
      expect([engine, await sidewaysPx()]).toEqual([engine, 0]);
    }
    await addPhoto();
    expect(await sidewaysPx()).toBe(0);
    await page.fill('#prompt', `a ${'Donaudampfschifffahrt'.repeat(6)} on a lake`);
    await page.click('#go');
    await page.waitForSelector('#scene:not([hidden])');
    expect(await sidewaysPx()).toBe(0);
    await page.waitForSelector('#result:not([hidden])');
    expect(await sidewaysPx()).toBe(0);
  });
});
